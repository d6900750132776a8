internal import FleetGuard

/// `owes UNIT=RUN … .`, `stops ID UNIT=RUN … .`, `runs UNIT=ID … .`: one line, whose last word says that it is whole.
extension IntentChange {
    private static let end = "."

    /// With its line feed.
    var line: String {
        var words: [String]
        let pairs: [UnitName: String]
        switch self {
        case .owes(let runs): (words, pairs) = (["owes"], runs)
        case .stops(let id, let runs): (words, pairs) = (["stops", id], runs)
        case .runs(let known): (words, pairs) = (["runs"], known)
        }
        words += pairs.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return (words + [Self.end]).joined(separator: " ") + "\n"
    }

    /// nil for a line that is torn, unknown or damaged in any word: half of a list must not pass for the whole.
    init?(line: some Collection<UInt8>) {
        let words = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard words.count >= 2, words.last == Self.end else { return nil }
        let rest = words[1..<(words.count - 1)]
        switch words[0] {
        case "owes": if let pairs = Self.pairs(rest) { self = .owes(pairs) } else { return nil }
        case "stops":
            guard let id = rest.first, Self.isPlain(id), !id.isEmpty, let pairs = Self.pairs(rest.dropFirst()) else {
                return nil
            }
            self = .stops(id: id, pairs)
        case "runs": if let pairs = Self.pairs(rest) { self = .runs(pairs) } else { return nil }
        default: return nil
        }
    }

    private static func pairs(_ words: ArraySlice<String>) -> [UnitName: String]? {
        var pairs: [UnitName: String] = [:]
        for word in words {
            let parts = word.utf8.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let value = String(parts[1]), isPlain(value),
                let unit = UnitName(known: String(decoding: parts[0], as: UTF8.self))
            else { return nil }
            pairs[unit] = value
        }
        return pairs
    }

    /// What InvocationIDs and lock tokens are made of.
    private static func isPlain(_ text: String) -> Bool {
        text.utf8.count <= 64 && text.utf8.allSatisfy { $0.isASCIIHexDigit || $0 == UInt8(ascii: "-") }
    }
}

extension Intents {
    /// Folds complete lines; other lines are ignored.
    init(lines: some Collection<UInt8>) {
        self.init()
        for line in lines.split(separator: UInt8(ascii: "\n")) {
            if let change = IntentChange(line: line) { apply(change) }
        }
    }
}
