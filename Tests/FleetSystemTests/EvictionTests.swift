import FleetFake
import FleetGuard
import FleetKit
import FleetTestSupport
import Glibc
import Testing

/// Owners that lose the lock while they live.
@Suite("Eviction", .timeLimit(.minutes(10)))
struct EvictionTests {
    /// An owner that froze while it waited for its holder's job: its drain is over, its agents are still to start.
    private static func frozenOwner(_ home: ScriptedHome) throws -> TestProcess {
        try home.fleet.install(FakeUnit(home.holder, runs: [.up(after: .milliseconds(500))]))
        let owner = try home.mosaic("restart", "-v", "--stable-for", "0")
        try eventually("the holder's restart is sent") {
            try home.sent().contains { $0.pid == owner.pid && $0.unit == home.holder.rawValue }
        }
        try home.freeze(owner)
        return owner
    }

    private static let stalled = ["--stall-after", "3s", "--stable-for", "0"]

    @Test("R2 takes over from a hung R1; R1's end does not drop R2's lock; R3 waits")
    func hung() throws {
        let home = try ScriptedHome(pace: .slow)
        let first = try Self.frozenOwner(home)
        let begin = ContinuousClock.now
        // The manager carries out what R1 had sent; R2 is to have something of its own to do.
        let second = try home.mosaic(["restart", "-v", "--no-join", "--evict-grace", "60s"] + Self.stalled)
        try second.waitForError("waiting up to")
        #expect(second.errors.contains("pid \(first.pid) "))
        try second.waitForError("took over the lock from owner pid \(first.pid)")
        #expect(ContinuousClock.now - begin >= .seconds(3))
        #expect(try home.sent(by: second.pid).isEmpty)
        let before = try home.sent(by: first.pid)
        let record = try #require(try home.lockRecord()?.record)
        #expect(record.pid == second.pid)

        // What R2 does is no part of its wish, so that R3 has something to do.
        let third = try home.mosaic("restart", "--no-join", "--stable-for", "0")
        try third.waitForError("waiting up to")
        #expect(third.errors.contains("pid \(second.pid) "))

        first.thaw()
        #expect(try first.wait(within: .seconds(5)) == .exit(76))
        #expect(first.errors.contains("taken over by pid \(second.pid) "))
        #expect(first.errors.contains("lost the lock \(home.lockPath)"))
        // R1's release found a lock that is not its own.
        #expect(try second.wait() == .exit(0))
        #expect(try third.wait() == .exit(0))
        #expect(try home.sent(by: first.pid) == before)
        #expect(try home.fleet.log().overlaps().isEmpty)
        let order = try home.sent().map(\.pid)
        #expect(try #require(order.lastIndex(of: second.pid)) < #require(order.firstIndex(of: third.pid)))
        #expect(home.leftovers.isEmpty)
        #expect(try home.mosaic("status").wait() == .exit(0))
    }

    @Test("R1's release leaves the lock of an R2 that has already begun alone")
    func lateRelease() throws {
        let home = try ScriptedHome()
        // Its successor is a process that does not bury anybody, so R1 wakes up beside it.
        let first = try Self.frozenOwner(home)
        #expect(try home.mosaic("lock", "break", "--force", "--yes").wait() == .exit(0))
        first.thaw()
        #expect(try first.wait(within: .seconds(5)) == .exit(76))
        #expect(first.errors.contains("broken by an operator"))
        let owner = try home.idleOwner()
        let record = try home.lockRecord()
        let late = try home.mosaic("restart", "--no-wait")
        #expect(try late.wait() == .exit(75))
        #expect(try home.lockRecord() == record)
        #expect(owner.isRunning)
    }

    @Test("An evicted owner that stays frozen is killed after --evict-grace")
    func killed() throws {
        let home = try ScriptedHome()
        let first = try Self.frozenOwner(home)
        let second = try home.mosaic(["restart", "--evict-grace", "500ms"] + Self.stalled)
        #expect(try second.wait() == .exit(0))
        #expect(try first.wait(within: .seconds(5)) == .signal(SIGKILL))
        #expect(second.errors.contains("killed process \(first.pid) of the evicted owner"))
        #expect(try home.fleet.log().overlaps().isEmpty)
        #expect(home.leftovers.isEmpty)
    }

    @Test("In a chain A, B, C of evictions A and B are gone before C acts")
    func chain() throws {
        let home = try ScriptedHome()
        let a = try Self.frozenOwner(home)
        let b = try home.mosaic(["restart", "--evict-grace", "60s"] + Self.stalled)
        try b.waitForError("for the evicted owner pid \(a.pid)")
        try home.freeze(b)
        let c = try home.mosaic(["restart", "-v", "--evict-grace", "60s"] + Self.stalled)
        try c.waitForError("for the evicted owner pid \(a.pid)")
        try c.waitForError("for the evicted owner pid \(b.pid)")
        a.thaw()
        #expect(try a.wait(within: .seconds(5)) == .exit(76))
        try c.waitForError("the evicted owner pid \(a.pid) (")
        try eventually("A's record is gone") { home.leftovers.filter { $0.hasPrefix("evicted-") }.count == 1 }
        #expect(try home.sent(by: c.pid).isEmpty)
        b.thaw()
        #expect(try b.wait(within: .seconds(5)) == .exit(76))
        #expect(try c.wait() == .exit(0))
        #expect(try home.sent(by: b.pid).isEmpty)
        #expect(try home.fleet.log().overlaps().isEmpty)
        let order = try home.sent().map(\.pid)
        #expect(try #require(order.lastIndex(of: a.pid)) < #require(order.firstIndex(of: c.pid)))
        #expect(home.leftovers.isEmpty)
    }

    @Test("After a forced break the next owner waits until the broken one is gone")
    func brokenThenAcquired() throws {
        let home = try ScriptedHome()
        let first = try Self.frozenOwner(home)
        let breaker = try home.mosaic("lock", "break", "--force", "--yes")
        #expect(try breaker.wait() == .exit(0))
        #expect(!home.lockExists)
        let next = try home.mosaic("restart", "--evict-grace", "60s", "--stable-for", "0")
        try next.waitForError("for the evicted owner pid \(first.pid)")
        #expect(try home.sent(by: next.pid).isEmpty)
        let before = try home.sent(by: first.pid)
        first.thaw()
        #expect(try first.wait(within: .seconds(5)) == .exit(76))
        #expect(try next.wait() == .exit(0))
        #expect(try home.sent(by: first.pid) == before)
        #expect(try home.fleet.log().overlaps().isEmpty)
    }
}
