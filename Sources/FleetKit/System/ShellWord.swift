/// A word as it is typed in a shell.
public enum ShellWord {
    /// The word itself where every shell takes it as it is, else in single quotes.
    public static func quoted(_ word: String) -> String {
        let isPlain = !word.isEmpty && word.allSatisfy { $0.isLetter || $0.isNumber || "-_=.,:/@+%".contains($0) }
        return isPlain
            ? word : "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }

    /// The words as one line that can be typed, and printed: what is no printable character does not stay what it was.
    ///
    /// - Parameter limit: characters after which it is cut; a line that is cut cannot be typed.
    public static func line(_ words: [String], limit: Int = 8192) -> String {
        Printable.oneLine(words.map(quoted).joined(separator: " "), limit: limit)
    }
}
