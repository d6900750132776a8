internal import FleetGuard
internal import FleetKit

/// Options in front of the command, where other programs take them too: `mosaic fleet --json status`. They are moved
/// behind the command's words, where the parser looks for them.
enum LeadingOptions {
    private static let flags: Set<String> = [
        "--json", "-q", "--quiet", "-v", "--verbose", "--user", "--system", "-h", "--help", "--help-hidden",
        "--version",
    ]
    private static let valued: Set<String> = ["--mosaic-home", "--backend", "--color"]

    /// - Parameter arguments: without the program's name.
    /// - Returns: the same line where nothing stands in front, or something that not every command has.
    static func moved(_ arguments: [String]) -> [String] {
        var words: [String] = []
        var options: [String] = []
        var rest = arguments[...]
        while let word = rest.first {
            if flags.contains(word) {
                options.append(word)
                rest = rest.dropFirst()
            } else if valued.contains(word), rest.count > 1 {
                options += rest.prefix(2)
                rest = rest.dropFirst(2)
            } else if let (name, _) = word.halves(at: "="), valued.contains(String(name)) {
                options.append(word)
                rest = rest.dropFirst()
            } else if !word.begins(with: "-"), takesMore(words) {
                words.append(word)
                rest = rest.dropFirst()
            } else {
                break
            }
        }
        return words + options + rest
    }

    /// Whether another word of these commands may come.
    private static func takesMore(_ words: [String]) -> Bool {
        words.isEmpty || words == ["fleet"] || words == ["fleet", "lock"]
    }

    /// Whether the version is all that is asked for: `mosaic --version`, `mosaic fleet --version`.
    static func asksForVersion(_ moved: [String]) -> Bool {
        let words = moved.prefix { !$0.begins(with: "-") }
        return words.count < moved.count && moved[words.count...].contains("--version")
            && ([[], ["fleet"], ["fleet", "lock"]] as [[String]]).contains(Array(words))
    }
}
