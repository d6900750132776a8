internal import FleetGuard

/// Options in front of the command, where other programs take them too: `mosaic fleet --json status`. They are moved
/// behind the command's words, where the parser looks for them.
enum LeadingOptions {
    private static let flags: Set<String> = [
        "--json", "-q", "--quiet", "-v", "--verbose", "--user", "--system", "-h", "--help", "--help-hidden",
        "--version",
    ]
    /// Options whose value is the next word.
    static let valued: Set<String> = ["--mosaic-home", "--backend", "--color"]
    /// The words after which another word of a command may come.
    private static let groups: [[String]] = [[], ["fleet"], ["fleet", "lock"]]

    /// - Parameter arguments: without the program's name.
    /// - Returns: the same line where nothing stands in front, or something that not every command has.
    static func moved(_ arguments: [String]) -> [String] {
        var words: [String] = []
        var options: [String] = []
        var rest = arguments[...]
        while let word = rest.first {
            let joined = word.halves(at: "=").map { String($0.0) }
            if flags.contains(word) || joined.map(valued.contains) == true {
                options.append(rest.removeFirst())
            } else if valued.contains(word), rest.count > 1 {
                options += rest.prefix(2)
                rest = rest.dropFirst(2)
            } else if !word.begins(with: "-"), groups.contains(words) {
                words.append(rest.removeFirst())
            } else {
                break
            }
        }
        return words + options + rest
    }

    /// Whether the version is all that is asked for: `mosaic --version`, `mosaic fleet --version`.
    static func asksForVersion(_ moved: [String]) -> Bool {
        let words = moved.prefix { !$0.begins(with: "-") }
        return words.count < moved.count && moved[words.count...].contains("--version") && groups.contains(Array(words))
    }
}
