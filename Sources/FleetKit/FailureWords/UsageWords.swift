public import FleetGuard

/// What is wrong with a command line, in the form of every other message: lower case, no full stop, said once.
///
/// The argument parser (1.8) has sentences of its own. One that is not known here keeps its words.
public enum UsageWords {
    /// - Parameters:
    ///   - sentence: of the parser, or of our own validation.
    ///   - line: the words that were typed.
    ///   - helpCommand: prints the help.
    public static func error(_ sentence: String, line: [String], helpCommand: String) -> FleetError {
        // Of `-nx` the parser says that it is unknown, or that `-n` has no value.
        let first = parts(of: sentence, "", "\n   or: ").map { String($0[0]) } ?? sentence
        let (message, hint) = words(first, line)
        return FleetError(
            .usage, Printable.oneLine(message, limit: 1000),
            hint: (hint.map { $0 + " " } ?? "") + "see '\(helpCommand)'")
    }

    private static func words(_ sentence: String, _ line: [String]) -> (message: String, hint: String?) {
        if let parts = parts(of: sentence, "Unknown option '", "'. Did you mean '", "'?") {
            return ("unknown option '\(parts[0])'", "did you mean '\(Printable.oneLine(String(parts[1])))'?")
        }
        if let parts = parts(of: sentence, "The value '", "' is invalid for '", "'") {
            return wrongValue(String(parts[0]), of: String(parts[1]), String(parts[2]))
        }
        if let option = parts(of: sentence, "Missing value for '", "'")?.first {
            let isTyped = { (word: String) in option.isExactly(word) || option.begins(with: word + " ") }
            let next = line.firstIndex(where: isTyped).map { line[($0 + 1)...].first ?? "" } ?? ""
            return (
                "missing value for '\(option)'" + (next.begins(with: "-") ? ": '\(next)' is read as an option" : ""),
                nil
            )
        }
        if let argument = parts(of: sentence, "Missing expected argument '", "'")?.first {
            return ("missing argument '\(argument)'", nil)
        }
        if let parts = parts(of: sentence, "The option '", "' does not take any value, but '", "' was specified.") {
            return ("\(parts[0]) takes no value, but '\(parts[1])' was given", nil)
        }
        let exclusive = ["Value to be set with flag '", "' had already been set with flag '", "'"]
        if let parts = parts(of: sentence, exclusive[0], exclusive[1], exclusive[2]) {
            return parts[0].isExactly(parts[1])
                ? ("\(parts[0]) was given twice", nil) : ("\(parts[1]) and \(parts[0]) cannot be combined", nil)
        }
        let plain = sentence.before(".") ?? sentence[...]
        return (plain.prefix(1).lowercased() + plain.dropFirst(), nil)
    }

    /// - Parameters:
    ///   - option: with the name of its value: `--rolling <n>`.
    ///   - why: the rest of the parser's sentence: a reason of ours, the values that there are, or nothing for a number.
    private static func wrongValue(_ value: String, of option: String, _ why: String) -> (String, String?) {
        let name = option.halves(at: " ").map { String($0.0) } ?? option
        if let reason = why.after(": ") { return ("\(name): \(reason)", nil) }
        guard let list = why.after(". Please provide one of ") else {
            return ("\(name): '\(value)' is not a number", nil)
        }
        let known = (list.before(".") ?? list).replacing(" and ", with: " or ")
        return ("\(name): unknown value '\(value)'", "use \(known);")
    }

    /// The texts between the marks, of which the first is at the beginning; what follows the last mark is the last text.
    private static func parts(of text: String, _ marks: String...) -> [Substring]? {
        guard let first = marks.first, var rest = text.after(first) else { return nil }
        var parts: [Substring] = []
        for mark in marks.dropFirst() {
            guard let place = rest.utf8.firstRange(of: mark.utf8) else { return nil }
            parts.append(rest[..<place.lowerBound])
            rest = rest[place.upperBound...]
        }
        return parts + [rest]
    }
}
