import ArgumentParser
import FleetGuard
import FleetKit
import FoundationEssentials
import HostsFake
import HostsKit
import Testing

@testable import HostsCommands

/// What an operator can type.
@Suite("Command lines of hosts") struct CommandLineTests {
    private func parse(_ words: String) throws -> any ParsableCommand {
        try HostsCommand.parseAsRoot(OptionalRolling.separated(words.split(separator: " ").map(String.init)))
    }

    /// The parser looks at a command's definition when it is used for the first time, and ends the process over a bad one.
    @Test(
        "Every command can be parsed",
        arguments: [
            "status", "status alpha --watch", "status --json", "restart",
            "restart a b --canary a --at-once 2 --group web",
            "run --host a -- ls -l", "slots --json", "break alpha --force", "doctor", "history a -n 3", "peek a/b -n 5",
            "attach a/b",
        ])
    func all(_ words: String) throws { #expect(try parse(words) is any HostsModule) }

    @Test(
        "What cannot be is refused",
        arguments: [
            "dance", "restart --at-once 0", "restart --at-once -1", "run", "run --host a", "break", "history -n 0",
            "peek", "status --watch --json", "restart --dance",
        ])
    func refused(_ words: String) { #expect(throws: (any Error).self) { try self.parse(words) } }

    @Test(
        "The version is asked for in front of a command, and nowhere else",
        arguments: [
            ("--version", 0), ("--json --version", 0), ("status --version", 64), ("restart --rolling --version", 64),
        ])
    func version(_ words: String, _ status: Int32) {
        let dispatcher = HostsDispatcher(version: "9.8.7", environment: [:]) { _ throws(FleetError) in
            throw FleetError(.io, "there is no etcd here", hint: "none")
        }
        #expect(dispatcher.run(words.split(separator: " ").map(String.init)) == status)
    }

    @Test("Agents of which it is unknown whether they are outdated are shown, and named after a rollout")
    func unknown() throws {
        let clock = StepClock()
        let link = FakeLink(clock: clock)
        let host = HostsFile.Host(name: try HostName("a"), address: "a")
        link.machines["a"] = FakeLink.Machine(identity: "1")
        link.machines["a"]?.unknown = 2
        let id = try #require(HostOperationID("00000000-0000-4000-8000-000000000000"))
        let replies = Asking(link: link, clock: clock).ask(
            [host], HostRequest(.ask, id: id, author: "me"), patience: .seconds(3)
        ) { false }
        #expect(StatusView(replies).table.contains("0, 2 unknown"))
        func row(_ command: [String]) throws -> RolloutReport.Row? {
            let target = Rollout.Target(host: "a", identity: "1", stage: 0)
            let station = Rollout.Station(id: id, author: "me", reason: nil)
            let table = FakeSlotTable()
            let store = FakeSlotStore(table, station: id.rawValue)
            _ = try store.announce(atOnce: 1)
            let runner = RolloutRunner(
                Rollout([target], station: station, settings: .init(atOnce: 1)), link: link, store: store,
                hosts: ["1": host], command: command, clock: clock, time: { 0 })
            let end = runner.run(isInterrupted: { false }, look: { _, _ in })
            return RolloutReport.rows(end, runner, command).first
        }
        let left = try #require(try row(["restart", "--only-outdated"]))
        #expect(left.outcome == "done")
        #expect(left.unknown == 2)
        #expect(try row(["restart"])?.unknown == nil, "all agents were restarted")
    }

    @Test(
        "What is wrong with a line is said like any other error",
        arguments: [
            ("dance", "unknown command 'dance'", "see 'mosaic fleet hosts --help'"),
            ("statsu", "unknown command 'statsu'", "did you mean 'mosaic fleet hosts status'?"),
            ("--dance", "unknown option '--dance'", "see 'mosaic fleet hosts --help'"),
            ("restart --dance", "unknown option '--dance'", "see 'mosaic fleet hosts restart --help'"),
            (
                "restart --jso", "unknown option '--jso'",
                "did you mean '--json'? see 'mosaic fleet hosts restart --help'"
            ),
            ("restart --at-once x", "--at-once: 'x' is not a number", "see 'mosaic fleet hosts restart --help'"),
            (
                "run alpha -- true", "unexpected argument 'alpha'",
                "name hosts with --host, and write the command after '--'; see 'mosaic fleet hosts run --help'"
            ),
            ("peek", "missing argument '<host/agent>'", "see 'mosaic fleet hosts peek --help'"),
        ])
    func wrong(_ words: String, _ message: String, _ hint: String) throws {
        let error = try #require(throws: (any Error).self) { try self.parse(words) }
        let usage = HostsDispatcher.usage(
            HostsCommand.message(for: error), words.split(separator: " ").map(String.init))
        #expect(usage.message == message && usage.hint == hint && usage.exitStatus == .usage)
    }

    @Test("The options of each host's restart go there as they are") func words() throws {
        let command = try #require(
            try parse(
                "restart a --only-outdated --when-idle --rolling=3 --deadline 5m --stable-for 2s --no-wait --reason x")
                as? HostsRestartCommand)
        #expect(
            command.each.words == [
                "restart", "--only-outdated", "--when-idle", "--no-wait", "--rolling=3", "--deadline=5m",
                "--stable-for=2s",
                "--reason=x",
            ])
        let plain = try #require(try parse("restart --rolling --only-failed") as? HostsRestartCommand)
        #expect(plain.each.words == ["restart", "--only-failed", "--rolling=1"])
        let named = try #require(try parse("restart --rolling a b") as? HostsRestartCommand)
        #expect(named.names == ["a", "b"] && named.each.words == ["restart", "--rolling=1"])
    }

