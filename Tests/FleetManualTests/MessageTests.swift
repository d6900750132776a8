internal import FleetTestSupport
internal import Foundation
internal import Testing

/// Every message, hint and help text of the programs, as their sources have it, held to the rules of plain English.
struct MessageTests {
    /// What a text is to its reader.
    enum Kind: String, CaseIterable {
        case message, hint, help, usage
    }

    /// Calls that take a message as their first unlabelled text.
    private static let messageCalls: Set<Substring> = [
        "FleetError", "ValidationError", "error", "failure", "refuse", "warning", "warn", "ok", "note", "detail",
        "Repair",
    ]
    /// Texts for a shell, a browser or systemd. A unit file keeps its text as well: a change of it makes each agent outdated.
    private static let otherTexts = [
        "FleetManual/CompletionScript.swift", "FleetCommands/Output/History/TimelineSVG.swift",
        "FleetKit/Units/FleetUnits", "HostsEtcd/Generated/", "HostsFake/",
    ]

    private static func kind(_ text: SourceText) -> Kind? {
        let call = text.call.split(separator: ".").last ?? ""
        switch text.label {
        case "hint", "advice": return .hint
        case "help", "abstract": return .help
        case "usage": return .usage
        case "" where call == "ArgumentHelp": return .help
        case "" where messageCalls.contains(call): return .message
        default: return nil
        }
    }

