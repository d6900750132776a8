import Testing

@testable import FleetGuard
@testable import FleetKit

@Suite struct PatienceTests {
    private func observation(_ inode: UInt64 = 1, token: LockToken, stamp: Int64) throws -> LockObservation {
        let record = LockRecord(
            token: token, owner: FakeProcesses.identity(1), request: .test("other"), acquiredAt: "", mutex: .kernel)
        return LockObservation(
            id: FileID(device: 1, inode: inode), stamp: FileTime(seconds: stamp, nanoseconds: 0), kind: .regular,
            content: .record(try LockRecordText(parsing: LockRecordText.firstLine(record))), kernelLock: .held)
    }

    private static let gap = Duration.seconds(2)

    /// Looks once a second, as a waiter does that runs.
    private func watch(
        _ patience: inout Patience, from: Int, to: Int, _ what: (Int) throws -> LockObservation
    ) rethrows {
        for second in from...to { patience.observe(try what(second), now: .seconds(second)) }
    }

    @Test func `A stamp that moves at all is progress, also backwards and into the future`() throws {
        var patience = Patience(longestGap: Self.gap)
        let token = LockToken.random()
        try watch(&patience, from: 0, to: 45) { second in
            let stamp: Int64 = second < 20 ? 100 : second < 40 ? 50 : 4_000_000_000
            return try observation(token: token, stamp: stamp)
        }
        #expect(patience.seen == .init(unchanged: .seconds(5), owner: .seconds(45), waited: .seconds(45)))
    }

    @Test func `A new owner gets its own patience, even with the inode and the stamp of the last one`() throws {
        var patience = Patience(longestGap: Self.gap)
        let tokens = [LockToken.random(), .random()]
        try watch(&patience, from: 0, to: 30) { try observation(token: tokens[$0 < 29 ? 0 : 1], stamp: 100) }
        #expect(patience.seen == .init(unchanged: .seconds(1), owner: .seconds(1), waited: .seconds(30)))
    }

    @Test func `What is not a record is one owner, however often it is rewritten`() {
        var patience = Patience(longestGap: Self.gap)
        watch(&patience, from: 0, to: 21) { second in
            LockObservation(
                id: FileID(device: 1, inode: UInt64(second)), stamp: FileTime(seconds: Int64(second), nanoseconds: 0),
                kind: .regular, content: .unreadable("it is empty"), kernelLock: .held)
        }
        #expect(patience.seen == .init(unchanged: .zero, owner: .seconds(21), waited: .seconds(21)))
    }

    /// Ctrl-Z, a debugger, a frozen container: both may have been stopped, and the waiter is the first to go on.
    @Test func `A waiter that was stopped counts none of that time`() throws {
        var patience = Patience(longestGap: Self.gap)
        let token = LockToken.random()
        try watch(&patience, from: 0, to: 10) { _ in try observation(token: token, stamp: 100) }
        patience.observe(try observation(token: token, stamp: 100), now: .seconds(3600))
        #expect(patience.seen == .init(unchanged: .seconds(12), owner: .seconds(12), waited: .seconds(12)))
    }
}
