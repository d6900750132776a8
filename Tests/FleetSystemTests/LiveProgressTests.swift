import FleetFake
import FleetKit
import FleetTestSupport
import Glibc
import Testing

/// Live progress on real terminals.
@Suite("Live progress on a terminal", .serialized, .timeLimit(.minutes(5)))
struct LiveProgressTests {
    static let widths = [40, 80, 200]
    /// Each phase can be looked at.
    static let pace = ScriptedHome.Pace(
        stop: .milliseconds(700), holderStart: .milliseconds(700), holderAnswers: .milliseconds(300),
        agentStart: .milliseconds(900))

    @Test("a restart is drawn in place and ends with its summary alone", arguments: widths)
    func restart(_ columns: Int) throws {
        let home = try ScriptedHome(agents: 4, pace: Self.pace)
        let terminal = try home.terminal("restart", "--stable-for", "500ms", columns: columns)
        let drain = try terminal.wait(until: "four agents are being stopped") { lines in
            lines.filter { $0.contains("stopping") }.count == 4
        }
        #expect(drain.contains { $0.hasPrefix("  mosaic-tmux-hol") && $0.hasSuffix("waiting") }, "\(drain)")
        #expect(drain.allSatisfy { $0.count < columns })
        // The picture begins on the first line and nothing is scrolled away: it is drawn over itself.
        #expect(drain.first?.hasPrefix("drain 0/4") == true)
        let holder = try terminal.wait(for: "restarting")
        #expect(holder.first?.hasPrefix("holder 0/1") == true)
        #expect(holder.filter { $0.contains("stopped") }.count == 4)
        let start = try terminal.wait(until: "four agents are being started") { lines in
            lines.filter { $0.contains(" starting ") }.count == 4
        }
        #expect(start[0].contains("%") && start[0].contains("["))
        let verify = try terminal.wait(for: "verify")
        #expect(verify.filter { $0.contains(" active ") }.count == 5)
        let end = try terminal.wait(for: "ended 0")
        #expect(end.first?.hasPrefix("5 units restarted in ") == true, "\(end)")
        #expect(end.count == (columns == 40 ? 4 : 3), "\(end)")
        #expect(try terminal.history() == end)
        #expect(try terminal.cursor().isVisible)
        #expect(try terminal.wraps())
    }

    @Test("two hundred units on 24 rows: what is done is a number, what is slow stays in sight")
    func manyUnits() throws {
        let home = try ScriptedHome(agents: 200)
        var slow = FakeUnit.agent(home.agents[150], in: home.holder, runs: [.up(after: .seconds(4))])
        slow.stopDelay = .seconds(1)
        try home.fleet.install(slow)
        let terminal = try home.terminal("restart", "--stable-for", "0")
        let lines = try terminal.wait(for: "start 199/200", within: .seconds(60))
        #expect(lines.count <= 23)
        #expect(lines.contains { $0.hasPrefix("  a151 ") && $0.contains("starting") }, "\(lines)")
        #expect(lines.last?.contains("more: ") == true && lines.last?.contains(" active") == true)
        let end = try terminal.wait(for: "ended 0", within: .seconds(60))
        #expect(end.first?.hasPrefix("201 units restarted in ") == true, "\(end)")
        #expect(try terminal.history() == end)
    }

    /// Each begins at its first size. (A terminal that was made narrow and then wide again brings back what it had to
    /// push out at the top: that is the terminal's memory, and no program can reach it.)
    static let sizes = [
        [(200, 24), (120, 24), (60, 24), (40, 24), (40, 6)], [(40, 6), (40, 10), (60, 10), (100, 24), (200, 40)],
    ]

    @Test("a terminal that changes its size in the middle shows one whole picture", arguments: sizes)
    func resize(_ sizes: [(Int, Int)]) throws {
        let home = try ScriptedHome(agents: 4, pace: Self.pace)
        try home.fleet.install(FakeUnit.agent(home.agents[0], in: home.holder, runs: [.up(after: .seconds(8))]))
        let terminal = try home.terminal("restart", "--stable-for", "0", columns: sizes[0].0, rows: sizes[0].1)
        try terminal.wait(for: "start 3/4")
        for (columns, rows) in sizes.dropFirst() {
            try terminal.resize(columns: columns, rows: rows)
            // At once: tmux itself takes up to 250 ms to tell of a new size.
            try terminal.wait(until: "one whole picture at \(columns) × \(rows)", within: .seconds(1)) { lines in
                lines.count == min(6, rows - 1) && lines.first?.hasPrefix("start 3/4") == true
                    && lines.filter { $0.hasPrefix("start 3/4") }.count == 1
                    && lines.filter { $0.hasPrefix("  a1 ") && $0.contains("starting") }.count == 1
                    && lines.allSatisfy { $0.count < columns }
            }
        }
        try terminal.wait(for: "ended 0")
    }

