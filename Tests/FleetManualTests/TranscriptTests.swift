internal import FleetTestSupport
internal import Foundation
internal import Testing

/// The transcripts in README and docs: their messages are texts that the programs still have.
struct TranscriptTests {
    static let pages = ["README.md", "docs/hosts.md", "docs/terminal.md", "docs/upgrade.md"]

    /// The literal parts of each text of the programs and of the scripts that print the transcripts, in order.
    private static let texts: [[Data]] = {
        let scripts = ["Scripts/demo", "Scripts/demo-hosts"].flatMap { script -> [String] in
            guard let path = try? BuiltProduct.source(script) else { return [] }
            let text = TestProcess.contents(path).replacing(#"'\''"#, with: "'")
            return text.matches(of: #/(?:say|printf) (['"])(.+?)\1(?:\n| )/#).map { String($0.output.2) }
        }
        // The programs' names before a message would be found in every line.
        let literals = MessageTests.all.map(\.text).filter { !$0.hasPrefix("mosaic fleet") }
            .map { $0.replacing("\n", with: " ") }
        return (literals + scripts.map { $0.replacing(#/\$\w+|%s|\\n/#, with: "…") }).map { text in
            text.split(separator: "…").map { Data($0.utf8) }
        }.filter { $0.map(\.count).reduce(0, +) >= 12 }
    }()

    /// The lines that a page shows as printed, without the commands and the first lines of records, which are made of short
    /// words.
    static func lines(_ page: String) throws -> [String] {
        var isInside = false
        var lines: [String] = []
        for line in TestProcess.contents(try BuiltProduct.source(page)).components(separatedBy: "\n") {
            if line.hasPrefix("```") {
                isInside = line == "```console"
            } else if isInside, !line.contains("$ "), !line.contains(" | "), !line.contains(#/^\d{4}-/#) {
                lines.append(line)
            }
        }
        return lines
    }

    /// Whether a text of the programs is in the line, its parts in their order.
    static func isKnown(_ line: String) -> Bool {
        let line = Data(line.utf8)
        return texts.contains { parts in
            var start = line.startIndex
            for part in parts {
                guard let found = line.range(of: part, in: start..<line.endIndex) else { return false }
                start = found.upperBound
            }
            return true
        }
    }

    @Test("a message that a page shows is still a text of the program", arguments: pages)
    func current(_ page: String) throws {
        let lines = try Self.lines(page)
        let messages = lines.indices.filter { lines[$0].contains(#/([a-z']{2,} ){3}[a-z']{2,}/#) }
        #expect(messages.count >= 3)
        for index in messages {
            // A terminal may have broken it in two.
            let before = index > 0 ? lines[index - 1] + " " + lines[index] : lines[index]
            let after = index + 1 < lines.count ? lines[index] + " " + lines[index + 1] : lines[index]
            let isKnown = [lines[index], before, after].contains { Self.isKnown($0) }
            #expect(isKnown, "renew the transcript: \(lines[index])")
        }
    }

    @Test("an old message is found")
    func old() {
        #expect(Self.isKnown("mosaic fleet hosts: alpha: waiting until its fleet is healthy"))
        #expect(!Self.isKnown("mosaic fleet hosts: alpha: waiting until its fleet is well"))
    }
}
