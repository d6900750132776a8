import FleetFake
import FleetKit
import FleetTestSupport
import Glibc
import Testing

/// How long a restart waits, what it says meanwhile, and what it decides only afterwards.
@Suite("Waiting for the lock", .timeLimit(.minutes(10)))
struct WaitingTests {
    @Test("--no-wait ends with 75 at once")
    func noWait() throws {
        let home = try ScriptedHome()
        let owner = try home.idleOwner()
        let restart = try home.mosaic("restart", "--no-wait")
        #expect(try restart.wait(within: .seconds(5)) == .exit(75))
        #expect(
            restart.errors.contains("held by pid \(owner.pid) (guard-holder, for the whole fleet, reason: a test)"))
        #expect(restart.errors.contains("hint: "))
        #expect(!restart.errors.contains("waiting"))
        #expect(try home.sent().isEmpty)
    }

    @Test("--on-timeout fail ends with 75 after --max-wait")
    func fail() throws {
        let home = try ScriptedHome()
        let owner = try home.idleOwner()
        let begin = ContinuousClock.now
        let restart = try home.mosaic("restart", "--on-timeout", "fail", "--max-wait", "1s")
        #expect(try restart.wait(within: .seconds(10)) == .exit(75))
        #expect(ContinuousClock.now - begin >= .seconds(1))
        #expect(restart.errors.contains("after 1 s of waiting"))
        #expect(try home.sent().isEmpty)
        #expect(owner.isRunning)
    }

    @Test("--on-timeout break takes over after --max-wait")
    func takeOver() throws {
        let home = try ScriptedHome()
        let owner = try home.idleOwner()
        let begin = ContinuousClock.now
        let restart = try home.mosaic(
            "restart", "--max-wait", "1s", "--on-timeout", "break", "--evict-grace", "100ms", "--stable-for", "0")
        #expect(try restart.wait() == .exit(0))
        #expect(ContinuousClock.now - begin >= .seconds(1))
        #expect(restart.errors.contains("took over the lock from owner pid \(owner.pid) (guard-holder)"))
        #expect(try owner.wait(within: .seconds(5)) == .signal(SIGKILL))
    }

    @Test("The waiting line comes once, after 400 ms, with everything about the owner")
    func line() throws {
        let home = try ScriptedHome()
        try home.fleet.install(FakeUnit(home.holder, runs: [.up(after: .seconds(3))]))
        let owner = try home.mosaic("restart", "--reason", "new tmux", "--stable-for", "0")
        try owner.waitForError("holder: 1 unit")
        let begin = ContinuousClock.now
        let waiter = try home.mosaic("restart", "a1", "--stable-for", "0", "--max-wait", "5m")
        let line = try waiter.waitForError("waiting")
        #expect(ContinuousClock.now - begin >= .milliseconds(400))
        for part in [
            // Longer than --max-wait: so long may the plan of the owner, which makes progress, rightly take.
            "up to 6h1m for this owner (until ", "pid \(owner.pid) ", "(mosaic fleet restart --reason 'new tmux'",
            "the whole fleet", "reason: new tmux", ", since ", "phase holder 0/1",
        ] {
            #expect(line.contains(part), "\(part)")
        }
        #expect(try owner.wait() == .exit(0))
        #expect(try waiter.wait() == .exit(0))
        #expect(waiter.errorLines.filter { $0.contains("waiting") }.count == 1)
        #expect(!waiter.output.contains("waiting"))
    }

    @Test("--only-failed is decided once the lock is held")
    func onlyFailed() throws {
        let home = try ScriptedHome()
        let owner = try home.idleOwner()
        #expect(try home.mosaic("stop", "a2").wait() == .exit(0))
        let restart = try home.mosaic("restart", "--only-failed", "--stable-for", "0")
        try restart.waitForError("waiting")
        // What was down when the command was typed is up again, and something else is down.
        #expect(try home.mosaic("start", "a2", "--stable-for", "0").wait() == .exit(0))
        let fleet = FakeFleet(directory: home.managerPath)
        var script = FakeUnit.agent(home.agents[2], in: home.holder)
        script.restart = .no
        try fleet.install(script)
        try fleet.kill(home.agents[2])
        // Not failed, but stopped on purpose.
        #expect(try home.mosaic("stop", "a1").wait() == .exit(0))
        owner.endInput()
        #expect(try restart.wait() == .exit(0))
        let units = Set(try home.sent(by: restart.pid).map(\.unit))
        #expect(units == ["mosaic-agent@a3.service"])
    }

    @Test("--dry-run takes no lock and sends nothing, also while somebody owns it", arguments: [false, true])
    func dryRun(isOwned: Bool) throws {
        let home = try ScriptedHome()
        let owner = isOwned ? try home.idleOwner() : nil
        let before = FolderListing(home.path)
        let plan = try home.mosaic("restart", "--dry-run")
        #expect(try plan.wait() == .exit(0))
        #expect(FolderListing(home.path) == before)
        #expect(try home.sent().isEmpty)
        #expect(plan.output.contains("Nothing was changed."))
        #expect(plan.output.contains("restart mosaic-tmux-holder.service"))
        let document = try home.mosaic("restart", "--dry-run", "--json")
        #expect(try document.wait() == .exit(0))
        #expect(try JSONText(document.output).object["dryRun"] as? Bool == true)
        owner?.endInput()
    }

    static let documents: [([String], Int32)] = [
        (["restart", "--stable-for", "0"], 0), (["restart", "a1", "--stable-for", "0"], 0), (["stop"], 0),
        (["start", "--stable-for", "0"], 0), (["status"], 0), (["lock", "inspect"], 0), (["lock", "break"], 0),
        (["restart", "--dry-run"], 0),
    ]

    @Test("--json prints exactly one document with schemaVersion", arguments: documents)
    func json(_ words: [String], _ status: Int32) throws {
        let home = try ScriptedHome()
        let command = try home.mosaic(words + ["--json"])
        #expect(try command.wait() == .exit(status))
        let lines = command.output.split(separator: "\n")
        #expect(lines.count == 1)
        #expect(try JSONText(command.output).object["schemaVersion"] as? Int == 1)
        #expect(command.errors.isEmpty)
    }

    static let wrongLines: [([String], Int32, String)] = [
        (["restart", "nobody"], 4, "no such agent: 'nobody'"), (["restart", "--stable-for", "soon"], 64, "soon"),
        (["restart", "--frobnicate"], 64, "--frobnicate"), (["stop", "nobody"], 4, "nobody"),
        (["lock", "break", "--token", "x"], 64, "--token 'x'"),
    ]

    @Test("Errors under --json are one object on stderr", arguments: wrongLines)
    func jsonError(_ words: [String], _ status: Int32, _ text: String) throws {
        let home = try ScriptedHome()
        let command = try home.mosaic(words + ["--json"])
        #expect(try command.wait() == .exit(status))
        #expect(command.output.isEmpty)
        #expect(command.errorLines.count == 1)
        let object = try JSONText(command.errors).object
        #expect((object["message"] as? String)?.contains(text) == true)
        #expect((object["code"] as? String)?.isEmpty == false)
        #expect((object["hint"] as? String)?.isEmpty == false)
    }

    @Test("A failed restart with --json is one document that names the unit")
    func jsonFailure() throws {
        let home = try ScriptedHome()
        var unit = FakeUnit.agent(home.agents[1], in: home.holder, runs: [.fails(.status(7))])
        unit.restart = .no
        try home.fleet.install(unit)
        let restart = try home.mosaic("restart", "--json", "--stable-for", "0")
        #expect(try restart.wait() == .exit(1))
        let document = try JSONText(restart.output).object
        #expect(document["ok"] as? Bool == false)
        let units = try #require(document["units"] as? [[String: Any]])
        #expect(units.first { $0["unit"] as? String == "mosaic-agent@a2.service" }?["outcome"] as? String == "failed")
    }

}