    /// Every literal of the sources that has a blank in it, and so may be words.
    static let all: [SourceText] = {
        ["Sources/", "Hosts/Sources/"].flatMap { folder -> [SourceText] in
            guard let root = try? BuiltProduct.source(folder),
                let files = FileManager.default.enumerator(at: URL(filePath: root), includingPropertiesForKeys: nil)
            else { return [] }
            return files.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }.flatMap { file in
                SourceTexts(TestProcess.contents(file.path), file: String(file.path.dropFirst(root.count))).texts
            }
        }.filter { text in text.text.contains(" ") && !otherTexts.contains { text.file.hasPrefix($0) } }
    }()

    private func texts(_ kinds: Kind...) -> [SourceText] {
        Self.all.filter { Self.kind($0).map(kinds.contains) == true }
    }

    @Test("the sources have texts of each kind, whole, with the calls that they belong to")
    func table() throws {
        #expect(Self.all.contains { $0.file.hasPrefix("HostsCommands/") })
        #expect(texts(.message).count > 350 && texts(.hint).count > 250 && texts(.help).count > 120)
        let source = #"""
            throw FleetError(.io, "cannot read " + "\(path.isEmpty ? "it" : "the file")", hint: "try again") // "no text"
            @Flag(help: "Do it at once.") var now = false
            context.output.warning(words + " is not there")
            """#
        let found = SourceTexts(source, file: "a.swift").texts.filter { $0.text.contains(" ") }
        #expect(found.map(\.text) == ["cannot read …", "the file", "try again", "Do it at once.", " is not there"])
        #expect(found.map { Self.kind($0) } == [.message, nil, .hint, .help, .message])
        #expect(
            found.map(\.line) == [1, 1, 1, 2, 3] && found.map(\.continuesCode) == [false, false, false, false, true])
    }

    @Test("the guard names no command, option or key of the program")
    func guardAlone() {
        let texts = Self.all.filter { $0.file.hasPrefix("FleetGuard/") }
        #expect(texts.count > 60)
        for text in texts {
            for word in ["mosaic fleet", "--", "[guard]", "roster", "lock run"] {
                #expect(!text.text.contains(word), "\(text)")
            }
        }
    }

    @Test("a message begins in lower case, unless with a name, has no full stop, and fits two lines")
    func messages() {
        for text in texts(.message, .hint) {
            let first = text.text.prefix { $0 != " " && $0 != "…" }
            let isName = first.count > 1 && first == first.uppercased() || first == "D-Bus"
            #expect(text.continuesCode || isName || first.first?.isUppercase != true, "\(text): lower case")
            #expect(![".", "!"].contains(text.text.last.map(String.init)), "\(text): no full stop")
            #expect(text.text.count <= 200, "\(text): \(text.text.count) characters")
        }
    }

    @Test("help is a sentence that fits a line or two")
    func help() {
        for text in texts(.help) {
            let sentence = text.text.replacing(#/ \(default: .*\)$/#, with: "")
            #expect(sentence.last == "." && sentence.first?.isLowercase != true, "\(text): a sentence")
            #expect(text.text.count <= 100, "\(text): \(text.text.count) characters")
        }
    }

    /// Errors that are about this process or the program itself, and so name nothing.
    private static let nameless = [
        "the lock has no descriptor for a command", "the command's keeper was killed, so the command was killed too",
        "this process does not belong to an agent's unit", "the restart had no plan", "no service manager answers: ",
        "out of memory while talking to the service manager",
        "there is no command to keep", "attach needs a terminal, but standard input is not one", "the watch has ended",
        "nothing to type: give a text, or - for standard input", "-n must be at least 1",
        "-n must be at least 0", "the evidence is about another operation",
        "interrupted; operations under way end under their hosts' guards, and no further host is touched",
    ]

    @Test("an error names a file, a unit, an option or a program")
    func names() {
        var named = Set(Self.nameless)
        for text in texts(.message) where ["FleetError", "ValidationError"].contains(text.call) && !text.continuesCode {
            let isNamed = text.text.contains(#/…|--[a-z]|'.+'|\/[a-z]|\[[a-z]+\]|D-Bus|[A-Z]{2,}|tmux|etcd/#)
            #expect(isNamed || Self.nameless.contains(text.text), "\(text): names nothing")
            named.remove(text.text)
        }
        #expect(named.isEmpty, "not there any more")
    }

    /// What reads as translated, each with an example of the better word.
    static let phrases: [(words: String, better: String)] = [
        (
            "nobody|somebody|everybody|anybody|whoever|whomever",
            "name the process or user, or use the passive: 'no event was sent'"
        ),
        ("is no (?!longer\\b|such\\b|other\\b)\\w+|(is|are) none", "is not a"),
        ("so many|so often|for so long|so long for", "at most COUNT; every DUR; for this long"),
        ("in no roster|of somebody else", "not in the roster; not written by mosaic"),
        ("for ever", "no limit"),
        ("all the same", "anyway"),
        ("anew", "again"),
        ("rightly", "may take up to"),
        ("goes on|going on|to go on|go on with", "continues; keeps running; to continue"),
        ("looked at|not looked|looks? whether|see whether", "checked; check that"),
        ("mend(ed|s)?", "fixed"),
        ("told of|is told|are told|tells of|nothing is told", "delivered, reported"),
        ("ends well|end well|not well", "succeeds"),
        ("in front of|stands before|stands in", "before"),
        ("takes? (that|it|them|others' rights) away|take that away", "remove; chmod go-w FILE"),
        ("kept right|keeps the clock right", "synchronised"),
        ("brings? (it|them|that) back|brought back", "restores"),
        ("passed over", "ignored, skipped"),
        ("does not die of|in the hands of|whose it is", "survives; is in use by; its owner"),
        ("as the roster says", "matches the roster"),
        ("belongs? into", "belongs in"),
        ("edition", "version"),
        ("folders?", "directory"),
        ("unwell|(is|are|all) well", "healthy"),
        ("slots? back|back the slot", "free the slot"),
        ("one batch", "one transaction"),
        ("cuts? (their|its|the|no) work", "interrupt"),
        (
            "what is (new|left|not needed|to be)|what has|what runs",
            "name the thing: new agents, the remaining processes"
        ),
    ]

    @Test("no text has a phrase that reads as translated", arguments: phrases.map(\.words))
    func plain(_ phrase: String) throws {
        let pattern = try Regex("\\b(\(phrase))\\b")
        let better = Self.phrases.first { $0.words == phrase }?.better ?? ""
        for text in Self.all {
            let words = text.text.replacing("there is no ", with: "").replacing("There is no ", with: "")
            #expect(!words.contains(pattern), "\(text): better: \(better)")
        }
    }

    @Test("a defect of the program is called by one name")
    func oneName() {
        #expect(Self.all.contains { $0.text == "report this as a bug" })
        #expect(!Self.all.contains { $0.text.contains("defect") })
        // Commands are quoted in one way.
        for text in texts(.message, .hint) { #expect(!text.text.contains("`mosaic"), "\(text): '…'") }
    }
}
