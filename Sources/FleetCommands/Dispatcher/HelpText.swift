internal import FleetGuard

/// `--help` on one screen: 24 lines of 80 columns. The example comes first, and the groups of options that most commands
/// share are named without their texts. `--help-hidden` has all of it, and so has the manual page.
enum HelpText {
    static let columns = 80

    /// Groups that a screen has no room for.
    private static let shared = [
        "THE AGENT'S SETTINGS:", "JOBS:", "WAITING FOR AGENTS:", "WAITING FOR THE LOCK:", "COMMON OPTIONS:",
    ]

    /// - Parameters:
    ///   - full: the parser's own help.
    ///   - words: that are typed to get it, without `mosaic` and `--help`.
    static func screen(_ full: String, of words: [String]) -> String {
        let command = (["mosaic"] + words).joined(separator: " ")
        let blocks = blocks(of: full, words)
        let groups = blocks.filter { Self.shared.contains(String($0[0])) }
        // A group of commands: the list of them needs the room, and its only option is --help.
        guard !groups.isEmpty else {
            let lesser = ["OPTIONS:", "USAGE: ", "  See "]
            return text(blocks.filter { block in !lesser.contains { block[0].begins(with: $0) } })
        }
        let all = "ALL: \(command) --help-hidden, man \(command.replacing(" ", with: "-"))"
        let rest = blocks.filter { !Self.shared.contains(String($0[0])) }
            .map { $0.filter { !$0.begins(with: Self.help) } }.filter { $0.count > 1 || $0[0] != "OPTIONS:" }
        return text(rest + [groups.flatMap(named) + [all[...]]])
    }

    /// The parser's help, with the example first.
    static func whole(_ full: String, of words: [String]) -> String { text(blocks(of: full, words)) }

    private static let mark = "Example: "

    /// Known to readers of the help.
    private static let help = "  -h, --help "

    private static func blocks(of full: String, _ words: [String]) -> [[Substring]] {
        let options = CommandRegistry.optionalValues(of: words)
        let lines = full.parts(at: "\n", keepingEmpty: true).map { bracketed($0, options) }
        let blocks = lines.split(whereSeparator: \.isEmpty).map(Array.init)
        let examples = blocks.filter { $0[0].begins(with: mark) }.map { block in
            ["EXAMPLE: " + block[0].dropFirst(mark.count)] + block.dropFirst()
        }
        // One block with the overview, which comes first.
        let others = blocks.filter { !$0[0].begins(with: mark) }
        return [examples.flatMap(\.self) + (others.first ?? [])] + others.dropFirst()
    }

    /// `--watch [<dur>]` where the parser writes `--watch <dur>`, at the cost of two blanks of the column.
    private static func bracketed(_ line: Substring, _ options: Set<String>) -> Substring {
        guard let option = options.first(where: { line.begins(with: "  \($0) <") }),
            let end = line.firstIndex(where: { $0 == ">" })
        else { return line }
        let rest = line[line.index(after: end)...]
        return "  \(option) [" + line.dropFirst(option.count + 3)[...end] + "]"
            + (rest.begins(with: "   ") ? rest.dropFirst(2) : rest)
    }

    private static func text(_ blocks: [[Substring]]) -> String {
        blocks.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
    }

    /// `COMMON OPTIONS: --mosaic-home, --backend, …`, filled like a paragraph.
    private static func named(_ block: [Substring]) -> [Substring] {
        let options = block.dropFirst().filter { $0.begins(with: "  -") }.compactMap { line in
            line.parts(at: " ").first { $0.begins(with: "--") }.map { String($0.prefix { $0 != "," }) }
        }
        var lines: [String] = []
        var line = String(block[0])
        for (index, option) in options.enumerated() {
            let word = option + (index < options.count - 1 ? "," : "")
            if line.count + 1 + word.count > columns {
                lines.append(line)
                line = " "
            }
            line += " " + word
        }
        return (lines + [line]).map { $0[...] }
    }
}
