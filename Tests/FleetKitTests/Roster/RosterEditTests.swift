import Testing

@testable import FleetGuard
@testable import FleetKit

@Suite("Editing the text of a roster")
struct RosterEditTests {
    private func edit(_ text: String) throws -> RosterEdit { try RosterEdit(Array(text.utf8), file: "/r.toml") }
    private func text(_ edit: RosterEdit) -> String { String(decoding: edit.bytes, as: UTF8.self) }
    private func name(_ text: String) throws -> AgentName { try AgentName(text) }

    private static let commented = """
        # my fleet
        version = 1   # one

        [holder]
        socket = "s"  # the socket

        # the first
        [[agent]]
          name = "a"
        command = ["x"] # [[agent]]
        # autostart = false

        # the second
        [[ agent ]]  # here
        name = "b"
        command = ["sh", "-c", '''
        [[agent]]
        name = "a"
        ''']
        [agent.environment]
        KEY = "v"
        # inside

        [settle]
        # how long
        timeout = "30s"

        [[agent]]
        name = "c"
        command = ["z"]
        # the end

        """

    @Test func addingAppendsAndRemovingUndoesIt() throws {
        for original in [Self.commented, "version = 1\n", Self.commented.replacing("\n", with: "\r\n"), "version = 1"] {
            var roster = try edit(original)
            let lines: [RosterEdit.Line] = [
                .array("command", ["sh", "-c", "echo \"$X\" \\ \n\t#"]), .string("directory", "/d \u{202E}é"),
                .flag("autostart", false), .table("environment", [("A", "1"), ("B_2", "x = \"y\"")]),
            ]
            try roster.add(name("new.1"), lines)
            let agent = try #require(roster.roster.agents.last)
            #expect(agent.name.rawValue == "new.1" && agent.command == ["sh", "-c", "echo \"$X\" \\ \n\t#"])
            #expect(agent.directory == "/d \u{202E}é" && !agent.autostart)
            #expect(agent.settings.environment == ["A": "1", "B_2": "x = \"y\""])
            #expect(text(roster).hasPrefix(original))
            try roster.remove(name("new.1"))
            let ending = original.contains("\r") ? "\r\n" : "\n"
            #expect(text(roster) == (original.utf8.last == UInt8(ascii: "\n") ? original : original + ending))
        }
    }

    @Test func removingTakesTheTableAndLeavesTheComments() throws {
        var roster = try edit(Self.commented)
        try roster.remove(name("b"))
        #expect(roster.roster.agents.map(\.name.rawValue) == ["a", "c"])
        #expect(roster.roster.settle.timeout == .seconds(30))
        for comment in [
            "# my fleet", "# the socket", "# the first", "# the second", "# inside", "# how long", "# the end",
        ] {
            #expect(text(roster).contains(comment), "\(comment)")
        }
        #expect(!text(roster).contains("KEY") && !text(roster).contains("'''"))
        try roster.remove(name("a"))
        try roster.remove(name("c"))
        #expect(roster.roster.agents.isEmpty)
        #expect(
            text(roster).hasSuffix("timeout = \"30s\"\n# the end\n")
                || text(roster).hasSuffix("timeout = \"30s\"\n\n# the end\n"))
    }

    @Test func otherAgentsStayByteForByte() throws {
        var roster = try edit(Self.commented)
        try roster.remove(name("a"))
        let rest = try #require(Self.commented.firstRange(of: "# autostart"))
        #expect(text(roster).hasSuffix(String(Self.commented[rest.lowerBound...])))
    }

    @Test(
        arguments: [
            "version = 1\nagent = [{ name = 'a', command = ['x'] }]\n",
            "version = 1\nagent = [\n  { name = 'a' },\n  { name = 'b' },\n]\n",
        ])
    func aRosterThatCannotBeEditedIsRefused(original: String) throws {
        var roster = try edit(original)
        let removal = #expect(throws: FleetError.self) { try roster.remove(name("a")) }
        #expect(removal?.code == .badRoster && removal?.message.contains("was not changed") == true)
        let addition = #expect(throws: FleetError.self) { try roster.add(name("c"), [.array("command", ["x"])]) }
        #expect(addition?.code == .badRoster && addition?.hint.contains("by hand") == true)
        #expect(addition?.hint.contains("\\n") == false)
        #expect(text(roster) == original)
    }

    @Test func whatIsThereIsNotAddedAndWhatIsNotThereNotRemoved() throws {
        var roster = try edit(Self.commented)
        let twice = #expect(throws: FleetError.self) { try roster.add(name("a"), [.array("command", ["x"])]) }
        #expect(twice?.code == .usage)
        // One session name for both.
        try roster.add(name("d.e"), [.array("command", ["x"])])
        let clash = #expect(throws: FleetError.self) { try roster.add(name("d_e"), [.array("command", ["x"])]) }
        #expect(clash?.code == .usage && clash?.message == "agent 'd_e' would have the tmux session of 'd.e'")
        #expect(clash?.hint == "choose another name")
        let missing = #expect(throws: FleetError.self) { try roster.remove(name("zzz")) }
        #expect(missing?.code == .noSuchUnit)
    }

    @Test func aWrongOptionIsToldWithoutAPlaceInAFile() throws {
        let error = #expect(throws: FleetError.self) {
            try RosterEdit.check(name("a"), [.array("command", ["x"]), .string("memory_max", "4x")])
        }
        #expect(error?.code == .usage)
        #expect(error?.message == "memory_max: '4x' is not an amount of memory")
        #expect(throws: Never.self) { try RosterEdit.check(name("a"), [.array("command", ["x"])]) }
    }

    @Test func everyTextIsWrittenSoThatItReadsTheSame() throws {
        for value in [
            "", "\"", "\\", "a\tb\nc\r", "\u{1}\u{7F}\u{85}", "\u{200B}\u{202E}\u{FEFF}", "é😀", "'''", "\"\"\"", "#",
        ] {
            let text = "version = 1\n[[agent]]\nname = 'a'\ncommand = \(TOMLText.array(["x", value]))\n"
            #expect(try edit(text).roster.agents.first?.command == ["x", value])
        }
    }
}
