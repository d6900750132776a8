internal import Glibc

/// The states that were seen, each with the number of schedules from it to an end; 16 bytes for a state.
///
/// 96 bits of a state's fingerprint are kept: at a hundred million states the chance that any two of them share those is
/// below 1e-13. The number of schedules is kept as its logarithm, to six digits.
struct StateTable {
    enum Entry {
        case unknown
        /// Its schedules are being explored: whoever comes to it again goes round in a circle.
        case open
        case done(Double)
    }

    private struct Slot {
        var high: UInt64 = 0
        var low: UInt32 = 0
        /// Binary logarithm of the number of schedules; infinite while the state is open; not a number: the slot is free.
        var schedules: Float = .nan
    }

    private var slots = [Slot](repeating: Slot(), count: 1 << 12)
    private(set) var count = 0

    subscript(_ key: Digest) -> Entry {
        let slot = slots[place(key)]
        if slot.schedules.isNaN { return .unknown }
        return slot.schedules == .infinity ? .open : .done(exp2(Double(slot.schedules)))
    }

    mutating func open(_ key: Digest) {
        if count * 4 >= slots.count * 3 { grow() }
        set(key, .infinity)
        count += 1
    }

    mutating func close(_ key: Digest, schedules: Double) { set(key, Float(log2(schedules))) }

    private mutating func set(_ key: Digest, _ schedules: Float) {
        slots[place(key)] = Slot(high: key.high, low: UInt32(truncatingIfNeeded: key.low), schedules: schedules)
    }

    private func place(_ key: Digest) -> Int {
        let low = UInt32(truncatingIfNeeded: key.low)
        let mask = slots.count - 1
        var index = Int(truncatingIfNeeded: key.high) & mask
        while !slots[index].schedules.isNaN, slots[index].high != key.high || slots[index].low != low {
            index = (index + 1) & mask
        }
        return index
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: Slot(), count: old.count * 2)
        let mask = slots.count - 1
        for slot in old where !slot.schedules.isNaN {
            var index = Int(truncatingIfNeeded: slot.high) & mask
            while !slots[index].schedules.isNaN { index = (index + 1) & mask }
            slots[index] = slot
        }
    }
}
