internal import FleetGuard
internal import FleetKit

/// Time spans as `systemctl show` prints them: `1min 30s`, `500ms`, `infinity`.
enum TimeSpan {
    private static let units: [Substring: Int64] = [
        "us": 1, "ms": 1_000, "s": 1_000_000, "min": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000,
        "w": 604_800_000_000,
    ]

    /// nil for `infinity`, an empty text and anything else that is not a span.
    static func duration(_ text: String) -> Duration? {
        let words = text.parts(at: " ")
        // One for each unit at most.
        guard !words.isEmpty, words.count <= units.count else { return nil }
        var sum = Duration.zero
        for word in words {
            let digits = word.utf8.prefix { $0.isASCIIDigit || $0 == UInt8(ascii: ".") }
            guard let number = Double(Substring(digits)), let unit = units[word[digits.endIndex...]],
                // systemd's own largest span is 2^64 µs; this is a fourth of it.
                number * Double(unit) < 4e18
            else { return nil }
            sum += .microseconds(Int64(clamping: number * Double(unit)))
        }
        return sum
    }
}
