internal import FleetGuard
internal import Glibc

/// Times of day as the journal shows them.
enum LocalTime {
    /// `2026-11-24 14:03:22`.
    static func ofDayWithDate(_ secondsSince1970: Double) -> String { text(secondsSince1970, "%F %T") }

    /// `14:03:22`.
    static func ofDay(_ secondsSince1970: Double) -> String { text(secondsSince1970, "%T") }

    private static func text(_ secondsSince1970: Double, _ format: String) -> String {
        // Beyond these a year has more than four digits, or none: nothing here happened then.
        var seconds = min(max(time_t(clamping: secondsSince1970), -62_135_596_800), 253_402_214_400)
        var parts = tm()
        localtime_r(&seconds, &parts)
        return String(unsafeUninitializedCapacity: 32) { bytes in
            bytes.withMemoryRebound(to: CChar.self) { strftime($0.baseAddress, $0.count, format, &parts) }
        }
    }
}
