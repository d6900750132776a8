internal import FleetGuard

/// A word quoted for a shell.
package enum ShellWord {
    /// The word itself if every shell takes it literally, else in single quotes.
    package static func quoted(_ word: String) -> String {
        let isPlain = !word.isEmpty && word.unicodeScalars.allSatisfy(isPlain)
        return isPlain ? word : "'" + word.replacingEach("'", by: "'\\''") + "'"
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar.properties.isAlphabetic || "0123456789-_=.,:/@+%".has(scalar) }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber:
            return true
        // A mark belongs to the letter before it; alone, or after a character of the shell's, it does no harm.
        case .nonspacingMark, .spacingMark: return true
        default: return false
        }
    }

    /// The words as one line that can be typed, and printed: what is no printable character does not stay what it was.
    ///
    /// - Parameter limit: characters after which it is cut; a line that is cut cannot be typed.
    package static func line(_ words: [String], limit: Int = 8192) -> String {
        Printable.oneLine(words.map(quoted).joined(separator: " "), limit: limit)
    }
}
