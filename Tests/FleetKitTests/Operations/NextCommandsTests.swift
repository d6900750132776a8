import FleetTestSupport
import Testing

@testable import FleetGuard
@testable import FleetKit

/// What a next step tells to type: runnable, and for the same fleet.
@Suite struct NextCommandsTests {
    private static func commands(_ scope: ManagerScope = .user, home: String? = nil) throws -> NextCommands {
        let holder = try UnitName("mosaic-tmux-holder.service")
        let agents = try ["a1", "x.y-z"].map { text throws(FleetError) in
            let name = try AgentName(text)
            return Roster.Agent(name: name, unit: try name.unit)
        }
        return NextCommands(
            scope: scope, mosaicHome: home,
            roster: Roster(origin: .discovered, holder: .init(unit: holder), agents: agents))
    }

    @Test func `A unit of the fleet is shown by mosaic itself, any other by journalctl`() throws {
        let commands = try Self.commands()
        func line(_ unit: String) throws -> String { commands.journal(of: try UnitName(unit), lines: 50) }
        #expect(try line("mosaic-agent@a1.service") == "mosaic fleet logs -n 50 a1")
        #expect(try line("mosaic-agent@x.y-z.service") == "mosaic fleet logs -n 50 x.y-z")
        #expect(try line("mosaic-tmux-holder.service") == "mosaic fleet logs --holder -n 50")
        // Not in the roster, so `logs` does not know it.
        #expect(
            try line("mosaic-agent@a2.service") == "journalctl --user-unit=mosaic-agent@a2.service --lines=50")
        #expect(
            try Self.commands(.system).journal(of: UnitName("b\\x2d.service"), lines: 5)
                == "journalctl '--unit=b\\x2d.service' --lines=5")
    }

    static let homes = ["/fleet", "/it's a \"home\"", "/a;reboot", "/$(id)`id`", "/*", "/é/~"]

    @Test(arguments: homes) func `A shell reads the words that were meant`(_ home: String) throws {
        let commands = try Self.commands(.system, home: home)
        let lines: [(String, [String])] = [
            (
                commands.journal(of: try UnitName("mosaic-agent@a1.service"), lines: 50),
                ["mosaic", "fleet", "logs", "-n", "50", "a1", "--system", "--mosaic-home", home]
            ),
            (commands.fleet("init"), ["mosaic", "fleet", "init", "--system", "--mosaic-home", home]),
            // Behind the `--` they would be the command's own.
            (
                commands.fleet(words: ["lock", "run", "--", "echo", "--", home]),
                ["mosaic", "fleet", "lock", "run", "--system", "--mosaic-home", home, "--", "echo", "--", home]
            ),
            (
                commands.systemd("systemctl", "status", "--", "b\\x2d.service"),
                ["systemctl", "--system", "status", "--", "b\\x2d.service"]
            ),
        ]
        for (line, words) in lines {
            let shell = try TestProcess(
                ["/bin/sh", "-c", "set -- \(line)\nprintf '%s\\n' \"$@\""], environment: ["PATH": "/nonexistent"])
            #expect(try shell.wait() == .exit(0))
            #expect(shell.output == words.map { $0 + "\n" }.joined(), "\(line)")
        }
    }

    @Test func `What journalctl says newest first is shown oldest first, entry by entry`() {
        let times = (1...4).map { "Nov  5 10:00:0\($0)" }
        let text =
            "\(times[3]) a[7]: fourth\n\(times[2]) mosaic-fleet[9]: restart of\n    two lines\n"
            + "\(times[1]) a[7]: second\n     more of it\n     and more\n\(times[0]) mosaic[8]: first\n"
        #expect(
            UnitJournal.oldestFirst(text) == [
                "\(times[0]) mosaic[8]: first", "\(times[1]) a[7]: second", "     more of it", "     and more",
                "\(times[3]) a[7]: fourth",
            ])
        #expect(UnitJournal.oldestFirst("") == [])
        #expect(UnitJournal.oldestFirst("  indented\nT1\n") == ["T1", "  indented"])
    }

    @Test func `No next step moves the cursor`() throws {
        let line = try Self.commands(home: "/a\u{9b}2J\u{202e}").fleet("init")
        #expect(line == "mosaic fleet init --mosaic-home '/a\\u{9b}2J\\u{202e}'")
    }
}
