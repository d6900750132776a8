internal import FleetGuard

/// An option that may have a value and needs none: `--watch`, `--watch=5s`, `--watch 5s`.
///
/// The parser knows it as an option with a value, which is filled in here where it was left out. Its own way (1.8,
/// `defaultAsFlag`) drops a joined value in front of another option, takes an agent's name for the value, and a value that
/// it cannot read for none.
struct OptionalValue {
    enum Value {
        /// Begins with a digit, so it can be told from an agent's name.
        case number
        case word
    }

    let name: String
    let value: Value
    /// Where none was typed.
    let usual: String

    /// The words of a line with every value that was left out, in front of `--`.
    static func filled(_ words: [String], _ options: [OptionalValue]) -> [String] {
        guard !options.isEmpty else { return words }
        let end = words.firstIndex(of: "--") ?? words.endIndex
        return words.indices.map { index in
            guard index < end, let option = options.first(where: { $0.name.isExactly(words[index]) }) else {
                return words[index]
            }
            let next = index + 1 < end ? words[index + 1] : ""
            return option.takes(next) ? words[index] : "\(option.name)=\(option.usual)"
        }
    }

    private func takes(_ word: String) -> Bool {
        guard let first = word.utf8.first, first != UInt8(ascii: "-") else { return false }
        return value == .word || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first)
    }
}