    @Test(
        "a signal leaves the cursor visible, below the picture or where it was",
        arguments: [SIGINT, SIGTERM, SIGHUP])
    func signals(_ number: CInt) throws {
        let home = try ScriptedHome(agents: 3, pace: Self.pace)
        try home.fleet.install(FakeUnit.agent(home.agents[0], in: home.holder, runs: [.up(after: .seconds(3))]))
        // `start` is not protected from a hang-up as a restart is.
        #expect(try home.mosaic("stop").wait() == .exit(0))
        let terminal = try home.terminal("start", "--stable-for", "0")
        try terminal.wait(for: "start 2/3")
        kill(try terminal.program(), number)
        let end = try terminal.wait(for: "ended ")
        switch number {
        case SIGINT, SIGTERM:
            #expect(end.contains("ended \(128 + number)"))
            #expect(end.first?.contains(number == SIGINT ? "interrupted" : "terminated") == true, "\(end)")
            #expect(!end.contains { $0.hasPrefix("start 2/3") })
        default:
            #expect(end.contains("ended \(128 + number)"))
            // The last picture stays, and the shell goes on below it.
            #expect(end.first?.hasPrefix("start 2/3") == true)
        }
        #expect(end.last?.hasPrefix("ended ") == true)
        #expect(try terminal.cursor() == .init(column: 0, row: end.count, isVisible: true))
    }

    @Test("after SIGKILL, which nobody can answer, the cursor is visible and lines wrap as before")
    func killed() throws {
        let home = try ScriptedHome(agents: 3, pace: Self.pace)
        let terminal = try home.terminal("restart", "--stable-for", "0")
        try terminal.wait(for: "stopping")
        kill(try terminal.program(), SIGKILL)
        try terminal.wait(for: "ended 137")
        #expect(try terminal.cursor().isVisible)
        #expect(try terminal.wraps())
    }

    @Test("a picture that was stopped with Ctrl-Z goes on below what the shell wrote")
    func stopped() throws {
        let home = try ScriptedHome(agents: 3, pace: Self.pace)
        try home.fleet.install(FakeUnit.agent(home.agents[0], in: home.holder, runs: [.up(after: .seconds(6))]))
        #expect(try home.mosaic("stop").wait() == .exit(0))
        let terminal = try SizedTerminal(
            columns: 80, rows: 40, environment: home.environment.merging(["PS1": "% "]) { _, new in new },
            ["/bin/bash", "--norc", "--noprofile", "-i"])
        try terminal.wait(for: "%")
        try terminal.type("\(try BuiltProduct.path("mosaic")) fleet start --stable-for 0 --backend fake", "Enter")
        try terminal.wait(for: "start 2/3")
        try terminal.type("C-z")
        try terminal.wait(for: "Stopped")
        try terminal.type("fg", "Enter")
        let lines = try terminal.wait(until: "the picture below the shell's words") { lines in
            guard let stop = lines.lastIndex(where: { $0.contains("fg") }) else { return false }
            return lines[stop...].contains { $0.hasPrefix("start 2/3") }
        }
        // What the shell said between the two pictures is still there.
        #expect(lines.contains { $0.contains("Stopped") })
        try terminal.wait(for: "4 units started")
        #expect(try terminal.lines().contains { $0.contains("Stopped") })
    }

    @Test("a restart that is stopped with Ctrl-Z says what it holds, and fg goes on with it")
    func stoppedWithLock() throws {
        let home = try ScriptedHome(agents: 3, pace: Self.pace)
        try home.fleet.install(FakeUnit.agent(home.agents[0], in: home.holder, runs: [.up(after: .seconds(6))]))
        let terminal = try SizedTerminal(
            columns: 80, rows: 40, environment: home.environment.merging(["PS1": "% "]) { _, new in new },
            ["/bin/bash", "--norc", "--noprofile", "-i"])
        try terminal.wait(for: "%")
        try terminal.type("\(try BuiltProduct.path("mosaic")) fleet restart --stable-for 0 --backend fake", "Enter")
        try terminal.wait(for: "start 2/3")
        try terminal.type("C-z")
        let lines = try terminal.wait(for: "Stopped")
        #expect(lines.joined().contains("mosaic fleet: stopped; the lock stays held: 'fg' continues"), "\(lines)")
        #expect(home.lockExists)
        try terminal.type("fg", "Enter")
        try terminal.wait(for: "4 units restarted")
        try terminal.type("echo status $?", "Enter")
        try terminal.wait(for: "status 0")
        #expect(home.leftovers.isEmpty)
    }