    @Test(
        "What continues a rollout reaches what the rollout did not, with the options that were typed",
        arguments: [
            ("restart --reason x", ["b", "c"], "restart --reason=x b c"),
            ("restart a b --rolling=2 --canary a --at-once 1", ["b"], "restart --rolling=2 --at-once=1 b"),
            ("restart --canary b --canary a", ["b"], "restart --canary=b b"),
            ("restart --rolling", ["b", "c"], "restart --rolling=1 b c"),
            ("restart", [], ""),
            // What is done already is found out by each host; hosts that were not named stay out of it.
            ("restart a --only-outdated --stable-for 1s", [], "restart --only-outdated --stable-for=1s a"),
            ("restart --group web --only-failed --canary a", ["b"], "restart --only-failed --group=web --canary=a"),
            (
                "run --host a --host b --reason x --max-hold 5m -- ls -l", ["b"],
                "run --host b --reason=x --max-hold=5m -- ls -l"
            ),
            ("run -- ls", [], ""),
        ])
    func rest(_ words: String, _ left: [String], _ expected: String) throws {
        let command = try parse(words)
        let rest = try #require(
            (command as? HostsRestartCommand)?.rest(left) ?? (command as? HostsRunCommand)?.rest(left))
        #expect(rest.joined(separator: " ") == expected)
        if !rest.isEmpty { #expect(try parse(expected) is any HostsModule) }
        let many = (0..<40).map { "h\($0)" }
        if !words.contains("--only") { #expect((command as? HostsRestartCommand)?.rest(many).isEmpty ?? true) }
    }

    @Test("What a command there says is wrong is taken apart, as text and as JSON") func complaint() {
        var frame = HostFrame(.document)
        frame.errors = "mosaic fleet: warning: w\nmosaic fleet: error: it is so\n  hint: do this\n"
        #expect(frame.complaint == ("it is so", "do this"))
        frame.errors = #"{"code":"usage","hint":"do this","message":"it is so","schemaVersion":1}"#
        #expect(frame.complaint == ("it is so", "do this"))
        frame.errors = "\u{1B}[1mBus error\n"
        #expect(frame.complaint == ("\\u{1b}[1mBus error", ""))
        frame.errors = nil
        #expect(frame.complaint == ("it says nothing", ""))
    }

    @Test("A host's JSON document is passed on as what it is") func json() throws {
        let text = #"{"a":[1,-2.5,true,null,"x\"y"],"b":{"c":9007199254740993}}"#
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let value = try #require(JSONValue(text))
        #expect(String(decoding: try encoder.encode(value), as: UTF8.self) == text)
        #expect(JSONValue("== a ==\nno JSON") == nil)
        #expect(JSONValue(String(repeating: "[", count: 100_000)) == nil)
    }

    @Test("Canaries first and each alone, then the groups in the file's order") func stages() throws {
        let file = try HostsFile.decode(
            Array(
                """
                [limits]
                at_once = 2
                [[host]]
                name = "a"
                group = "web"
                [[host]]
                name = "b"
                group = "db"
                [[host]]
                name = "c"
                group = "web"
                [[host]]
                name = "d"
                """.utf8), file: "hosts.toml")
        func stages(_ words: String) throws -> [String] {
            let command = try #require(try parse(words) as? HostsRestartCommand)
            return try command.rollout.stages(command.names, of: file).map { "\($0.host.name)\($0.stage)" }
        }
        #expect(try stages("restart") == ["a0", "b1", "c0", "d2"])
        #expect(try stages("restart --canary d --canary b") == ["d0", "b1", "a2", "c2"])
        #expect(try stages("restart --group web") == ["a0", "c0"])
        #expect(throws: FleetError.self) { try stages("restart a --canary b") }
        #expect(throws: FleetError.self) { try stages("restart --group wbe") }
        #expect(throws: FleetError.self) { try stages("restart nobody") }
        let wide = try #require(try parse("restart --at-once 3") as? HostsRestartCommand)
        #expect(throws: FleetError.self) { try wide.rollout.limit(file) }
        let narrow = try #require(try parse("restart --at-once 1") as? HostsRestartCommand)
        #expect(try narrow.rollout.limit(file) == 1)
    }

    @Test("A host's text reaches the terminal line by line, without control characters") func text() throws {
        let host = HostsFile.Host(name: try HostName("a"), address: "a")
        #expect(HostText.block(host, "one\n\u{1B}[31mtwo\u{7}\n") == "== a ==\none\n\\u{1b}[31mtwo\\u{7}\n")
    }
}
