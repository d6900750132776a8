import ArgumentParser
import FleetKit
import Testing

@testable import FleetCommands

/// A name leads to one command, and that command's own parser reads the rest as the parser of the whole tree would.
@Suite("Named commands")
struct NamedCommandTests {
    /// Every command with the words that name it.
    private static let commands: [(words: [String], type: any CommandModule.Type)] =
        ([(["fleet"], CommandRegistry.fleet), (["fleet", "lock"], CommandRegistry.lock)]
        as [([String], [any ParsableCommand.Type])]).flatMap { group, types in
            types.compactMap { type in
                guard let module = type as? any CommandModule.Type, let name = type.configuration.commandName else {
                    return nil
                }
                return (group + [name], module)
            }
        }

    /// Operands without which a command is no command.
    private static let operands: [String: [String]] = [
        "add": ["a", "--", "c"], "attach": ["a"], "remove": ["a"], "peek": ["a"], "send": ["a", "x"],
        "report": ["busy"], "event": ["--", "a.service"], "run": ["--", "c"],
        "session": ["--name", "a", "--tmux", "/t"], "keep": ["--lock", "3", "--control", "4", "--program", "/p"],
    ]

    private static let flags = ["--json", "-q", "--verbose"]

    /// Every command, with every selection and order of at most two of these flags.
    private static let lines: [[String]] = commands.flatMap { words, _ in
        let operands = words.last.flatMap { Self.operands[$0] } ?? []
        let choices = [[]] + flags.map { [$0] } + flags.flatMap { one in flags.map { [one, $0] } }
        return choices.map { words + $0 + operands }
    }

