import FleetFake
import FleetKit
import FleetTestSupport
import Glibc
import Testing

/// `status --watch` on real terminals, in pipes, and fed by a real manager's signals.
@Suite("status --watch", .serialized, .timeLimit(.minutes(5)))
struct StatusWatchTests {
    @Test(
        "a terminal shows each change at once, and Ctrl-C leaves the last picture and a cursor",
        arguments: [40, 80, 200])
    func terminal(_ columns: Int) throws {
        let home = try ScriptedHome()
        // The interval is far longer than the test: what is seen was heard.
        let terminal = try home.terminal("status", "--watch=10m", columns: columns)
        let first = try terminal.wait(for: "4 active")
        #expect(first[0].hasPrefix("AGENT") && first[1].hasPrefix("(holder)"))
        #expect(first.count == 6 && first.allSatisfy { $0.count < columns })
        try home.fleet.install(looping(home.agents[1]))
        try home.fleet.kill(home.agents[1], .status(7))
        let loop = try terminal.wait(for: "died (exit status 7)", within: .seconds(10))
        // The one in trouble comes first, its reason below it.
        #expect(loop[2].hasPrefix("a2 ") && loop[3].hasPrefix("    died ("), "\(loop)")
        #expect(loop.last?.contains("1 restarting, 3 active") == true)
        try terminal.resize(columns: columns + 20, rows: 12)
        try terminal.wait(until: "the picture at its new size") { $0.last?.contains("1 restarting") == true }
        try terminal.type("C-c")
        let end = try terminal.wait(for: "ended 130")
        #expect(end.filter { $0.contains("died (exit status 7)") }.count == 1)
        #expect(end.last == "ended 130" && end[end.count - 2].contains("1 restarting, 3 active"), "\(end)")
        #expect(!end.contains { $0.contains("error") })
        #expect(try terminal.cursor() == .init(column: 0, row: end.count, isVisible: true))
    }

    /// Fails at every start, with a long pause in between.
    private func looping(_ unit: UnitName) -> FakeUnit {
        var script = FakeUnit(unit, runs: [.fails(.status(7))])
        script.restart = .always
        script.restartDelay = .seconds(600)
        return script
    }

    @Test("a terminal that grows shows more at once, although nothing has changed")
    func grown() throws {
        let home = try ScriptedHome()
        let terminal = try home.terminal("status", "--watch=10m", rows: 5)
        #expect(try terminal.wait(for: " more: ").count == 4)
        try terminal.resize(columns: 80, rows: 24)
        let lines = try terminal.wait(until: "the whole fleet", within: .seconds(1)) { lines in
            lines.count == 6 && !lines.contains { $0.contains(" more: ") }
        }
        #expect(lines.last?.hasPrefix("4 active, at ") == true)
        try terminal.type("C-c")
        try terminal.wait(for: "ended 130")
    }

    @Test("two hundred agents fit 24 rows, the failed one among them")
    func many() throws {
        let home = try ScriptedHome(agents: 200)
        try home.fleet.kill(home.agents[170], .status(1))
        var script = FakeUnit(home.agents[170], runs: [.fails(.status(1))])
        script.restart = .no
        try home.fleet.install(script)
        let terminal = try home.terminal("status", "--watch", "-o", "wide", columns: 80)
        let lines = try terminal.wait(for: " more: ")
        #expect(lines.count <= 23)
        #expect(lines.contains { $0.hasPrefix("a171 ") }, "\(lines)")
        kill(try terminal.program(), SIGTERM)
        try terminal.wait(for: "ended 143")
    }

