internal import FleetManual
internal import FleetTestSupport
internal import Testing

/// `--help` of the real program, for everybody who has no manual page open.
struct HelpTests {
    /// Every command that is shown, and the groups above them.
    static let commands: [[String]] = {
        guard let root = try? ProgramHelp.root() else { return [] }
        return [["mosaic"], ["mosaic", "fleet"], ["mosaic", "fleet", "lock"]] + root.leaves.map(\.words)
    }()

    private func help(_ words: [String], _ option: String) throws -> String {
        let program = try BuiltProduct.path("mosaic")
        // No PATH: no plug-in of this machine is in the list of commands.
        let process = try TestProcess([program] + words.dropFirst() + [option], environment: ["COLUMNS": "80"])
        #expect(try process.wait() == .exit(0))
        #expect(process.errors.isEmpty)
        return process.output
    }

    /// Without it, a help that cannot be read would be a test without cases, which passes.
    @Test("the help of every command is read") func commandsAreRead() throws {
        let leaves = try ProgramHelp.root().leaves
        #expect(Self.commands.count == 3 + leaves.count)
        #expect(Self.commands.count > 20)
    }

    @Test("help begins with an example, fits a screen, and names every option", arguments: commands)
    func screen(_ words: [String]) throws {
        let help = try help(words, "--help")
        let lines = help.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        #expect(lines.count <= 24, "\(help)")
        #expect(lines.allSatisfy { $0.count <= 80 }, "\(help)")
        #expect(lines.first?.hasPrefix("EXAMPLE: mosaic fleet ") == true)
        guard let command = try ProgramHelp.root().leaves.first(where: { $0.words == words }) else { return }
        for option in command.shown.compactMap({ $0.names?.last?.typed }) where option.hasPrefix("--") {
            #expect(help.contains(option), "\(option)")
        }
        #expect(help.contains("ALL: \(words.joined(separator: " ")) --help-hidden, man mosaic-fleet-"))
    }

    @Test("--help-hidden has the text of every option", arguments: commands)
    func whole(_ words: [String]) throws {
        let help = try help(words, "--help-hidden")
        #expect(help.hasPrefix("EXAMPLE: mosaic fleet "))
        guard let command = try ProgramHelp.root().leaves.first(where: { $0.words == words }) else { return }
        let text = help.split { $0 == "\n" || $0 == " " }.joined(separator: " ")
        for abstract in command.shown.compactMap(\.abstract) { #expect(text.contains(abstract), "\(abstract)") }
    }
}
