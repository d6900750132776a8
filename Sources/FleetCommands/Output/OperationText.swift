internal import FleetKit

/// The end of an operation in words: what was done, how long it took, what failed and what to type next.
struct OperationText {
    private let report: OperationReport
    private let verb: String
    private let style: Style

    init(_ report: OperationReport, verb: String, style: Style) {
        self.report = report
        self.verb = verb
        self.style = style
    }

    func render() -> String {
        var lines = [headline]
        for unit in report.failed {
            lines.append("  \(style.bad(unit.unit.rawValue)): \(unit.message)")
            if !unit.nextStep.isEmpty { lines.append("    next: \(unit.nextStep)") }
        }
        lines += report.problems.map { "  \(style.bad("problem")): \($0)" }
        if !report.notReached.isEmpty { lines.append("  \(style.warn(report.notReachedWords))") }
        return lines.joined(separator: "\n")
    }

    private var headline: String {
        let done = report.units.count - report.failed.count
        let took = DurationText.human(report.phases.reduce(.zero) { $0 + $1.duration })
        let past = ["restart": "restarted", "start": "started", "stop": "stopped"][verb, default: verb]
        let left = report.skipped.isEmpty ? "" : ", \(report.skipped.count) left alone"
        if report.exitStatus == .done {
            return style.good("\(done) \(done == 1 ? "unit" : "units") \(past)") + " in \(took)\(left)"
        }
        let failed = report.failed.count
        return style.bad("\(failed) \(failed == 1 ? "unit" : "units") failed") + ", \(done) \(past) in \(took)\(left)"
    }
}
