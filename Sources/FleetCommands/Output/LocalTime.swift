internal import FleetGuard
internal import Glibc

/// Times of day as the journal shows them.
enum LocalTime {
    /// `2026-11-24 14:03:22`.
    static func ofDayWithDate(_ secondsSince1970: Double) -> String {
        let parts = parts(secondsSince1970)
        let date = [parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday].map { $0 < 10 ? "0\($0)" : "\($0)" }
        return date.joined(separator: "-") + " " + ofDay(secondsSince1970)
    }

    /// `14:03:22`.
    static func ofDay(_ secondsSince1970: Double) -> String {
        let parts = parts(secondsSince1970)
        return [parts.tm_hour, parts.tm_min, parts.tm_sec].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
    }

    private static func parts(_ secondsSince1970: Double) -> tm {
        // Beyond these a year has more than four digits, or none: nothing here happened then.
        var seconds = min(max(time_t(clamping: secondsSince1970), -62_135_596_800), 253_402_214_400)
        var parts = tm()
        localtime_r(&seconds, &parts)
        return parts
    }
}
