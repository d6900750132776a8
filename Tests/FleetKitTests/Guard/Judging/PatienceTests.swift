import Testing

@testable import FleetKit

@Suite struct PatienceTests {
    private func observation(_ inode: UInt64 = 1, token: LockToken, stamp: Int64) throws -> LockObservation {
        let record = LockRecord(
            token: token, owner: FakeProcesses.identity(1), request: .test("other"), acquiredAt: "", mutex: .kernel)
        return LockObservation(
            id: FileID(device: 1, inode: inode), stamp: FileTime(seconds: stamp, nanoseconds: 0), kind: .regular,
            content: .record(try LockRecordText(parsing: LockRecordText.firstLine(record))), kernelLock: .held)
    }

    @Test func `A stamp that moves at all is progress, also backwards and into the future`() throws {
        var patience = Patience()
        let token = LockToken.random()
        for (second, stamp) in [(0, 100), (10, 100), (20, 50), (40, 4_000_000_000)] as [(Int, Int64)] {
            patience.observe(try observation(token: token, stamp: stamp), now: .seconds(second))
        }
        #expect(patience.unchanged(now: .seconds(45)) == .seconds(5))
        #expect(patience.waitedForOwner(now: .seconds(45)) == .seconds(45))
    }

    @Test func `A new owner gets its own patience, even with the inode and the stamp of the last one`() throws {
        var patience = Patience()
        patience.observe(try observation(token: .random(), stamp: 100), now: .seconds(0))
        patience.observe(try observation(token: .random(), stamp: 100), now: .seconds(29))
        #expect(patience.unchanged(now: .seconds(30)) == .seconds(1))
        #expect(patience.waitedForOwner(now: .seconds(30)) == .seconds(1))
    }

    @Test func `Garbage with another stamp is other garbage`() {
        var patience = Patience()
        for (second, stamp) in [(0, 1), (10, 1), (20, 2)] as [(Int, Int64)] {
            patience.observe(
                LockObservation(
                    id: FileID(device: 1, inode: 1), stamp: FileTime(seconds: stamp, nanoseconds: 0), kind: .regular,
                    content: .unreadable("it is empty"), kernelLock: .held), now: .seconds(second))
        }
        #expect(patience.waitedForOwner(now: .seconds(21)) == .seconds(1))
    }
}
