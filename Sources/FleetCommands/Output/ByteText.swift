internal import FleetGuard

/// Sizes for people, in units of 1024.
enum ByteText {
    static func human(_ bytes: UInt64) -> String {
        var value = Double(bytes)
        var unit = 0
        let units = ["B", "K", "M", "G", "T", "P", "E"]
        while value >= 1024 && unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        if unit == 0 { return "\(bytes)B" }
        let tenths = Int(clamping: (value * 10).rounded())
        return tenths >= 100
            ? "\(Int(clamping: value.rounded()))\(units[unit])" : "\(tenths / 10).\(tenths % 10)\(units[unit])"
    }
}
