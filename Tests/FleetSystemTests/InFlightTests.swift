import FleetFake
import FleetKit
import FleetTestSupport
import Glibc
import Testing

/// While somebody owns the restart, another one sends nothing.
@Suite("In-flight lock", .timeLimit(.minutes(10)))
struct InFlightTests {
    static let scopes: [[String]] = [[], ["a1"], ["a2", "a1"]]

    @Test("A restart issues no command before the lock is released", arguments: scopes)
    func waits(_ agents: [String]) throws {
        let home = try ScriptedHome()
        let owner = try home.idleOwner()
        let restart = try home.mosaic(["restart", "--stable-for", "0"] + agents)
        try restart.waitForError("waiting up to 10m")
        #expect(try home.sent().isEmpty)
        #expect(restart.isRunning)
        owner.endInput()
        // The owner's record outlives it: its successor takes over from the dead and begins.
        #expect(try restart.wait() == .exit(0))
        let sent = try home.sent()
        #expect(!sent.isEmpty)
        #expect(sent.allSatisfy { $0.pid == restart.pid && $0.token != nil })
        #expect(!home.lockExists)
    }

    @Test("Restarts at once run one after the other", arguments: [2, 5])
    func queue(_ count: Int) throws {
        let home = try ScriptedHome(pace: .slow)
        let restarts = try (0..<count).map { number in
            try home.mosaic(["restart"] + (number == 1 ? ["a1"] : []) + ["--no-join", "--stable-for", "0"])
        }
        for restart in restarts { #expect(try restart.wait(within: .seconds(60)) == .exit(0)) }
        let log = try home.fleet.log()
        #expect(log.overlaps().isEmpty)
        let sent = try home.sent()
        #expect(Set(sent.map(\.pid)) == Set(restarts.map(\.pid)))
        #expect(Set(sent.compactMap(\.token)).count == count)
        #expect(home.leftovers.isEmpty)
    }

    @Test("A restart of one agent and one of the fleet exclude each other")
    func scopesExclude() throws {
        let home = try ScriptedHome(pace: .slow)
        let one = try home.mosaic("restart", "a1", "--stable-for", "0")
        try one.waitForError("restart: 1 unit")
        // Frozen, so that it still owns the lock however slowly this machine starts the other.
        try home.freeze(one)
        let all = try home.mosaic("restart", "--no-wait")
        #expect(try all.wait() == .exit(75))
        one.thaw()
        #expect(all.errors.contains("agent a1"))
        #expect(try one.wait() == .exit(0))
        #expect(try home.sent(by: all.pid).isEmpty)
    }
}
