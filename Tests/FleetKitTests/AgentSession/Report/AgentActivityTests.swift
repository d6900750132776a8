import FleetTestSupport
import Testing

@testable import FleetGuard
@testable import FleetKit

@Suite("What is known of an agent's activity")
struct AgentActivityTests {
    private func reported(_ state: Activity.State, _ note: String? = nil) -> ActivityReport {
        ActivityReport(state, note: note)
    }

    @Test func aRunBeginsUnknown() {
        #expect(AgentActivity().shown == .unknown)
        #expect(AgentActivity(quietFor: .seconds(1), now: .zero, time: 0).shown == .unknown)
    }

    @Test func aStateReportedAgainKeepsItsBeginning() throws {
        var activity = AgentActivity()
        try activity.report(reported(.busy, "one"), time: 10)
        try activity.report(reported(.busy, "two"), time: 20)
        #expect(try activity.shown == Activity(.busy, since: 10, note: "two"))
        try activity.report(reported(.busy), time: 30)
        #expect(try activity.shown == Activity(.busy, since: 10))
        try activity.report(reported(.idle), time: 40)
        try activity.report(reported(.busy), time: 50)
        #expect(try activity.shown == Activity(.busy, since: 50))
    }

    @Test func aNoteThatCannotBeShownChangesNothing() throws {
        var activity = AgentActivity()
        try activity.report(reported(.busy, "one"), time: 10)
        for note in ["a\nb", "\u{7}", String(repeating: "x", count: 201)] {
            #expect(throws: FleetError.self) { try activity.report(reported(.idle, note), time: 20) }
        }
        #expect(try activity.shown == Activity(.busy, since: 10, note: "one"))
    }

    @Test func silenceIsTakenForIdleAndOutputForBusy() throws {
        var activity = AgentActivity(quietFor: .seconds(30), now: .seconds(100), time: 1000)
        try activity.look(now: .milliseconds(129_999))
        #expect(activity.shown == .unknown)
        try activity.look(now: .seconds(130))
        #expect(try activity.shown == Activity(.idle, since: 1000, isGuess: true))
        try activity.heard(now: .seconds(200), time: 1100)
        #expect(try activity.shown == Activity(.busy, since: 1100, isGuess: true))
        try activity.heard(now: .seconds(210), time: 1110)
        try activity.look(now: .milliseconds(239_999))
        #expect(try activity.shown == Activity(.busy, since: 1100, isGuess: true))
        try activity.look(now: .seconds(240))
        #expect(try activity.shown == Activity(.idle, since: 1110, isGuess: true))
    }

    @Test func aReportEndsTheGuessing() throws {
        var activity = AgentActivity(quietFor: .seconds(30), now: .zero, time: 0)
        try activity.heard(now: .seconds(1), time: 1)
        try activity.report(reported(.busy), time: 5)
        // Guessed before: its beginning is the report's.
        #expect(try activity.shown == Activity(.busy, since: 5))
        #expect(!activity.isGuessing && activity.wake(after: .seconds(6)) == nil)
        try activity.look(now: .seconds(1000))
        try activity.heard(now: .seconds(1001), time: 1001)
        #expect(try activity.shown == Activity(.busy, since: 5))
    }

    @Test("an agent that prints without pause wakes nothing at each line")
    func deafness() throws {
        var activity = AgentActivity(quietFor: .seconds(30), now: .zero, time: 0)
        #expect(activity.listens(at: .zero))
        try activity.heard(now: .seconds(1), time: 1)
        #expect(!activity.listens(at: .milliseconds(1999)) && activity.listens(at: .seconds(2)))
        #expect(activity.wake(after: .milliseconds(1500)) == .seconds(2))
        #expect(activity.wake(after: .seconds(2)) == .seconds(31))
    }

    @Test("silence as long as the roster can say")
    func far() throws {
        let year = try #require(SessionRequest.idleAfter("106751991167d"))
        var activity = AgentActivity(quietFor: year, now: .seconds(1 << 40), time: .max)
        try activity.heard(now: .seconds(1 << 40), time: .max)
        try activity.look(now: .seconds(1 << 41))
        let wake = try #require(activity.wake(after: .seconds(1 << 41)))
        #expect(wake > .seconds(1 << 41))
        #expect(SessionRequest.idleAfter("0") == nil && SessionRequest.idleAfter("x") == nil)
    }

    /// Reports, bad reports, output, looks, new runs, in any order: what is shown is never freer than what is true.
    @Test("in 1,000 random sequences a busy or unknown agent is never taken for idle", arguments: 0..<10)
    func randomSequences(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for _ in 0..<100 {
            let window: Duration? = Bool.random(using: &random) ? .seconds(30) : nil
            var now = Duration.seconds(1000)
            var activity = AgentActivity(quietFor: window, now: now, time: 0)
            var said: Activity.State?
            var lastOutput = now
            for _ in 0..<60 {
                now += .milliseconds(Int64.random(in: 0...20_000, using: &random))
                switch Int.random(in: 0..<8, using: &random) {
                case 0:
                    activity = AgentActivity(quietFor: window, now: now, time: 0)
                    (said, lastOutput) = (nil, now)
                case 1, 2:
                    let state = try #require(ActivityReport.states.randomElement(using: &random))
                    try activity.report(ActivityReport(state), time: 0)
                    said = state
                case 3:
                    let state = try #require(ActivityReport.states.randomElement(using: &random))
                    #expect(throws: FleetError.self) { try activity.report(ActivityReport(state, note: "\n"), time: 0) }
                case 4, 5:
                    try activity.heard(now: now, time: 0)
                    lastOutput = now
                default: try activity.look(now: now)
                }
                if let said {
                    #expect(activity.shown.state == said && !activity.shown.isGuess)
                } else if activity.shown.state.isFree {
                    let window = try #require(window)
                    #expect(activity.shown.isGuess && now - lastOutput >= window)
                }
            }
        }
    }
}
