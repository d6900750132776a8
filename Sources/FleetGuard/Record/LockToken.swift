internal import Glibc

/// Names one acquisition of the lock: a fresh UUID, lower case.
///
/// Only a well-formed UUID becomes a token, because a token also becomes a file name (`evicted-TOKEN`).
public struct LockToken: Hashable, Sendable, CustomStringConvertible {
    /// 36 characters: lower-case hexadecimal digits and hyphens.
    public let rawValue: String

    /// - Parameter text: in either case.
    /// - Returns: nil for anything but hexadecimal digits in groups of 8, 4, 4, 4 and 12, joined by hyphens.
    public init?(_ text: String) {
        let parts = text.parts(at: "-", keepingEmpty: true)
        guard parts.map(\.utf8.count) == [8, 4, 4, 4, 12],
            text.utf8.allSatisfy({ "0123456789abcdefABCDEF-".utf8.contains($0) })
        else { return nil }
        self.rawValue = text.lowercased()
    }

    /// A fresh random (version 4) token.
    public static func random() -> LockToken {
        // Both halves in one call; the generic way would ask the kernel for each.
        var halves: (high: UInt64, low: UInt64) = (0, 0)
        let isFilled = withUnsafeMutableBytes(of: &halves) { getentropy($0.baseAddress, $0.count) == 0 }
        guard isFilled else {
            var random = SystemRandomNumberGenerator()
            return self.random(using: &random)
        }
        return LockToken(high: halves.high, low: halves.low)
    }

    /// The same from a generator of one's own, for runs that can be repeated.
    public static func random(using generator: inout some RandomNumberGenerator) -> LockToken {
        LockToken(high: generator.next(), low: generator.next())
    }

    /// 128 random bits, of which the version and the variant take six.
    private init(high: UInt64, low: UInt64) {
        let high = high & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        let low = low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        let digits = Self.hex(high) + Self.hex(low)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { text += "-" }
            text.append(digit)
        }
        rawValue = text
    }

    private static func hex(_ value: UInt64) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }

    /// The raw value.
    public var description: String { rawValue }
}
