import FleetFake
import FleetKit
import FleetTestSupport
import Glibc
import Testing

/// Owners that die, fail or are interrupted.
@Suite("Ends of an owner", .timeLimit(.minutes(10)))
struct CrashTests {
    /// Lines of `restart -v` at which the owner is killed: the beginning and the end of each phase.
    static let phaseMoments = [
        "drain: 3 units", "drain 1/3", "drain: done", "holder: 1 unit", "holder: done", "settle: 1 unit",
        "settle: done", "start: 3 units", "start 1/3", "start: done", "verify: 4 units",
    ]

    static let batchMoments = [
        "holder: 1 unit", "restart mosaic-tmux-holder.service", "holder: done", "settle: done", "start: 3 units",
        "start: done", "verify: 4 units",
    ]

    @Test("The stale lock of a killed owner is taken over at once", arguments: phaseMoments)
    func killed(_ moment: String) throws {
        try killed(moment, in: ScriptedHome(pace: .slow))
    }

    @Test("So it is when the restart was one batch", arguments: batchMoments)
    func killedInOneBatch(_ moment: String) throws {
        var pace = ScriptedHome.Pace.slow
        pace.holderAnswers = .zero
        try killed(moment, in: ScriptedHome(pace: pace, inOneBatch: true))
    }

    private func killed(_ moment: String, in home: ScriptedHome) throws {
        let first = try home.mosaic("restart", "-v", "--stable-for", "30s")
        try first.waitForError(moment)
        first.signal(SIGKILL)
        #expect(try first.wait() == .signal(SIGKILL))
        #expect(home.lockExists)
        let inspect = try home.mosaic("lock", "inspect", "--json")
        #expect(try inspect.wait() == .exit(3))
        #expect(inspect.output.contains(#""verdict":"abandoned""#))

        let second = try home.mosaic("restart", "--stable-for", "200ms")
        try second.waitForError("took over the lock from owner pid \(first.pid)")
        #expect(try second.wait() == .exit(0))
        #expect(try !home.sent(by: second.pid).isEmpty)
        // The owner's death is the reason, not its silence, and nothing was waited for.
        #expect(second.errors.contains("it is dead"))
        #expect(!second.errors.contains("waiting"))
        #expect(try home.fleet.log().overlaps().isEmpty)
        #expect(try home.mosaic("status").wait() == .exit(0))
        #expect(home.leftovers.isEmpty)
    }

    @Test("The lock is released after a success and after a failure", arguments: [false, true])
    func released(fails: Bool) throws {
        let home = try ScriptedHome()
        if fails {
            var unit = FakeUnit.agent(home.agents[1], in: home.holder, runs: [.fails(.status(7))])
            unit.restart = .no
            try home.fleet.install(unit)
        }
        let restart = try home.mosaic("restart", "--stable-for", "0")
        #expect(try restart.wait() == .exit(fails ? 1 : 0))
        #expect(restart.output.contains("mosaic-agent@a2.service: failed") == fails)
        #expect(!home.lockExists)
    }

    @Test(
        "An interrupted owner releases the lock and names what it did not reach",
        arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
    func interrupted(_ signal: Int32, _ status: Int32) throws {
        let home = try ScriptedHome()
        var holder = FakeUnit(home.holder, runs: [.hanging])
        holder.linger = .milliseconds(1)  // keeps the phases apart
        try home.fleet.install(holder)
        let restart = try home.mosaic("restart", "-v")
        try restart.waitForError("restart mosaic-tmux-holder.service")
        restart.signal(signal)
        #expect(try restart.wait(within: .seconds(5)) == .exit(status))
        let last = try #require(restart.errorLines.first { $0.contains("error:") })
        #expect(last.contains("left to systemd: mosaic-tmux-holder.service"))
        for agent in home.agents { #expect(last.contains(agent.rawValue)) }
        #expect(last.contains("left stopped: "))
        #expect(restart.errors.contains("hint: "))
        #expect(!home.lockExists)
        #expect(home.leftovers.isEmpty)
    }

    @Test(
        "A waiting restart that is interrupted leaves the owner's lock alone",
        arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
    func interruptedWaiter(_ signal: Int32, _ status: Int32) throws {
        let home = try ScriptedHome()
        let owner = try home.idleOwner()
        let before = try home.lockRecord()
        let restart = try home.mosaic("restart")
        try restart.waitForError("waiting up to")
        restart.signal(signal)
        #expect(try restart.wait(within: .seconds(5)) == .exit(status))
        #expect(try home.lockRecord() == before)
        #expect(owner.isRunning)
        #expect(try home.sent().isEmpty)
    }
}
