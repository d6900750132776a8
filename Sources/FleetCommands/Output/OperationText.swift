internal import FleetKit

/// The end of an operation in words: what was done, how long it took, what failed and what to type next.
struct OperationText {
    private let report: OperationReport
    private let verb: String
    private let style: Style
    private let lastWords: [UnitName: [String]]

    /// - Parameter lastWords: of failed units, from the journal.
    init(_ report: OperationReport, verb: String, style: Style, lastWords: [UnitName: [String]] = [:]) {
        self.report = report
        self.verb = verb
        self.style = style
        self.lastWords = lastWords
    }

    func render() -> String {
        var lines = [headline]
        if !report.phases.isEmpty { lines.append("  " + style.dim(phases)) }
        for unit in report.failed {
            lines.append("  \(style.bad(unit.unit.rawValue)): \(unit.message)")
            lines += lastWords[unit.unit, default: []].map { "    " + style.dim("| \($0)") }
            if !unit.nextStep.isEmpty { lines.append("    next: \(unit.nextStep)") }
        }
        lines += report.problems.map { "  \(style.bad("problem")): \($0)" }
        if !report.notReached.isEmpty { lines.append("  \(style.warn(report.notReachedWords))") }
        return lines.joined(separator: "\n")
    }

    /// `drain 1.2s, holder 140ms, settle 12ms, start 310ms, verify 2s`.
    private var phases: String {
        report.phases.map { "\($0.phase.rawValue) \(DurationText.human($0.duration))" }.joined(separator: ", ")
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
