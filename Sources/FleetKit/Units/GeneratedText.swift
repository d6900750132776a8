/// A text whose first line names its author and carries a checksum of the rest, so that a later run can tell its own
/// unmodified file from one that was written or changed outside mosaic. Against mistakes, not against attackers.
enum GeneratedText {
    enum Authorship { case own, changed, foreign }

    private static let marker = "# Written by `mosaic fleet init`, which renews it while it is unchanged: fnv1a64 "

    static func sealed(_ body: String) -> String { marker + checksum(body.utf8[...]) + "\n" + body }

    static func authorship(of bytes: [UInt8]) -> Authorship {
        guard bytes.starts(with: marker.utf8) else { return .foreign }
        guard let lineEnd = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return .changed }
        let stated = bytes[marker.utf8.count..<lineEnd]
        return stated.elementsEqual(checksum(bytes[(lineEnd + 1)...]).utf8) ? .own : .changed
    }

    /// FNV-1a, 64 bits (draft-eastlake-fnv), 16 hexadecimal digits.
    static func checksum(_ bytes: some Sequence<UInt8>) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
