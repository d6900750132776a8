/// FNV-1a, 64 bits (draft-eastlake-fnv): tells texts apart by mistake or chance, and keeps no secret.
enum FNVHash {
    /// 16 hexadecimal digits.
    static func text(_ bytes: some Sequence<UInt8>) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
