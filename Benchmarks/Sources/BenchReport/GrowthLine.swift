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
            GrowthLine("one-batch", title: "mosaic fleet restart, one batch", in: measurements),
        ].filter { !$0.points.isEmpty }
    }

    /// See `Measure.Statistic.bend`; nil without three points.
    var bend: Double? {
        let own = points.compactMap { point in point.own.map { (Double(point.size), $0) } }
        guard own.count == 3 else { return nil }
        func slope(_ from: (Double, Double), _ to: (Double, Double)) -> Double { (to.1 - from.1) / (to.0 - from.0) }
        let first = slope(own[0], own[1])
        return first > 0 ? max(0, slope(own[1], own[2])) / first : nil
    }
}