    @Test("with --json each change is one document on one line, and nothing is said twice")
    func stream() throws {
        let home = try ScriptedHome()
        let watch = try home.mosaic("status", "--watch=100ms", "--json")
        try watch.waitForOutput("\"allActive\":true")
        #expect(try home.mosaic("stop", "a2").wait() == .exit(0))
        try watch.waitForOutput("\"allActive\":false")
        func summaries() throws -> [String] {
            let whole = watch.output.prefix(upTo: watch.output.lastIndex(of: "\n") ?? watch.output.startIndex)
            return try whole.split(separator: "\n").map { line in
                try JSONText(String(line)).object["summary"] as? String ?? ""
            }
        }
        try eventually("a2 is down", state: watch.output) { try summaries().last == "1 inactive, 3 active" }
        // It looks every 200 ms, and sleeps about eleven times from one look to the next.
        let before = Self.sleeps(watch.pid)
        try eventually("it has looked again and again", state: watch.output) { Self.sleeps(watch.pid) > before + 50 }
        watch.signal(SIGINT)
        #expect(try watch.wait() == .exit(130))
        let documents = watch.output.split(separator: "\n").map(String.init)
        for document in documents { #expect(try JSONText(document).object["schemaVersion"] as? Int == 1) }
        let said = try summaries()
        #expect(zip(said, said.dropFirst()).allSatisfy { $0 != $1 }, "\(said)")
        #expect(watch.errors.isEmpty)
    }

    @Test("looked at once, on a terminal, a broken fleet comes with the next step; a script gets the table alone")
    func nextStep() throws {
        let home = try ScriptedHome()
        try home.fleet.install(looping(home.agents[1]))
        try home.fleet.kill(home.agents[1], .status(7))
        let terminal = try home.terminal("status", columns: 200)
        let lines = try terminal.wait(for: "ended 3")
        #expect(
            lines.dropLast().last == "Next: see why with: mosaic fleet logs -n 50 a2 --mosaic-home \(home.path)",
            "\(lines)")
        let script = try home.mosaic("status")
        #expect(try script.wait() == .exit(3))
        #expect(script.output.hasSuffix("1 restarting, 3 active\n") && script.errors.isEmpty)
    }

    private static func sleeps(_ pid: pid_t) -> Int {
        let line = TestProcess.contents("/proc/\(pid)/status").split(separator: "\n")
            .first { $0.hasPrefix("voluntary_ctxt_switches:") }
        return line.flatMap { Int($0.split(separator: "\t").last ?? "") } ?? 0
    }

    @Test("a pipe gets the table and then a line for each change; a reader that goes away ends it")
    func pipe() throws {
        let home = try ScriptedHome()
        let watch = try home.mosaic("status", "--watch")
        try watch.waitForOutput("4 active")
        #expect(try home.mosaic("stop", "a3").wait() == .exit(0))
        try watch.waitForOutput("mosaic-agent@a3.service inactive (dead)")
        let owner = try home.mosaic("lock", "run", "--", "sleep", "600")
        try watch.waitForOutput("A lock run is in progress: pid \(owner.pid)")
        owner.signal(SIGTERM)
        try owner.wait(within: .seconds(30))
        try watch.waitForOutput("The lock is free")
        watch.signal(SIGTERM)
        #expect(try watch.wait() == .exit(143))
        let headed = try TestProcess(
            [
                "/bin/sh", "-c", "\"$0\" fleet status --watch=10m --backend fake | head -n 1",
                try BuiltProduct.path("mosaic"),
            ], environment: home.environment)
        #expect(try headed.wait(within: .seconds(10)) == .exit(0))
        #expect(headed.output.hasPrefix("AGENT"))
    }

    /// A watch of a real fleet with one agent stopped, on a real terminal.
    private static func resting(
        _ fleet: RealFleet, rows: Int = 24, then script: String = ":"
    ) throws -> SizedTerminal {
        try fleet.systemctl("stop", fleet.agents[0])
        // Where there is a Swift toolchain, its crash handler asks questions; beside the installed program there is none.
        let environment = fleet.environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { _, new in new }
        let terminal = try SizedTerminal(
            columns: 80, rows: rows, environment: environment,
            [
                "/bin/sh", "-c", "trap : INT TERM; \"$0\" \"$@\"; status=$?; \(script); exit $status",
                try BuiltProduct.path("mosaic"), "fleet", "status", "--watch=10m",
            ])
        try terminal.wait(for: "1 inactive, ")
        return terminal
    }

    /// The watch itself, below the shell of `resting`.
    private static func watch(in terminal: SizedTerminal) throws -> pid_t {
        let shell = try terminal.program()
        return try eventually("the watch", state: terminal.screen) { ChildList(of: shell).pids.first }
    }

    private static func writes(_ pid: pid_t) -> Int {
        let line = TestProcess.contents("/proc/\(pid)/io").split(separator: "\n").first { $0.hasPrefix("syscw:") }
        return line.flatMap { Int($0.split(separator: " ").last ?? "") } ?? -1
    }