    @Test("a wait for the lock shows the owner and a countdown, and then the restart", arguments: widths)
    func waiting(_ columns: Int) throws {
        let home = try ScriptedHome()
        let owner = try home.idleOwner()
        let terminal = try home.terminal(
            "restart", "--max-wait", "90s", "--stable-for", "0", columns: columns)
        let first = try terminal.wait(for: "takes over in 1m 2")
        #expect(first[0].hasPrefix("waiting for the lock"))
        #expect(first.contains { $0.contains("owner") && $0.contains("pid \(owner.pid)") })
        #expect(first.contains { $0.contains("reason") && $0.contains("a test") })
        #expect(first.allSatisfy { $0.count < columns })
        let second = try terminal.wait(for: "takes over in 1m 27s")
        #expect(second.count == first.count)
        owner.endInput()
        let end = try terminal.wait(for: "ended 0")
        #expect(end.first?.hasPrefix("mosaic fleet: took over the lock from") == true, "\(end)")
        #expect(end.contains { $0.hasPrefix("4 units restarted in ") }, "\(end)")
    }

    @Test("what failed is in the summary with the unit's last words and the next command")
    func failure() throws {
        let home = try ScriptedHome()
        var unit = FakeUnit.agent(home.agents[1], in: home.holder, runs: [.fails(.status(7))])
        unit.restart = .no
        try home.fleet.install(unit)
        // Somebody's journal, with a line that would like to move the cursor.
        let programs = home.folder.path + "/bin"
        try ScriptedHome.makeFolder(programs)
        let asked = home.folder.path + "/asked"
        try ScriptedHome.write(
            "#!/bin/sh\necho \"$@\" >'\(asked)'\nprintf 'Nov 24 15:00:01 a2[7]: \\033[2Jbye\\nNov 24 15:00:00 a2[7]: no such model\\n'\n",
            to: programs + "/journalctl")
        chmod(programs + "/journalctl", 0o700)
        let terminal = try home.terminal(
            "restart", "--stable-for", "0", environment: ["PATH": "\(programs):/usr/local/bin:/usr/bin:/bin"])
        let end = try terminal.wait(for: "ended 1")
        #expect(end[0].hasPrefix("1 unit failed, 3 restarted in "), "\(end)")
        #expect(end[1].hasPrefix("  drain "))
        #expect(end[2] == "  mosaic-agent@a2.service: failed: exit status 7")
        #expect(end[3] == "    | Nov 24 15:00:01 a2[7]: \\u{1b}[2Jbye")
        #expect(end[4].hasPrefix("  next: see why with: mosaic fleet logs -n 50 a2 --mosaic-home /tmp/"))
        let words = TestProcess.contents(asked)
        #expect(words.contains("--user-unit=mosaic-agent@a2.service"))
        #expect(words.contains("--since=@"))
    }

    static let plain: [([String], [String: String])] = [
        ([], ["TERM": "dumb"]), (["--quiet"], [:]), (["--json"], [:]), (["-v"], [:]),
    ]

    @Test("a dumb terminal, -q, --json and -v get no picture", arguments: plain)
    func notDrawn(_ words: [String], _ environment: [String: String]) throws {
        let home = try ScriptedHome(agents: 2, pace: Self.pace)
        let program = [try BuiltProduct.path("mosaic"), "fleet", "restart", "--stable-for", "0", "--backend", "fake"]
        // tmux sets TERM itself, so it is set behind it.
        let terminal = try SizedTerminal(
            columns: 120, rows: 40, environment: home.environment,
            ["/usr/bin/env"] + environment.map { "\($0.key)=\($0.value)" } + program + words)
        let end = try terminal.wait(for: "ended 0")
        let text = end.joined(separator: "\n")
        #expect(!text.contains("%") && !text.contains("[="), "\(text)")
        if words.isEmpty { #expect(text.contains(" drain: 2 units\n")) }
        if words == ["--json"] { #expect(text.hasPrefix("{")) }
        if words == ["--quiet"] { #expect(end == ["ended 0"]) }
    }

    @Test("NO_COLOR and --color never draw without colours, --color always with them", arguments: [true, false])
    func colors(isColored: Bool) throws {
        let home = try ScriptedHome(agents: 2, pace: Self.pace)
        let terminal = try home.terminal(
            "restart", "--stable-for", "0", "--color", isColored ? "always" : "auto",
            environment: ["NO_COLOR": "1"])
        let screen = try eventually("a picture") {
            let screen = try terminal.screenWithColors()
            return screen.contains("stopping") ? screen : nil
        }
        #expect(screen.contains("\u{1B}[") == isColored, "\(screen)")
        try terminal.wait(for: "ended 0")
    }
}
