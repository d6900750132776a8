/// Names one acquisition of the lock: a fresh UUID, lower case.
///
/// Only a well-formed UUID becomes a token, because a token also becomes a file name (`evicted-TOKEN`).
public struct LockToken: Hashable, Sendable, CustomStringConvertible {
    public let rawValue: String

    public init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == [8, 4, 4, 4, 12],
            text.utf8.allSatisfy({ byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
                    UInt8(ascii: "A")...UInt8(ascii: "F"), UInt8(ascii: "-"):
                    true
                default: false
                }
            })
        else { return nil }
        self.rawValue = text.lowercased()
    }

    /// A fresh random (version 4) token.
    public static func random() -> LockToken {
        var random = SystemRandomNumberGenerator()
        return self.random(using: &random)
    }

    /// The same from a generator of one's own, for runs that can be repeated.
    public static func random(using generator: inout some RandomNumberGenerator) -> LockToken {
        var high = generator.next()
        var low = generator.next()
        high = high & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        low = low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        let digits = hex(high) + hex(low)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { text += "-" }
            text.append(digit)
        }
        return LockToken(unchecked: text)
    }

    private init(unchecked text: String) { rawValue = text }

    private static func hex(_ value: UInt64) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }

    public var description: String { rawValue }
}