    @Test("every command is found, and both parsers read its line alike")
    func everyCommand() throws {
        // `lock` and `host` are groups.
        #expect(Self.commands.count == CommandRegistry.fleet.count - 2 + CommandRegistry.lock.count)
        #expect(Self.lines.count == Self.commands.count * (1 + 3 + 9))
        for line in Self.lines {
            let own = try Self.read(line) { try #require(try NamedCommand($0)?.module()) }
            let whole = try Self.read(line) { try #require(try RootCommand.parseAsRoot($0) as? any CommandModule) }
            #expect(own == whole, "\(line)")
            // Reading an option that no parser has set would trap.
            #expect(!own.contains("definition"), "\(line)")
            #expect(own.contains("refused") == (line.starts(with: ["fleet", "metrics"]) && line.contains("--json")))
        }
    }

    /// The type and every property of the command, or what the parser has to say.
    private static func read(_ line: [String], by parse: ([String]) throws -> any CommandModule) throws -> String {
        do {
            let command = try parse(line)
            return "\(type(of: command)) \(command)"
        } catch  where !(error is ExpectationFailedError) {
            return "refused: \(RootCommand.message(for: error))"
        }
    }

    @Test("a command that is made without its parser is what that would make")
    func plain() throws {
        var count = 0
        for (words, type) in Self.commands {
            guard let plain = type.plain else { continue }
            count += 1
            let parsed = try #require(try type.parseAsRoot([]) as? any CommandModule)
            #expect("\(plain)" == "\(parsed)" && !"\(plain)".contains("definition"), "\(words)")
        }
        #expect(count == 2)
    }

    private static let reports: [[String]] = ["busy", "waiting", "idle"].flatMap { state in
        [
            [], ["--note", "a b"], ["--note=a"], ["--note", ""], ["--note", "--json"], ["--note", "-q"],
            ["--note", "\n"],
            ["--note=--note"],
        ].flatMap { note in [[], ["-q"], ["--json", "-v"]].map { ["fleet", "report", state] + note + $0 } }
    }

    @Test(arguments: reports) func aReportIsReadAsTheWholeTreeReadsIt(_ line: [String]) throws {
        let own = try #require(try NamedCommand(line)?.module() as? ReportCommand)
        let whole = try #require(try RootCommand.parseAsRoot(line) as? ReportCommand)
        #expect(own.state == whole.state && own.note == whole.note && "\(own)" == "\(whole)")
    }

    @Test(
        "what names no command is left to the whole tree",
        arguments: [
            [], ["fleet"], ["fleet", "lock"], ["lock", "inspect"], ["inspect"], ["fleet", "--json", "status"],
            ["fleet", "Status"], ["fleet", "statu"], ["fleet", "status\u{301}"], ["fleet", "lock", "status"],
            ["--help"], ["help", "fleet"], ["---completion", "fleet", "restart", "--", "positional@0"],
        ])
    func noName(_ line: [String]) { #expect(NamedCommand(line) == nil) }

    @Test(
        "an option of a group is not one of its commands",
        arguments: [["fleet", "restart", "--version"], ["fleet", "lock", "inspect", "--version"]])
    func foreignOption(_ line: [String]) throws {
        let named = try #require(NamedCommand(line))
        #expect(throws: (any Error).self) { try named.module() }
    }
}

@Suite("Options that need no value")
struct OptionalValueTests {
    @Test(
        "a value that was left out is filled in",
        arguments: [
            (["--watch"], ["--watch=2s"]), (["--watch", "5s"], ["--watch", "5s"]), (["--watch=5s"], ["--watch=5s"]),
            (["--watch", "planner"], ["--watch=2s", "planner"]), (["--watch", "--json"], ["--watch=2s", "--json"]),
            (["a", "--watch"], ["a", "--watch=2s"]), (["--watch", "--", "5s"], ["--watch=2s", "--", "5s"]),
            (["--", "--watch"], ["--", "--watch"]), (["--watch="], ["--watch="]), (["--watching"], ["--watching"]),
        ] as [([String], [String])])
    func filled(_ words: [String], _ wanted: [String]) {
        #expect(OptionalValue.filled(words, StatusCommand.optionalValues) == wanted)
    }

    private func module<Command: CommandModule>(_ line: [String]) throws -> Command {
        try #require(try NamedCommand(line)?.module() as? Command)
    }

    @Test("status --watch takes an interval, and leaves an agent's name alone")
    func watch() throws {
        let cases: [([String], Duration?, [String])] = [
            ([], nil, []), (["--watch"], .seconds(2), []), (["--watch", "planner"], .seconds(2), ["planner"]),
            (["--watch=5s", "--json"], .seconds(5), []),
            (["a", "--watch", "100ms", "b"], .milliseconds(100), ["a", "b"]),
            (["--json", "--watch", "-q"], .seconds(2), []),
        ]
        for (words, interval, agents) in cases {
            let status: StatusCommand = try module(["fleet", "status"] + words)
            #expect(status.watch == interval && status.agents == agents, "\(words)")
        }
    }

    @Test("restart --rolling and --canary likewise")
    func rolling() throws {
        let cases: [([String], Int?, CanaryChoice?, [String])] = [
            (["--rolling"], 1, nil, []), (["--rolling=3", "--json"], 3, nil, []), (["--rolling", "3"], 3, nil, []),
            (["--rolling", "planner"], 1, nil, ["planner"]), (["--canary"], nil, .first, []),
            (["--canary", "--json"], nil, .first, []), (["--canary=planner"], nil, .agent("planner"), []),
            (["--canary", "planner", "b"], nil, .agent("planner"), ["b"]),
            (["--rolling", "--canary", "a"], 1, .agent("a"), []),
        ]
        for (words, width, canary, agents) in cases {
            let restart: RestartCommand = try module(["fleet", "restart"] + words)
            #expect(
                restart.rolling == width && restart.canary == canary && restart.agents == agents, "\(words)")
        }
    }

    @Test(
        "a value that cannot be is refused, not dropped",
        arguments: [
            ["fleet", "status", "--watch=10ms"], ["fleet", "status", "--watch", "5 apples"],
            ["fleet", "status", "--watch=planner"], ["fleet", "status", "--watch="],
            ["fleet", "restart", "--rolling=0"],
            ["fleet", "restart", "--rolling=1001"], ["fleet", "restart", "--rolling=planner"],
            ["fleet", "restart", "--rolling", "3x"],
        ])
    func refused(_ line: [String]) throws {
        let named = try #require(NamedCommand(line))
        #expect(throws: (any Error).self) { try named.module() }
    }
}
