internal import FleetManual
internal import FleetTestSupport
internal import Foundation
internal import Testing

/// The pages against the program: nothing undocumented, nothing documented that is not there.
struct PagesTests {
    static let commands: [CommandHelp] = (try? ProgramHelp.root().leaves) ?? []
    static let pages: [String] = Self.names(in: "man", suffix: "")

    private static func names(in folder: String, suffix: String) -> [String] {
        let path = (try? BuiltProduct.source(folder)) ?? ""
        return ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).filter { $0 != "parts" }.sorted()
    }

    /// Without it, a help or a folder that cannot be read would be a test without cases, which passes.
    @Test("commands and pages are read") func casesAreRead() throws {
        let leaves = try ProgramHelp.root().leaves
        #expect(Self.commands.map(\.words) == leaves.map(\.words) && leaves.count > 20)
        let folder = try BuiltProduct.source("man")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0 != "parts" }
        #expect(Self.pages == files.sorted() && Self.pages.count > 20)
    }

    /// Its source, with hyphens as they are read.
    private func page(_ name: String) throws -> String {
        let text = TestProcess.contents(try BuiltProduct.source("man/" + name))
        try #require(!text.isEmpty, "man/\(name) is not there")
        return text.replacing("\\-", with: "-")
    }

    private func page(of command: CommandHelp) throws -> String {
        try page(command.words.joined(separator: "-") + ".1")
    }

    /// The options in the items of an OPTIONS section, as they are typed.
    private func documentedOptions(_ page: String) -> Set<String> {
        var inside = false
        var found: Set<String> = []
        for line in page.split(separator: "\n") {
            if line.hasPrefix(".Sh ") { inside = line == ".Sh OPTIONS" }
            guard inside, line.hasPrefix(".It Fl ") else { continue }
            let words = line.split(separator: " ")
            for (word, next) in zip(words, words.dropFirst()) where word == "Fl" { found.insert("-" + next) }
        }
        return found
    }

    @Test("there are commands and pages to look at, and the hidden command is not among them")
    func something() {
        #expect(Self.commands.map(\.commandName).contains("restart"))
        #expect(!Self.commands.map(\.commandName).contains("session"))
        #expect(Self.pages.filter { $0.hasSuffix(".1") }.count == Self.commands.count + 2)
        #expect(!Self.pages.contains { $0.contains("session") })
    }

    @Test("a page documents exactly the options that its command has", arguments: commands)
    func options(_ command: CommandHelp) throws {
        let typed = Set(command.shown.flatMap { $0.names ?? [] }.map(\.typed))
        let missing = typed.subtracting(documentedOptions(try page(of: command)))
        let unknown = documentedOptions(try page(of: command)).subtracting(typed)
        #expect(missing.isEmpty && unknown.isEmpty, "run '\(GeneratedFiles.renewal)'")
    }

    @Test("every option that any page mentions exists", arguments: pages)
    func mentionedOptions(_ name: String) throws {
        let root = try ProgramHelp.root()
        let all = Set(([root] + root.leaves).flatMap(\.shown).flatMap { $0.names ?? [] }.map(\.typed))
        let words = try page(name).split { " \n\t(),;:.'\"".contains($0) }
        var mentioned = Set(words.filter { $0.hasPrefix("--") && $0.count > 2 }.map { String($0.prefix { $0 != "=" }) })
        for (word, next) in zip(words, words.dropFirst()) where word == "Fl" { mentioned.insert("-" + next) }
        // Of the program that an agent in an example runs, of journalctl, of the parser, and the end of the options.
        for other in ["--continue", "--user-unit", "--generate-completion-script", "--"] { mentioned.remove(other) }
        #expect(mentioned.subtracting(all).isEmpty)
    }

    @Test("every argument says what it is; every option names its value", arguments: commands)
    func help(_ command: CommandHelp) {
        #expect(command.abstract?.isEmpty == false)
        for argument in command.shown {
            let name = argument.names?.first?.typed ?? argument.valueName ?? "?"
            #expect(argument.abstract?.isEmpty == false, "\(name) has no help")
            guard argument.kind == .option else { continue }
            // Without a name of its own the parser repeats the option's.
            #expect(!(argument.names ?? []).contains { $0.name == argument.valueName }, "\(name) names no value")
        }
    }

    @Test("defaults that help tells in its text are told as defaults")
    func defaults() throws {
        let restart = try page("mosaic-fleet-restart.1")
        #expect(restart.contains(".It Fl -max-wait Ar dur\nLongest wait for one restart, "))
        #expect(restart.contains(" 0: no limit.\nDefault: 10m.\n"))
        #expect(restart.contains(".Cm fail .\nDefault: break.\n"))
        #expect(restart.contains("of the calling user.\nThis is the default.\n"))
        #expect(!restart.contains("(default"))
    }

    @Test("every page has what an operator looks for", arguments: pages)
    func sections(_ name: String) throws {
        let page = try page(name)
        let sections = page.split(separator: "\n").filter { $0.hasPrefix(".Sh ") }.map { String($0.dropFirst(4)) }
        var wanted = ["NAME", "SYNOPSIS", "DESCRIPTION", "ENVIRONMENT", "FILES", "EXIT STATUS", "EXAMPLES", "SEE ALSO"]
        if name.hasSuffix(".1") { wanted.append("OPTIONS") }
        for section in wanted { #expect(sections.filter { $0 == section }.count == 1, "\(section)") }
        #expect(page.utf8.allSatisfy { $0 < 0x80 })
    }

    @Test("pages refer only to pages that exist", arguments: pages)
    func references(_ name: String) throws {
        for line in try page(name).split(separator: "\n") where line.contains("Xr mosaic") {
            let words = line.split(separator: " ")
            let place = try #require(words.firstIndex { $0.hasPrefix("mosaic") })
            #expect(Self.pages.contains("\(words[place]).\(words[place + 1])"), "\(line)")
        }
    }

    @Test("the roster's page has every key of docs/roster.md")
    func rosterKeys() throws {
        let page = try page("mosaic-fleet-roster.5")
        let document = TestProcess.contents(try BuiltProduct.source("docs/roster.md"))
        let rows = document.split(separator: "\n").filter { $0.hasPrefix("| `") }
        #expect(rows.count > 8)
        for row in rows {
            let key = row.dropFirst(3).prefix { $0 != "`" }.split(separator: ".").last ?? ""
            #expect(page.contains(".It Ic \(key)\n"), "\(key)")
        }
    }

    @Test("ENVIRONMENT of mosaic-fleet(1) has exactly the variables that the sources read")
    func environment() throws {
        let sources = URL(filePath: try BuiltProduct.source("Sources"))
        let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
        var read: Set<String> = []
        for case let file as URL in files where file.pathExtension == "swift" {
            for match in TestProcess.contents(file.path).matches(of: /environment\["([A-Z_]+)"/) {
                read.insert(String(match.1))
            }
        }
        // systemd's own, for the hidden command that it runs.
        read.subtract(["NOTIFY_SOCKET", "INVOCATION_ID", "SERVICE_RESULT", "EXIT_CODE", "EXIT_STATUS"])
        read = read.filter { !$0.hasPrefix("MONITOR_") }
        let documented = try page("mosaic-fleet.1").matches(of: /\n\.It Ev ([A-Z_]+)/).map { String($0.1) }
        #expect(Set(documented) == read)
    }

    @Test("mandoc has nothing to say", .timeLimit(.minutes(5)))
    func lint() throws {
        let mandoc = try #require(
            ["/usr/bin/mandoc", "/usr/local/bin/mandoc", "/bin/mandoc"]
                .first { FileManager.default.isExecutableFile(atPath: $0) },
            "this test needs mandoc; run 'make setup'")
        let files = try Self.pages.map { try BuiltProduct.source("man/" + $0) }
        let check = try TestProcess([mandoc, "-T", "lint", "-W", "warning"] + files, environment: [:])
        #expect(try check.wait() == .exit(0))
        #expect(check.output + check.errors == "")
    }
}
