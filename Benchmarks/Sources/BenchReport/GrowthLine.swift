/// How one command's time grows with the number of agents.
struct GrowthLine {
    struct Point {
        let size: Int
        /// Seconds, medians.
        let wall: Double
        let own: Double?
    }

    static let sizes = [20, 200, 1000]

    let series: String
    let title: String
    let points: [Point]

    init(_ series: String, title: String, in measurements: Measurements) {
        self.series = series
        self.title = title
        points = Self.sizes.compactMap { size in
            guard let found = measurements["\(series)/\(size)"], let wall = found.values.median else { return nil }
            return Point(size: size, wall: wall, own: found.own.median)
        }
    }

    static func all(in measurements: Measurements) -> [GrowthLine] {
        [
            GrowthLine("show", title: "systemctl show", in: measurements),
            GrowthLine("status", title: "mosaic fleet status", in: measurements),
            GrowthLine("two-calls", title: "systemctl restart, two calls", in: measurements),
            GrowthLine("phases", title: "mosaic fleet restart, in phases", in: measurements),
            GrowthLine("no-drain", title: "mosaic fleet restart --no-drain", in: measurements),
            GrowthLine("one-batch", title: "mosaic fleet restart, one transaction", in: measurements),
        ].filter { !$0.points.isEmpty }
    }

    /// See `Measure.Statistic.bend`; nil with fewer than two points.
    var bend: Double? {
        let own = points.compactMap { point in point.own.map { (size: Double(point.size), time: $0) } }
        switch own.count {
        case 2: return (own[1].time / own[1].size) / (own[0].time / own[0].size)
        case 3:
            func slope(_ from: Int, _ to: Int) -> Double {
                (own[to].time - own[from].time) / (own[to].size - own[from].size)
            }
            return slope(0, 1) > 0 ? max(0, slope(1, 2)) / slope(0, 1) : nil
        default: return nil
        }
    }
}
