internal import FleetGuard
internal import FleetKit

/// Points in time as `systemctl show` prints them in UTC: `Tue 2026-11-24 02:26:34.541872 UTC`, with `--timestamp=us+utc`,
/// or without the fraction.
enum Timestamp {
    /// Microseconds since 1970; nil for an empty text, `n/a` and anything else.
    static func microseconds(_ text: String) -> UInt64? {
        let words = text.parts(at: " ")
        guard words.count == 4, words[3] == "UTC" else { return nil }
        let date = words[1].parts(at: "-").compactMap { Int64($0) }
        let clock = words[2].parts(at: ":")
        guard date.count == 3, clock.count == 3, let hour = Int64(clock[0]), let minute = Int64(clock[1]),
            (0..<24).contains(hour), (0..<60).contains(minute)
        else { return nil }
        let parts = clock[2].parts(at: ".", keepingEmpty: true)  // so there is always one
        guard let second = Int64(parts[0]), (0...60).contains(second), parts.count <= 2 else { return nil }
        var fraction: Int64 = 0
        if parts.count == 2 {
            guard parts[1].count == 6, let digits = Int64(parts[1]), digits >= 0 else { return nil }
            fraction = digits
        }
        let seconds = days(year: date[0], month: date[1], day: date[2]) * 86_400 + hour * 3_600 + minute * 60 + second
        guard seconds >= 0, seconds < 1 << 40 else { return nil }
        return UInt64(seconds * 1_000_000 + fraction)
    }

    /// Days since 1970-01-01 of the Gregorian calendar. Years begin in March, so that the leap day is the last one.
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        guard (1...12).contains(month), (1...31).contains(day), (1970...9999).contains(year) else { return -1 }
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
