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
        if let fulfilled, !report.units.isEmpty { lines.append("  \(fulfilled)") }
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
            if report.units.isEmpty, let fulfilled { return style.good("Nothing left to do") + ": \(fulfilled)" }
            if report.units.isEmpty { return style.good("Nothing to do") + left }
            return style.good("\(Self.units(done)) \(past)") + " in \(took)\(left)"
        }
        let failed = report.failed.count
        let others = done == 0 ? "" : ", \(done) \(past)"
        // Without a failed unit the problem below is the news.
        let what = failed == 0 ? "The \(verb) is not finished" : "\(Self.units(failed)) failed"
        return style.bad(what) + "\(others) in \(took)\(left)"
    }

    private static func units(_ count: Int) -> String { "\(count) \(count == 1 ? "unit" : "units")" }

    /// What another restart did; nil when none did anything.
    private var fulfilled: String? {
        let agents = report.fulfilled.count { $0.instance != nil }
        guard !report.fulfilled.isEmpty else { return nil }
        let what = agents == 0 ? "the holder" : "\(agents) \(agents == 1 ? "agent" : "agents")"
        return "already done by \(report.fulfilledBy ?? "another restart"): \(what) left alone"
    }
}
