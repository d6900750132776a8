/// Times, and where most of them lie.
struct Histogram {
    private(set) var samples: [Duration] = []

    mutating func add(_ sample: Duration) { samples.append(sample) }
    mutating func add(_ other: Histogram) { samples += other.samples }

    /// `n=12 p50=1.2 ms p90=… p99=… max=…`
    var summary: String {
        guard let longest = samples.max() else { return "n=0" }
        let sorted = samples.sorted()
        func at(_ share: Double) -> Duration { sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))] }
        return "n=\(sorted.count) p50=\(Self.text(at(0.5))) p90=\(Self.text(at(0.9))) p99=\(Self.text(at(0.99)))"
            + " max=\(Self.text(longest))"
    }

    /// One line for each power of two that has samples.
    var bars: [String] {
        var lines: [String] = []
        var low = Duration.zero
        var high = Duration.microseconds(250)
        while low <= (samples.max() ?? .zero) {
            let count = samples.count { $0 >= low && $0 < high }
            if count > 0 {
                let bar = String(repeating: "#", count: max(1, count * 50 / samples.count))
                lines.append(Self.padded("< \(Self.text(high))", 12) + Self.padded("\(count)", 6) + bar)
            }
            low = high
            high *= 2
        }
        return lines
    }

    static func text(_ time: Duration) -> String {
        let microseconds = time.wholeMicroseconds
        if microseconds < 10_000 { return "\(microseconds / 1000).\(microseconds % 1000 / 100) ms" }
        if microseconds < 10_000_000 { return "\(microseconds / 1000) ms" }
        return "\(microseconds / 1_000_000) s"
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }
}

extension Duration {
    var wholeMicroseconds: Int { Int(components.seconds) * 1_000_000 + Int(components.attoseconds / 1_000_000_000_000) }
}
