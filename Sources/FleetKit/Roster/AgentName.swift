public import FleetGuard

/// An agent's name, used as it is in `mosaic-agent@NAME.service` and as its tmux session's name.
///
/// `[A-Za-z0-9_][A-Za-z0-9_.-]*`: nothing in it needs systemd's escaping, and it cannot be taken for an option.
public struct AgentName: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// As in the roster: NAME without `mosaic-agent@` and `.service`.
    public let rawValue: String

    /// - Throws: `.usage`, naming the text and the rule.
    public init(_ text: String) throws(FleetError) {
        let bytes = Array(text.utf8)
        func isWord(_ byte: UInt8) -> Bool { byte.isASCIILetter || byte.isASCIIDigit || byte == UInt8(ascii: "_") }
        guard let first = bytes.first, isWord(first),
            bytes.allSatisfy({ isWord($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") })
        else {
            throw FleetError(
                .usage, "'\(Printable.oneLine(text))' is not an agent name",
                hint: "a name begins with a letter, digit or '_' and continues with letters, digits, '_', '.' or '-'")
        }
        // mosaic-agent@ + name + .service must fit systemd's 255 bytes.
        let limit = 255 - "mosaic-agent@.service".utf8.count
        guard bytes.count <= limit else {
            throw FleetError(
                .usage, "agent name '\(Printable.oneLine(text, limit: 40))' has \(bytes.count) bytes",
                hint: "choose a name of at most \(limit) bytes")
        }
        self.rawValue = text
    }

    /// The raw value.
    public var description: String { rawValue }
    /// In ASCII order.
    public static func < (left: AgentName, right: AgentName) -> Bool { left.rawValue < right.rawValue }
}
