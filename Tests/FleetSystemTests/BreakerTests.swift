import FleetFake
import FleetKit
import FleetTestSupport
import Glibc
import Testing

/// Several restarts that find the same lock breakable at the same moment. None counts another's restart as its own, so that
/// each has a turn to act.
@Suite("Breakers at a barrier", .timeLimit(.minutes(10)))
struct BreakerTests {
    /// All of them wait for a lock whose owner then dies: the barrier is the kernel's, they wake together.
    @Test("Exactly one takes over, the others wait", arguments: [2, 3, 5])
    func deadOwner(_ count: Int) throws {
        for _ in 0..<8 {
            let home = try ScriptedHome(agents: 2)
            let owner = try home.idleOwner()
            let breakers = try (0..<count).map { _ in try home.mosaic("restart", "--no-join", "--stable-for", "0") }
            for breaker in breakers { try breaker.waitForError("waiting up to") }
            owner.signal(SIGKILL)
            for breaker in breakers { #expect(try breaker.wait() == .exit(0)) }
            let takers = breakers.filter { $0.errors.contains("took over the lock from owner pid \(owner.pid)") }
            #expect(takers.count == 1)
            try Self.expectOneAtATime(home, tokens: count)
        }
    }

    @Test("Exactly one evicts a stalled owner", arguments: [2, 3])
    func stalledOwner(_ count: Int) throws {
        let home = try ScriptedHome(agents: 2, pace: .slow)
        let owner = try home.idleOwner()
        let breakers = try (0..<count).map { _ in
            try home.mosaic(
                "restart", "--no-join", "--stable-for", "0", "--stall-after", "3s", "--evict-grace", "200ms")
        }
        for breaker in breakers { #expect(try breaker.wait() == .exit(0)) }
        #expect(try owner.wait(within: .seconds(5)) == .signal(SIGKILL))
        let takers = breakers.filter { $0.errors.contains("took over the lock from owner pid \(owner.pid)") }
        #expect(takers.count == 1)
        try Self.expectOneAtATime(home, tokens: count)
    }

    /// One evicts the owner that does nothing and declares nothing. The others then wait for that one, which works.
    @Test("Impatient breakers evict the idle owner, never each other", arguments: [2, 3])
    func impatient(_ count: Int) throws {
        for _ in 0..<3 {
            let home = try ScriptedHome(agents: 2, pace: .slow)
            let owner = try home.idleOwner()
            let breakers = try (0..<count).map { _ in
                try home.mosaic(
                    "restart", "--no-join", "--stable-for", "0", "--max-wait", "1s", "--evict-grace", "3s")
            }
            let ends = try breakers.map { try $0.wait() }
            owner.endInput()
            #expect(ends.allSatisfy { $0 == .exit(0) }, "\(breakers.map(\.errors))")
            let takers = breakers.filter { $0.errors.contains("took over the lock from owner pid") }
            #expect(takers.count == 1)
            try Self.expectOneAtATime(home, tokens: count)
            #expect(try home.mosaic("status").wait() == .exit(0))
        }
    }

    private static func expectOneAtATime(_ home: ScriptedHome, tokens: Int) throws {
        let log = try home.fleet.log()
        #expect(log.overlaps().isEmpty)
        let sent = try home.sent()
        #expect(Set(sent.compactMap(\.token)).count == tokens)
        // One token names one process.
        #expect(Set(sent.map { "\($0.token ?? "") \($0.pid)" }).count == Set(sent.compactMap(\.token)).count)
        #expect(home.leftovers.isEmpty)
    }
}
