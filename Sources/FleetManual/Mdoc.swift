/// Plain text as mdoc(7) source. The pages are ASCII: what a page looks like must not depend on how it is read.
package enum Mdoc {
    /// Text lines, one for each sentence, that no reader takes for macros.
    package static func text(_ plain: String) -> [String] {
        var lines: [String] = []
        var words: [Substring] = []
        for word in plain.split(whereSeparator: \.isWhitespace) {
            words.append(word)
            if let last = word.last, ".?!".contains(last) { close() }
        }
        close()
        return lines

        func close() {
            guard !words.isEmpty else { return }
            lines.append(protected(words.map { escaped(String($0)) }.joined(separator: " ")))
            words = []
        }
    }

    /// One argument of a macro.
    package static func argument(_ plain: String) -> String {
        let text = escaped(plain)
        if plain.contains(" ") { return "\"" + text.replacing("\"", with: "\\(dq") + "\"" }
        // Two or three letters that begin with a capital may be a macro, a single sign a delimiter.
        let isMacro = (2...3).contains(plain.count) && plain.first?.isUppercase == true
        let isDelimiter = plain.count == 1 && plain.first?.isLetter == false && plain.first?.isNumber == false
        return isMacro || isDelimiter ? "\\&" + text : text.replacing("\"", with: "\\(dq")
    }

    /// Everything that is not ASCII as an escape, and nothing else: for source that is mdoc already.
    package static func ascii(_ source: String) -> String {
        var result = ""
        for scalar in source.unicodeScalars {
            if scalar.isASCII {
                result.unicodeScalars.append(scalar)
            } else {
                let digits = String(scalar.value, radix: 16, uppercase: true)
                result += "\\[u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + "]"
            }
        }
        return result
    }

    private static func escaped(_ word: String) -> String {
        // A hyphen of an option must stay one when it is copied from the screen.
        let isOption = word.contains("-") && word.drop { "('\"".contains($0) }.first == "-"
        var result = ""
        for character in word {
            switch character {
            case "\\": result += "\\e"
            case "'": result += "\\(aq"
            case "`": result += "\\(ga"
            case "~": result += "\\(ti"
            case "^": result += "\\(ha"
            case "-": result += isOption ? "\\-" : "-"
            default: result.append(character)
            }
        }
        return ascii(result)
    }

    /// A line that begins with a control character would be a request.
    private static func protected(_ line: String) -> String {
        line.hasPrefix(".") || line.hasPrefix("'") ? "\\&" + line : line
    }
}
