public import FleetGuard
internal import FleetKit

/// What a host is called in `hosts.toml` and on the command line.
///
/// `[A-Za-z0-9_][A-Za-z0-9_.-]*`, 64 bytes at most: it cannot be taken for an option, and `HOST/AGENT` can be cut.
public struct HostName: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let rawValue: String

    /// - Throws: `.usage`, naming the text and the rule.
    public init(_ text: String) throws(FleetError) {
        func isWord(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard let first = text.utf8.first, isWord(first), text.utf8.count <= 64,
            text.utf8.allSatisfy({ isWord($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") })
        else {
            throw FleetError(
                .usage, "'\(Printable.oneLine(text))' is not a host name",
                hint: "a name has at most 64 letters, digits, '_', '.' or '-' and begins with a letter, digit or '_'")
        }
        rawValue = text
    }

    public var description: String { rawValue }
    public static func < (left: HostName, right: HostName) -> Bool { left.rawValue < right.rawValue }
}
