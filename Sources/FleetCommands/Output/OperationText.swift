internal import FleetKit

/// The end of an operation in words: what was done, how long it took, what failed and what to type next.
struct OperationText {
    let report: OperationReport
    let verb: String
    let style: Style
    /// Of failed units, from the journal.
    var lastWords: [UnitName: [String]] = [:]
    /// All of the last words, not only the last line that is the unit's own.
    var isVerbose = false

    func render() -> String {
        var lines = [headline]
        if !report.phases.isEmpty { lines.append("  " + style.dim(phases)) }
        for unit in report.failed {
            lines.append("  \(style.bad(unit.unit.rawValue)): \(unit.message)")
            lines += ownWords(of: unit.unit).map { "    " + style.dim("| \($0)") }
        }
        lines += nextSteps
        if let fulfilled, !report.units.isEmpty { lines.append("  \(fulfilled)") }
        if !report.cut.isEmpty {
            let names = report.cut.map(OccupiedWords.name)
            lines.append("  \(style.warn("cut while busy")): \(names.joined(separator: ", "))")
        }
        lines += report.problems.map { "  \(style.bad("problem")): \($0)" }
        if !report.notReached.isEmpty { lines.append("  \(style.warn(report.notReachedWords))") }
        if let resume = report.resume { lines.append("  halted at the first failure; to continue: \(resume)") }
        return lines.joined(separator: "\n")
    }

    /// What systemd says of the unit is in its line already.
    private func ownWords(of unit: UnitName) -> [String] {
        let words = lastWords[unit, default: []]
        return isVerbose ? words : words.last { !$0.contains(" systemd[") }.map { [$0] } ?? []
    }

    /// One for each way in which units failed: of the first, with the names of the others.
    private var nextSteps: [String] {
        let units = report.failed.filter { !$0.nextStep.isEmpty }
        return units.grouped { OutcomeWords.name(of: $0.outcome.result) }.map { _, units in
            let others = units.dropFirst().map(\.unit.rawValue)
            let some =
                others.prefix(3).joined(separator: ", ") + (others.count > 3 ? " and \(others.count - 3) more" : "")
            return "  next: \(units[0].nextStep)" + (others.isEmpty ? "" : "; the same for \(some)")
        }
    }

    /// `drain 1.2s, holder 140ms, settle 12ms, start 310ms, verify 2s`.
    private var phases: String {
        report.phases.map { "\($0.phase.rawValue) \(DurationText.human($0.duration))" }.joined(separator: ", ")
    }

    private var headline: String {
        let done = report.units.count - report.failed.count
        let took = DurationText.human(report.phases.reduce(.zero) { $0 + $1.duration })
        let past = ["restart": "restarted", "start": "started", "stop": "stopped", "heal": "healed"][
            verb, default: verb]
        let left = report.skipped.isEmpty ? "" : ", \(report.skipped.count) left alone"
        if report.exitStatus == .done {
            if report.units.isEmpty, let fulfilled { return style.good("Nothing left to do") + ": \(fulfilled)" }
            if report.units.isEmpty { return style.good(report.nothing ?? "Nothing to do") + left }
            return style.good("\(Self.units(done)) \(past)") + " in \(took)\(left)"
        }
        let failed = report.failed.count
        guard failed > 0 else {
            let missed = report.notReached.count
            // Without a failed unit the problem below is the news.
            return style.bad("The \(verb) is not finished") + (done == 0 ? "" : ", \(done) \(past)")
                + (missed > 0 ? ", \(missed) not reached" : "") + " in \(took)\(left)"
        }
        return style.bad("\(Self.units(failed)) failed") + (done == 0 ? "" : ", \(done) \(past)") + " in \(took)\(left)"
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
