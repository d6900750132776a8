import Testing

@testable import FleetGuard
@testable import FleetKit

@Suite("Texts of unit files")
struct UnitTextTests {
    @Test(
        arguments: [
            ("plain/-_.:@=,+", "plain/-_.:@=,+"), ("", "\"\""), (";", "\";\""), ("a b", "\"a b\""),
            ("%i", "\"%%i\""), ("$X ${X}", "\"$$X $${X}\""), ("\"\\'", "\"\\\"\\\\'\""),
            ("a\nb\t\r", "\"a\\nb\\t\\r\""),
            ("\u{1}\u{7F}", "\"\\x01\\x7f\""), ("é", "\"é\""), ("#", "\"#\""),
        ] as [(String, String)])
    func wordsAreQuoted(word: String, text: String) {
        #expect(UnitText.quoted(word) == text)
    }

    @Test func tmuxTakesNoSeparator() {
        #expect(["a", ";", "b;", "\\;", ";c"].map(TmuxWords.literal) == ["a", "\\;", "b\\;", "\\\\;", ";c"])
    }

    @Test func aChecksumTellsOwnChangedAndForeignTexts() {
        let text = GeneratedText.sealed("[Unit]\n")
        #expect(GeneratedText.authorship(of: Array(text.utf8)) == .own)
        #expect(GeneratedText.authorship(of: Array((text + "\n").utf8)) == .changed)
        #expect(GeneratedText.authorship(of: Array(text.replacing("Unit", with: "Unti").utf8)) == .changed)
        #expect(GeneratedText.authorship(of: Array(text.dropLast(8).utf8)) == .changed)
        #expect(GeneratedText.authorship(of: Array("[Unit]\n".utf8)) == .foreign)
        #expect(GeneratedText.authorship(of: []) == .foreign)
        // Published test vectors of FNV-1a.
        #expect(FNVHash.text([]) == "cbf29ce484222325")
        #expect(FNVHash.text("foobar".utf8) == "85944171f73967e8")
    }

    private let units: FleetUnits

    init() throws {
        units = FleetUnits(
            scope: .user, tmux: "/usr/bin/tmux", mosaic: "/usr/bin/mosaic", holder: try UnitName("h.service"),
            socket: .path("/s %t $X.sock"))
    }

    @Test func onlyTheHolderRunsTmuxItself() throws {
        let agent = Roster.Agent(
            name: try AgentName("a.b"), unit: try UnitName("x.service"), command: ["c", "$d", "%n", "--remove"])
        let dropIn = try units.dropInText(agent, directory: "/d %n", roster: "/r")
        #expect(units.holderText.contains("\nExecStart=/usr/bin/tmux -S \"/s %%t $$X.sock\" start-server "))
        let session =
            "/usr/bin/mosaic fleet session --tmux /usr/bin/tmux --socket-path \"/s %%t $$X.sock\" --holder h.service --name "
        func commands(_ text: String) -> [Substring] {
            text.split(separator: "\n").filter { $0.hasPrefix("Exec") }
        }
        #expect(
            commands(units.templateText) == [
                "ExecStart=\(session)\"${MOSAIC_SESSION}\""
            ])
        // A stop executes nothing; the time for it is systemd's.
        #expect(units.templateText.contains("\nKillMode=mixed\n"))
        #expect(units.templateText.contains("\nOOMPolicy=continue\n"))
        #expect(
            commands(dropIn) == [
                "ExecStart=", "ExecStart=\(session)a_b --directory \"/d %%n\" -- c \"$$d\" \"%%n\" --remove",
            ])
        #expect(dropIn.contains("\nEnvironment=MOSAIC_SESSION=a_b\n"))
        #expect(units.templateText.contains("\nRequires=h.service\nAfter=h.service\n"))
    }

    @Test(
        arguments: [
            (["a=b"], "/d", "'='"), ([], "/d", "no command"),
            (["x"], "/d\\", "backslash"), (["x"], "/d ", "space"),
        ] as [([String], String, String)])
    func whatCannotArriveAsItIsIsRefused(command: [String], directory: String, word: String) throws {
        let agent = Roster.Agent(name: try AgentName("a"), unit: try UnitName("x.service"), command: command)
        let error = #expect(throws: FleetError.self) {
            try units.dropInText(agent, directory: directory, roster: "/r.toml")
        }
        #expect(error?.code == .badRoster)
        #expect(error?.message.hasPrefix("/r.toml: agent 'a': ") == true)
        #expect(error?.message.contains(word) == true, "\(error?.message ?? "")")
    }
}
