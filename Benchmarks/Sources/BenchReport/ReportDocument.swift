/// The report as JSON. Times are seconds.
struct ReportDocument: Encodable {
    struct Line: Encodable {
        let part: String
        let measure: String
        let agents: Int?
        let unit: String
        let value: Double?
        let runs: Int
        let against: String?
        let reference: Double?
        let ratio: Double?
        let goal: Double?
        let met: Bool?
    }

    struct Growth: Encodable {
        struct Point: Encodable {
            let agents: Int
            let wallSeconds: Double
            let ownSeconds: Double?
        }
        let command: String
        let points: [Point]
        let bend: Double?
    }

    let schemaVersion = 1
    let machine: String
    let measures: [Line]
    let growth: [Growth]

    init(_ report: Report) {
        machine = report.machine
        measures = report.rows.map { row in
            Line(
                part: row.measure.part, measure: row.measure.title.filter { $0 != "`" }, agents: row.measure.size,
                unit: row.measure.unit.rawValue, value: row.value, runs: row.runs,
                against: row.measure.reference?.title.filter { $0 != "`" }, reference: row.reference,
                ratio: row.ratio, goal: row.measure.goal, met: row.isMet)
        }
        growth = report.growth.map { line in
            Growth(
                command: line.title,
                points: line.points.map { .init(agents: $0.size, wallSeconds: $0.wall, ownSeconds: $0.own) },
                bend: line.bend)
        }
    }
}
