public import FleetGuard

/// Durations as the operator writes and reads them: `500ms`, `30s`, `10m`, `1h30m`, `1d`, `0`.
public enum DurationText {
    /// Largest first, the order in which a combination must stand. Milliseconds each.
    private static let units: [(name: String, milliseconds: Int64)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]

    /// Whole numbers with a unit of `d`, `h`, `m`, `s`, `ms`, largest first, each at most once, nothing between
    /// them; `0` needs no unit.
    ///
    /// - Throws: `.usage`, naming the text and the rule.
    public static func parse(_ text: String) throws(FleetError) -> Duration {
        if text == "0" { return .zero }
        func refuse(_ why: String) -> FleetError {
            FleetError(
                .usage, "'\(Printable.oneLine(text))' is not a duration: \(why)",
                hint: "write it like 500ms, 30s, 10m, 1h30m or 1d")
        }
        var rest = Array(text.utf8)[...]
        guard !rest.isEmpty else { throw refuse("it is empty") }
        var total: Int64 = 0
        var allowed = units[...]
        while !rest.isEmpty {
            let digits = rest.prefix(while: \.isASCIIDigit)
            rest = rest.dropFirst(digits.count)
            let letters = rest.prefix { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
            rest = rest.dropFirst(letters.count)
            guard !digits.isEmpty else { throw refuse("a whole number is missing") }
            guard !letters.isEmpty else { throw refuse("a unit (ms, s, m, h, d) is missing") }
            let name = String(decoding: letters, as: UTF8.self)
            guard units.contains(where: { $0.name == name }) else { throw refuse("'\(name)' is not a unit") }
            guard let index = allowed.firstIndex(where: { $0.name == name }) else {
                throw refuse("larger units come first, and each only once")
            }
            guard let count = Int64(String(decoding: digits, as: UTF8.self)) else { throw refuse("it is too long") }
            let (part, overflow) = count.multipliedReportingOverflow(by: units[index].milliseconds)
            let (sum, tooLong) = total.addingReportingOverflow(part)
            guard !overflow, !tooLong else { throw refuse("it is too long") }
            total = sum
            allowed = allowed[(index + 1)...]
        }
        return .milliseconds(total)
    }

    /// The text that `parse` turns into the same duration, in whole milliseconds: `1h30m`.
    public static func canonical(_ duration: Duration) -> String {
        var rest = max(0, duration.wholeMilliseconds)
        var text = ""
        for unit in units where rest >= unit.milliseconds {
            text += "\(rest / unit.milliseconds)\(unit.name)"
            rest %= unit.milliseconds
        }
        return text.isEmpty ? "0" : text
    }

    /// For reading, two units at most: `250ms`, `1.2s`, `12s`, `3m 05s`, `2h 10m`, `1d 04h`.
    public static func human(_ duration: Duration) -> String {
        // Half of the range leaves room for the rounding below.
        let milliseconds = min(max(0, duration.wholeMilliseconds), Int64.max / 2)
        if milliseconds < 1000 { return "\(milliseconds)ms" }
        let tenths = (milliseconds + 50) / 100
        if tenths < 100 { return tenths % 10 == 0 ? "\(tenths / 10)s" : "\(tenths / 10).\(tenths % 10)s" }
        let seconds = (milliseconds + 500) / 1000
        if seconds < 60 { return "\(seconds)s" }
        if seconds < 3600 { return "\(seconds / 60)m \(twoDigits(seconds % 60))s" }
        let minutes = seconds / 60
        if minutes < 1440 { return "\(minutes / 60)h \(twoDigits(minutes % 60))m" }
        return "\(minutes / 1440)d \(twoDigits(minutes / 60 % 24))h"
    }

    /// A time that is still running: with tenths, so that it is seen to run, and without jumping digits.
    package static func ticking(_ duration: Duration) -> String {
        let tenths = max(0, duration.wholeMilliseconds) / 100
        return tenths < 600 ? "\(tenths / 10).\(tenths % 10)s" : human(duration)
    }

    private static func twoDigits(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
