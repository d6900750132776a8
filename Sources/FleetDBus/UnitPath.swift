internal import FleetKit

/// Object paths of units, computed instead of asked for: one round trip less for each unit, and a unit that is not
/// loaded is loaded by the first access to its properties.
enum UnitPath {
    static let manager = "/org/freedesktop/systemd1"

    /// systemd's bus_label_escape(): what is not a letter or digit becomes `_` and two hexadecimal digits, and so does
    /// a leading digit.
    static func of(_ unit: UnitName) -> String {
        var path = manager + "/unit/"
        for (index, byte) in unit.rawValue.utf8.enumerated() {
            if byte.isASCIILetter || byte.isASCIIDigit && index > 0 {
                path.unicodeScalars.append(UnicodeScalar(byte))
            } else {
                let hex = String(byte, radix: 16)
                path += (hex.count == 1 ? "_0" : "_") + hex
            }
        }
        return path
    }
}
