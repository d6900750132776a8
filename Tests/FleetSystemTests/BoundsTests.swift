import FleetFake
import FleetGuard
import FleetKit
import FleetTestSupport
import Glibc
import Testing

/// Bounds are about their subject: a healthy owner keeps its lock, however long others have waited before it had it.
@Suite("Bounds", .timeLimit(.minutes(10)))
struct BoundsTests {
    /// Each takes 2 s, so the last one waits for 10 s: more than three times its --max-wait.
    @Test("A queue of healthy restarts evicts none of them", arguments: [true, false])
    func queue(ofOneAgent: Bool) throws {
        let home = try ScriptedHome(agents: 6)
        let restarts = try (1...6).map {
            try home.mosaic("restart", ofOneAgent ? "a1" : "a\($0)", "--max-wait", "3s", "--stable-for", "2s")
        }
        for restart in restarts {
            #expect(try restart.wait() == .exit(0), "\(restart.errors)")
            #expect(!restart.errors.contains("took over the lock"))
        }
        #expect(try home.fleet.log().overlaps().isEmpty)
        #expect(home.leftovers.isEmpty)
    }

    @Test("A real queue evicts none either", arguments: RealFleetTests.backends)
    func realQueue(_ backend: String) throws {
        let fleet = try RealFleet(agents: 6)
        let restarts = try fleet.names.map {
            try fleet.mosaic("restart", $0, "--max-wait", "3s", "--stable-for", "2s", backend: backend)
        }
        for restart in restarts {
            #expect(try restart.wait(within: .seconds(120)) == .exit(0), "\(restart.errors)")
            #expect(!restart.errors.contains("took over the lock"))
        }
        #expect(try fleet.troubles() == [])
    }

    /// The agent may take twenty minutes to stop, and takes 4 s.
    @Test("An owner within the time that its units declare is waited for")
    func plan() throws {
        let home = try ScriptedHome(agents: 2)
        var slow = FakeUnit.agent(home.agents[0], in: home.holder)
        slow.stopDelay = .seconds(4)
        slow.stopTimeout = .seconds(600)
        slow.startTimeout = .seconds(10)
        try home.fleet.install(slow)
        let owner = try home.mosaic("restart", "a1", "--stable-for", "0")
        try eventually("the owner's command is sent", state: owner.errors) { try !home.sent(by: owner.pid).isEmpty }
        let record = try #require(try home.lockRecord()?.record)
        #expect((record.maxHoldSeconds ?? 0) >= 1200)
        let inspect = try home.mosaic("lock", "inspect")
        #expect(try inspect.wait() == .exit(3))
        #expect(inspect.output.contains("seen this owner hold the lock for"), "\(inspect.output)")
        let waiter = try home.mosaic("restart", "a2", "--max-wait", "1s", "--stable-for", "0")
        #expect(try owner.wait() == .exit(0), "\(owner.errors)")
        #expect(try waiter.wait() == .exit(0), "\(waiter.errors)")
        #expect(try home.fleet.log().overlaps().isEmpty)
    }

    /// The library makes the one system call slow that publishes the lock, inside the registry mutex.
    @Test("A process on a slow disk is not taken for a frozen one", arguments: ["kernel", "path"])
    func slowDisk(_ mutex: String) throws {
        let home = try ScriptedHome(agents: 2)
        try ScriptedHome.write(ScriptedHome.roster(2) + "\n[guard]\nmutex = \"\(mutex)\"\n", to: home.rosterPath)
        let first = try home.mosaic(
            "restart", "a1", "--stable-for", "0",
            environment: ["LD_PRELOAD": try BuiltProduct.path("libno-flock.so"), "SLOW_LINK_MS": "9000"])
        try eventually("it is inside the mutex", state: first.errors) {
            TestProcess.contents(home.runDirectory + "/restart.mutex").contains("\"pid\":\(first.pid),")
                && FolderListing(home.runDirectory).entries.contains { $0.name.hasPrefix("staging-") }
        }
        let second = try home.mosaic("restart", "a2", "--stable-for", "0")
        #expect(try first.wait(within: .seconds(60)) == .exit(0), "\(first.errors)")
        #expect(try second.wait(within: .seconds(60)) == .exit(0), "\(second.errors)")
        #expect(home.leftovers.isEmpty)
    }
}
