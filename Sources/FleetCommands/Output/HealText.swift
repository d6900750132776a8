internal import FleetKit

/// `heal` for people.
struct HealText {
    let plan: HealOperation.Plan

    /// `--dry-run`.
    func render() -> String {
        var lines: [String] = []
        if plan.restart.steps.isEmpty {
            lines.append("Nothing to heal.")
        } else {
            lines.append("A heal started now would:")
            for (number, step) in plan.restart.steps.enumerated() {
                lines.append("  \(number + 1). \(step.phase.rawValue)")
                lines += step.commands.map { "       \($0)" }
            }
        }
        lines += plan.restart.skipped.filter { $0.why != RestartPlanWords.up }.map {
            "  left alone: \($0.unit), because \($0.why)"
        }
        if let resting { lines.append("  \(resting)") }
        lines.append("Nothing was changed.")
        return lines.joined(separator: "\n")
    }

    var nothing: String { ["Nothing to heal.", resting].compactMap(\.self).joined(separator: "\n") }

    /// nil where none rests.
    var resting: String? {
        guard !plan.resting.isEmpty else { return nil }
        let units = plan.resting.sorted { $0.key < $1.key }.map { unit, seconds in
            "\(unit) (tried \(HealTries.most) times, again in \(DurationText.human(.seconds(seconds))))"
        }
        return "resting: \(units.joined(separator: ", "))"
    }
}

/// What `restart` says of a unit that needs nothing.
enum RestartPlanWords {
    static let up = "it is up"
}

/// `heal --json` where nothing is done: with `--dry-run`, or because there is nothing to do.
struct HealDocument: Encodable {
    struct Resting: Encodable {
        var unit: String
        var secondsLeft: Int64
    }

    let schemaVersion = 1
    let command = "heal"
    var ok: Bool
    var plan: PlanDocument
    var resting: [Resting]

    init(_ plan: HealOperation.Plan, dryRun: Bool) {
        ok = plan.resting.isEmpty
        self.plan = PlanDocument(plan.restart, occupied: [], waits: false, dryRun: dryRun)
        resting = plan.resting.sorted { $0.key < $1.key }.map { Resting(unit: $0.key.rawValue, secondsLeft: $0.value) }
    }
}
