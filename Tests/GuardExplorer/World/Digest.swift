/// A 128-bit fingerprint of a state. At ten million states the chance that two of them ever share one is below 1e-24.
struct Digest: Hashable {
    private(set) var high: UInt64 = 0x9E37_79B9_7F4A_7C15
    private(set) var low: UInt64 = 0xC2B2_AE3D_27D4_EB4F

    mutating func add(_ value: some BinaryInteger) {
        let word = UInt64(truncatingIfNeeded: value)
        high = Self.mix(high ^ word) &+ 0x1656_67B1_9E37_79F9
        low = Self.mix(low &+ word &* 0xFF51_AFD7_ED55_8CCD) ^ (high >> 7)
    }

    /// Two numbers, of which either may be negative.
    mutating func add(_ high: Int32, _ low: Int32) { add(Int64(high) << 32 | Int64(UInt32(bitPattern: low))) }

    mutating func add(_ value: Bool) { add(value ? 1 : 0) }

    private static func mix(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    static func == (left: Digest, right: Digest) -> Bool { left.high == right.high && left.low == right.low }
    func hash(into hasher: inout Hasher) { hasher.combine(low) }
}
