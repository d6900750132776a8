import Testing

@testable import FleetGuard
@testable import FleetKit

/// "Judging the owner" of the contract as a table.
@Suite struct WaitPolicyTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var policy = WaitPolicy(maxWait: .seconds(600), stallAfter: .seconds(30))
        var maxHold: Duration?
        var isRun = false
        var isRecord = true
        var isAbandoned = false
        var unchanged: Duration = .seconds(1)
        var waitedForOwner: Duration = .seconds(1)
        var waited: Duration = .seconds(1)
        var expected: WaitDecision
        var testDescription: String { name }
    }

    static let typedBreak = WaitPolicy(maxWait: .seconds(600), breaksRuns: true, stallAfter: .seconds(3000))
    static let patient = WaitPolicy(maxWait: .seconds(600), stallAfter: .seconds(3000))
    static let failing = WaitPolicy(maxWait: .seconds(600), onTimeout: .fail, stallAfter: .seconds(3000))
    static let late: Duration = .seconds(600)

    static let table: [Case] = [
        Case(name: "dead owner", isAbandoned: true, expected: .takeOver(.ownerDead, .abandoned)),
        Case(
            name: "nobody's garbage", isRecord: false, isAbandoned: true, expected: .takeOver(.ownerDead, .unreadable)),
        Case(
            name: "dead owner, not waiting", policy: WaitPolicy(noWait: true), isAbandoned: true,
            expected: .takeOver(.ownerDead, .abandoned)),
        Case(name: "living owner", expected: .wait(.seconds(29))),
        Case(name: "just short of stalled", unchanged: .milliseconds(29_999), expected: .wait(.milliseconds(1))),
        Case(name: "stalled", unchanged: .seconds(30), expected: .takeOver(.noProgress, .stalled)),
        Case(
            name: "locked garbage, stalled", isRecord: false, unchanged: .seconds(30),
            expected: .takeOver(.noProgress, .unreadable)),
        Case(
            name: "stalled lock run", isRun: true, unchanged: .seconds(30),
            expected: .takeOver(.noProgress, .stalled)),
        Case(name: "not waiting", policy: WaitPolicy(noWait: true), expected: .busy(.held)),
        Case(
            name: "not waiting, garbage", policy: WaitPolicy(noWait: true), isRecord: false,
            expected: .busy(.unreadable)),
        Case(
            name: "for ever", policy: WaitPolicy(maxWait: nil), waited: .seconds(1_000_000),
            expected: .wait(.seconds(29))),
        Case(
            name: "end of the wait comes first", policy: patient, waitedForOwner: .seconds(599), waited: late,
            expected: .wait(.seconds(1))),
        Case(
            name: "waited out, break", policy: patient, waitedForOwner: late, waited: late,
            expected: .takeOver(.forced, .held)),
        Case(
            name: "a queue of owners evicts nobody", policy: patient, waitedForOwner: .seconds(2),
            waited: .seconds(6000),
            expected: .wait(.seconds(598))),
        Case(name: "waited out, fail", policy: failing, waited: late, expected: .busy(.held)),
        Case(
            name: "giving up counts the whole wait", policy: failing, waited: .seconds(599),
            expected: .wait(.seconds(1))),
        Case(
            name: "waited out, garbage", policy: patient, isRecord: false, waitedForOwner: late, waited: late,
            expected: .takeOver(.forced, .unreadable)),
        Case(
            name: "within its plan", policy: patient, maxHold: .seconds(1200), waitedForOwner: .seconds(1199),
            waited: .seconds(1199), expected: .wait(.seconds(1))),
        Case(
            name: "past its plan", policy: patient, maxHold: .seconds(1200), waitedForOwner: .seconds(1200),
            waited: .seconds(1200), expected: .takeOver(.forced, .held)),
        Case(
            name: "past its plan, short of the wait", policy: patient, maxHold: .seconds(60),
            waitedForOwner: .seconds(599), waited: .seconds(599), expected: .wait(.seconds(1))),
        Case(
            name: "without progress within its plan", maxHold: .seconds(1200), unchanged: .seconds(30),
            expected: .takeOver(.noProgress, .stalled)),
        Case(
            name: "lock run without max-hold", policy: patient, isRun: true, waitedForOwner: late,
            waited: late, expected: .busy(.held)),
        Case(
            name: "lock run short of its max-hold", policy: patient, maxHold: .seconds(601), isRun: true,
            waitedForOwner: late, waited: late, expected: .wait(.seconds(1))),
        Case(
            name: "lock run at its max-hold", policy: patient, maxHold: .seconds(600), isRun: true,
            waitedForOwner: late, waited: late, expected: .takeOver(.forced, .held)),
        Case(
            name: "lock run: only the wait for this owner counts", policy: patient, maxHold: .seconds(60), isRun: true,
            waitedForOwner: .seconds(59), waited: late, expected: .wait(.seconds(541))),
        Case(
            name: "lock run, break typed", policy: typedBreak, isRun: true, waitedForOwner: late, waited: late,
            expected: .takeOver(.forced, .held)),
        Case(
            name: "lock run within its max-hold, break typed", policy: typedBreak, maxHold: .seconds(900), isRun: true,
            waitedForOwner: late, waited: late, expected: .wait(.seconds(300))),
    ]

    @Test(arguments: table) func `A waiter does what the table says`(_ row: Case) throws {
        let record = LockRecord(
            token: LockToken.random(), owner: FakeProcesses.identity(1),
            request: .test("other", maxHold: row.maxHold, isRun: row.isRun),
            acquiredAt: "", mutex: .kernel)
        let text = try LockRecordText(parsing: LockRecordText.firstLine(record))
        let observation = LockObservation(
            id: FileID(device: 1, inode: 1), stamp: FileTime(seconds: 1, nanoseconds: 0), kind: .regular,
            content: row.isRecord ? .record(text) : .unreadable("it is empty"),
            kernelLock: row.isAbandoned ? .free : .held)
        let decision = row.policy.decide(
            observation, isAbandoned: row.isAbandoned,
            .init(unchanged: row.unchanged, owner: row.waitedForOwner, waited: row.waited))
        #expect(decision == row.expected)
    }
}
