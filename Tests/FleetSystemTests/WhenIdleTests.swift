import FleetFake
import FleetKit
import FleetTestSupport
import Glibc
import Testing

/// `restart --when-idle` as a process, on a scripted fleet.
@Suite("Waiting for busy agents", .timeLimit(.minutes(10)))
struct WhenIdleTests {
    let home: ScriptedHome

    init() throws { home = try ScriptedHome() }

    private func say(_ state: Activity.State, _ index: Int, note: String? = nil) throws {
        let since = Int64(time(nil)) - 60
        try home.fleet.say(#require(try Activity(state, since: since, note: note).statusText), of: home.agents[index])
    }

    private func sayAll(_ state: Activity.State) throws { for index in 0..<3 { try say(state, index) } }

    @Test("All idle: it restarts at once and says nothing of a wait")
    func idle() throws {
        try sayAll(.idle)
        let restart = try home.mosaic("restart", "--when-idle", "--stable-for", "0")
        #expect(try restart.wait() == .exit(0), "\(restart.errors)")
        #expect(!restart.errors.contains("waiting"))
        #expect(try home.sent().contains { $0.verb == "restart" })
    }

    @Test("It waits without the lock, names who is busy and since when, and goes on when they are idle")
    func waits() throws {
        try sayAll(.idle)
        try say(.busy, 1, note: "the tests")
        let restart = try home.mosaic("restart", "--when-idle", "--stable-for", "0")
        let line = try restart.waitForError("until no agent is busy")
        #expect(line.contains("a2 (busy for 1m ") && line.contains(": the tests)"), "\(line)")
        #expect(line.contains("waiting up to 10m (until ") && !line.contains("a1") && !line.contains("a3"))
        #expect(!home.lockExists)
        try say(.busy, 2)
        try restart.waitForError("still waiting for a2 (busy for ")
        try say(.idle, 1)
        try restart.waitForError("still waiting for a3 (busy for ")
        #expect(try home.sent().isEmpty)
        try say(.waiting, 2)
        #expect(try restart.wait() == .exit(0), "\(restart.errors)")
        #expect(!home.lockExists)
    }

    @Test("At the deadline it ends with 75, names who was busy, and has touched nothing")
    func givesUp() throws {
        try sayAll(.idle)
        try say(.busy, 2, note: "a long one")
        let restart = try home.mosaic("restart", "--when-idle", "--deadline", "300ms")
        #expect(try restart.wait() == .exit(75))
        #expect(restart.errors.contains("still busy at the deadline of 300ms: a3 (busy for 1m "))
        #expect(restart.errors.contains(": a long one); nothing was touched"))
        #expect(try home.sent().isEmpty)
        #expect(home.leftovers.isEmpty)
    }

    @Test("--on-deadline restart cuts those alone that are busy, and says so")
    func cuts() throws {
        try sayAll(.idle)
        try say(.busy, 2)
        let restart = try home.mosaic(
            "restart", "--when-idle", "--deadline", "300ms", "--on-deadline", "restart", "--stable-for", "0")
        #expect(try restart.wait() == .exit(0), "\(restart.errors)")
        let warning = try #require(restart.errorLines.first { $0.contains("warning: ") })
        #expect(warning.contains("interrupting a3 (busy for 1m "), "\(warning)")
        #expect(restart.output.contains("cut while busy: a3\n"), "\(restart.output)")
    }

    @Test("Where nothing reports, it says at once who never will be idle and what to do, and keeps to the deadline")
    func nothingReports() throws {
        let restart = try home.mosaic("restart", "--when-idle", "--deadline", "2s")
        let hint = try restart.waitForError("mosaic fleet report", within: .seconds(1))
        #expect(hint.contains("a1, a2, a3 report no activity") && hint.contains("activity = \"quiet"), "\(hint)")
        #expect(restart.isRunning)
        #expect(try restart.wait() == .exit(75))
        #expect(restart.errors.contains("a1 (reports no activity)"))
        #expect(try home.sent().isEmpty)
    }

    @Test("Busy again while it waits for the lock: the lock is given back untouched, and it waits again")
    func busyAgain() throws {
        try sayAll(.idle)
        let owner = try home.idleOwner()
        let restart = try home.mosaic("restart", "--when-idle", "--stable-for", "0")
        try restart.waitForError("waiting up to")
        try say(.busy, 0)
        owner.endInput()
        try restart.waitForError("until no agent is busy: a1 (busy")
        try eventually("the lock is given back") { home.lockExists ? nil : true }
        #expect(try home.sent().isEmpty)
        try say(.idle, 0)
        #expect(try restart.wait() == .exit(0), "\(restart.errors)")
        #expect(home.leftovers.isEmpty)
    }

    @Test("Interrupted while it waits: nothing was touched", arguments: [(SIGINT, Int32(130)), (SIGTERM, Int32(143))])
    func interrupted(_ number: CInt, _ status: Int32) throws {
        try sayAll(.busy)
        let restart = try home.mosaic("restart", "--when-idle")
        try restart.waitForError("until no agent is busy")
        restart.signal(number)
        #expect(try restart.wait(within: .seconds(10)) == .exit(status))
        #expect(restart.errors.contains("nothing was touched"), "\(restart.errors)")
        #expect(try home.sent().isEmpty)
        #expect(!home.lockExists)
    }

    @Test("--json: a line for each change of those who are waited for, then the report")
    func json() throws {
        try sayAll(.idle)
        try say(.busy, 1, note: "x")
        let restart = try home.mosaic("restart", "--when-idle", "--json", "--stable-for", "0")
        try restart.waitForOutput("\n")
        try home.fleet.say("gibberish", of: home.agents[2])
        try restart.waitForOutput("\"state\":\"unknown\"")
        try sayAll(.idle)
        #expect(try restart.wait() == .exit(0), "\(restart.errors)")
        let lines = restart.output.split(separator: "\n").map(String.init)
        #expect(lines.count == 3, "\(lines)")
        for line in lines { #expect(line.contains("\"schemaVersion\":1")) }
        #expect(lines[0].contains("\"event\":\"waiting\"") && lines[0].contains("\"note\":\"x\""), "\(lines[0])")
        #expect(lines[0].contains("\"unit\":\"mosaic-agent@a2.service\"") && lines[0].contains("\"since\":\"20"))
        #expect(lines[1].contains("\"hint\":\"a3 reports no activity"), "\(lines[1])")
        #expect(lines[2].contains("\"command\":\"restart\"") && lines[2].contains("\"waitedForIdle\":{"))
        #expect(restart.errors.isEmpty, "\(restart.errors)")
    }

    @Test("On a terminal it is a picture: who is busy, since when, and until when it waits")
    func picture() throws {
        try sayAll(.idle)
        try say(.busy, 1, note: "the tests")
        try home.fleet.say("", of: home.agents[2])
        let terminal = try home.terminal("restart", "--when-idle", "--deadline", "5m", "--stable-for", "0")
        let lines = try terminal.wait(for: "(--deadline 5m)")
        let first = try #require(lines.firstIndex { $0.hasPrefix("waiting until no agent is busy  ") }, "\(lines)")
        #expect(
            lines[first + 1].hasPrefix("  a2  busy for 1m ") && lines[first + 1].hasSuffix(": the tests"), "\(lines)")
        #expect(lines[first + 2] == "  a3  reports no activity", "\(lines)")
        #expect(lines[first + 3].hasPrefix("  gives up in "), "\(lines)")
        try sayAll(.idle)
        let end = try terminal.wait(for: "ended 0")
        #expect(!end.contains { $0.contains("waiting until") }, "\(end)")
    }

    @Test("A restart that others did meanwhile is not done again, nor waited for")
    func joins() throws {
        try sayAll(.busy)
        let restart = try home.mosaic("restart", "--when-idle", "--stable-for", "0")
        try restart.waitForError("until no agent is busy")
        let other = try home.mosaic("restart", "--stable-for", "0")
        #expect(try other.wait() == .exit(0), "\(other.errors)")
        #expect(try restart.wait() == .exit(0), "\(restart.errors)")
        #expect(restart.output.contains("Nothing left to do: already done by"), "\(restart.output)")
        #expect(try home.sent(by: restart.pid).isEmpty)
    }

    @Test("--no-join waits for the new runs, too")
    func noJoin() throws {
        try sayAll(.busy)
        let restart = try home.mosaic("restart", "--when-idle", "--no-join", "--stable-for", "0")
        try restart.waitForError("until no agent is busy")
        #expect(try home.mosaic("restart", "--stable-for", "0").wait() == .exit(0))
        try restart.waitForError("a1 (reports no activity)")
        try sayAll(.idle)
        #expect(try restart.wait() == .exit(0), "\(restart.errors)")
        #expect(try !home.sent(by: restart.pid).isEmpty)
    }

    @Test("--no-wait is about the lock: held, it ends at once; free, it waits for agents")
    func noWait() throws {
        try sayAll(.busy)
        let owner = try home.idleOwner()
        let refused = try home.mosaic("restart", "--when-idle", "--no-wait")
        #expect(try refused.wait(within: .seconds(10)) == .exit(75))
        #expect(refused.errors.contains("a restart is running: pid \(owner.pid) "), "\(refused.errors)")
        owner.endInput()
        _ = try owner.wait()
        let restart = try home.mosaic("restart", "--when-idle", "--no-wait", "--stable-for", "0")
        try restart.waitForError("until no agent is busy")
        try sayAll(.idle)
        #expect(try restart.wait() == .exit(0), "\(restart.errors)")
    }

    @Test("--dry-run shows who is busy")
    func dryRun() throws {
        try sayAll(.idle)
        try say(.busy, 1, note: "x")
        let plain = try home.mosaic("restart", "--dry-run")
        #expect(try plain.wait() == .exit(0))
        #expect(
            plain.output.contains(
                "  busy, and would be interrupted (--when-idle waits for them):\n       a2: busy for 1m "))
        let idle = try home.mosaic("restart", "--dry-run", "--when-idle")
        #expect(try idle.wait() == .exit(0))
        #expect(idle.output.contains("  it would first wait for:\n       a2: busy for 1m "), "\(idle.output)")
        let json = try home.mosaic("restart", "a2", "--dry-run", "--when-idle", "--json")
        #expect(try json.wait() == .exit(0))
        #expect(json.output.contains("\"waits\":true") && json.output.contains("\"state\":\"busy\""))
        #expect(try home.sent().isEmpty)
    }

    @Test(
        "Options that make no sense are refused with 64",
        arguments: [
            (["--deadline", "1m"], "--deadline needs --when-idle"),
            (["--on-deadline", "restart"], "--on-deadline needs --when-idle"),
            (["--when-idle", "--deadline", "soon"], "'soon' is not a duration"),
            (["--when-idle", "--on-deadline", "cut"], "'cut'"),
        ])
    func usage(_ options: [String], _ words: String) throws {
        let restart = try home.mosaic(["restart"] + options)
        #expect(try restart.wait() == .exit(64))
        #expect(restart.errors.contains(words), "\(restart.errors)")
    }
}
