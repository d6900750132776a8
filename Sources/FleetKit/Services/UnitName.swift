public import FleetGuard

/// A full systemd unit name such as `mosaic-agent@planner.service`, checked once so that no backend has to.
///
/// libdbus aborts the process on malformed strings, and systemctl globs and mangles names, so a name that is not
/// exactly a unit name must never reach either. Rules: systemd's unit_name_is_valid(): 1 to 255 bytes of
/// `[A-Za-z0-9:_.\-]` and backslash, at most one instance after `@`, and a known suffix.
public struct UnitName: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// As given, with the type suffix: 1 to 255 ASCII bytes.
    public let rawValue: String

    /// Every unit type that systemd knows; a name without one of these is refused, never completed by guessing.
    package static let suffixes = [
        "service", "socket", "target", "device", "mount", "automount", "swap", "timer", "path", "slice", "scope",
    ]

    /// - Throws: `.usage`, naming the text (control characters made visible) and the rule that it breaks.
    public init(_ text: String) throws(FleetError) {
        func refuse(_ why: String) -> FleetError {
            FleetError(
                .usage, "'\(Printable.oneLine(text))' is not a unit name: \(why)",
                hint: "give the full name, such as mosaic-agent@planner.service")
        }
        let bytes = Array(text.utf8)
        guard !bytes.isEmpty else { throw refuse("it is empty") }
        guard bytes.count <= 255 else { throw refuse("it has \(bytes.count) bytes; the limit is 255") }
        guard bytes[0] != UInt8(ascii: "-") else { throw refuse("it begins with '-'") }
        guard let dot = bytes.lastIndex(of: UInt8(ascii: ".")),
            Self.suffixes.contains(String(decoding: bytes[(dot + 1)...], as: UTF8.self))
        else { throw refuse("it has no unit type such as .service at its end") }
        let stem = bytes[..<dot]
        guard stem.allSatisfy({ $0.isASCIILetter || $0.isASCIIDigit || ":_.-\\@".utf8.contains($0) }) else {
            throw refuse("only letters, digits and : _ . - \\ @ are allowed")
        }
        guard let first = stem.first, first != UInt8(ascii: "@") else { throw refuse("nothing comes before the '@'") }
        self.rawValue = text
    }

    /// - Returns: nil for a text that is no unit name, and for one that cannot be asked for (the manager's own `-.mount`).
    package init?(known text: some StringProtocol) {
        do throws(FleetError) { try self.init(String(text)) } catch { return nil }
    }

    /// The part between `@` and the suffix, for an instance of a template.
    package var instance: String? {
        guard let at = rawValue.firstPlace(of: "@"), let dot = rawValue.lastPlace(of: ".") else { return nil }
        return String(rawValue[rawValue.index(after: at)..<dot])
    }

    /// The raw value.
    public var description: String { rawValue }

    /// In ASCII order.
    public static func < (left: UnitName, right: UnitName) -> Bool { left.rawValue < right.rawValue }
}