    @Test(
        "with an agent stopped the watch comes to rest, and Ctrl-C, SIGTERM and q end it",
        arguments: [("C-c", 130), ("TERM", 143), ("q", 3)])
    func endsWhileAnAgentIsStopped(_ end: String, _ status: Int) throws {
        let fleet = try RealFleet(agents: 2)
        let terminal = try Self.resting(fleet)
        let watch = try Self.watch(in: terminal)
        // At rest it still looks about, five times a second, but it writes nothing.
        try eventually("it draws nothing for 20 wake-ups", within: .seconds(30), state: terminal.screen) {
            let (sleeps, writes) = (Self.sleeps(watch), Self.writes(watch))
            try eventually("20 wake-ups", state: terminal.screen) { Self.sleeps(watch) >= sleeps + 20 }
            return Self.writes(watch) == writes
        }
        if end == "TERM" { kill(watch, SIGTERM) } else { try terminal.type(end) }
        let lines = try terminal.wait(for: "ended \(status)")
        #expect(lines.filter { $0.hasPrefix("AGENT") }.count == 1, "\(lines)")
    }

    @Test(
        "typed keys are not echoed into the table, and the terminal has its echo back after every end",
        arguments: ["q", "C-c", "TERM", "C-z", "QUIT", "ABRT"])
    func keys(_ end: String) throws {
        let fleet = try RealFleet(agents: 1)
        let terminal = try Self.resting(fleet, then: "stty -a")
        let watch = try Self.watch(in: terminal)
        try terminal.type("xyzzy")
        try terminal.resize(columns: 90, rows: 24)
        let lines = try terminal.wait(until: "it is drawn again") { $0.first?.hasPrefix("AGENT") == true }
        #expect(!lines.contains { $0.contains("xyzzy") }, "\(lines)")
        switch end {
        case "TERM": kill(watch, SIGTERM)
        case "QUIT": kill(watch, SIGQUIT)
        case "ABRT": kill(watch, SIGABRT)
        case "C-z":
            // To the watch alone: its shell here has no job control.
            kill(watch, SIGTSTP)
            try terminal.wait(until: "it has left the terminal's second screen") {
                !$0.contains { $0.hasPrefix("AGENT") }
            }
            kill(watch, SIGCONT)
            try terminal.wait(until: "it is drawn again") { $0.first?.hasPrefix("AGENT") == true }
            try terminal.type("q")
        default: try terminal.type(end)
        }
        let after = try terminal.wait(until: "the modes") { $0.contains { $0.contains("echo") } }
        let modes = after.flatMap { $0.split { " ;".contains($0) } }
        #expect(modes.contains("echo") && modes.contains("icanon"), "\(after)")
        #expect(!after.contains { $0.contains("xyzzy") }, "\(after)")
        #expect(try terminal.cursor().isVisible && terminal.wraps())
    }

    @Test("a resize leaves no rows of an older picture, neither on the screen nor above it")
    func resized() throws {
        let fleet = try RealFleet(agents: 6)
        let terminal = try Self.resting(fleet)
        for (columns, rows) in [(40, 6), (20, 24), (100, 8), (80, 24)] {
            try terminal.resize(columns: columns, rows: rows)
            try terminal.wait(until: "the picture at \(columns) x \(rows)") { lines in
                lines.first?.hasPrefix("AGENT") == true && lines.allSatisfy { $0.count < columns }
                    && lines.count == min(rows - 1, 9) && lines.contains { $0.hasPrefix("1 inactive") }
            }
            #expect(try terminal.history().filter { $0.hasPrefix("AGENT") }.count == 1)
        }
        try terminal.type("q")
        try terminal.wait(for: "ended 3")
        #expect(try terminal.history().filter { $0.hasPrefix("AGENT") }.count == 1)
    }

    @Test("over D-Bus a change of a real unit is heard, long before the interval is over")
    func heard() throws {
        let fleet = try RealFleet(agents: 3)
        let watch = try fleet.mosaic("status", "--watch=10m", backend: "dbus")
        try watch.waitForOutput("4 active")
        try fleet.systemctl("stop", fleet.agents[1])
        try watch.waitForOutput("\(fleet.agents[1]) inactive (dead)", within: .seconds(10))
        try fleet.systemctl("start", fleet.agents[1])
        try watch.waitForOutput("\(fleet.agents[1]) active (running)", within: .seconds(10))
        watch.signal(SIGINT)
        #expect(try watch.wait() == .exit(130))
    }
}
