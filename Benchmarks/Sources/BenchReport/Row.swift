/// A measure and its figures.
struct Row {
    let measure: Measure
    let value: Double?
    let reference: Double?
    let runs: Int
    /// nil where nothing is judged.
    let isMet: Bool?

    init(_ measure: Measure, _ measurements: Measurements, isJudged: Bool) {
        self.measure = measure
        let own = Self.figure(measure.value, measure, measurements)
        let other = measure.reference.flatMap { measurements[$0.series]?.values.median }
        // A value without its reference says nothing.
        value = measure.reference == nil || other != nil ? own : nil
        reference = other
        runs = measurements[measure.value]?.values.count ?? 0
        guard isJudged, let goal = measure.goal, let value else {
            isMet = nil
            return
        }
        isMet = (reference.map { value / $0 } ?? value) <= goal
    }

    var ratio: Double? {
        guard let value, let reference else { return nil }
        return value / reference
    }

    private static func figure(_ series: String, _ measure: Measure, _ measurements: Measurements) -> Double? {
        switch measure.statistic {
        case .median: measurements[series]?.values.median
        case .percentile99: measurements[series]?.values.percentile(99)
        case .maximum: measurements[series]?.values.max()
        case .bend: GrowthLine(series, title: "", in: measurements).bend
        }
    }
}
