/// SplitMix64: the same seed gives the same plan on every machine.
package struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }

    package mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

    package mutating func pick<Value>(_ values: [Value]) -> Value {
        values[Int.random(in: 0..<values.count, using: &self)]
    }

    /// Each order of magnitude between the two is as likely as any other.
    package mutating func time(_ from: Duration, _ to: Duration) -> Duration {
        var bound = from
        var steps = 0
        while bound < to {
            bound *= 2
            steps += 1
        }
        let low = from * (1 << Int.random(in: 0..<max(1, steps), using: &self))
        return low + low * Double.random(in: 0..<1, using: &self)
    }
}
