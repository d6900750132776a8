internal import FleetGuard

/// A unit's command line as far as it runs tmux; words as systemd has them.
struct TmuxCommandLine {
    private let options: ArraySlice<String>

    /// - Returns: nil when it runs something else. A tmux behind a shell is not seen.
    init?(_ words: [String]) {
        guard let program = words.first?.parts(at: "/").last, program == "tmux" else { return nil }
        // tmux's own options; the first other word is its command.
        var end = 1
        while end < words.count, words[end].begins(with: "-"), words[end].utf8.count > 1 {
            // Their values stand in the next word unless they follow at once.
            end += ["-c", "-f", "-L", "-S", "-T"].contains(words[end]) ? 2 : 1
        }
        options = words[1..<min(end, words.count)]
    }

    /// `-N`, alone or among other letters.
    var startsNoServer: Bool {
        options.contains { option in
            guard let letters = option.after("-")?.unicodeScalars, let first = letters.first else { return false }
            return !"-cfLST".has(first) && letters.contains("N")
        }
    }
}
