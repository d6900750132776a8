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
        lines += plan.restart.skipped.filter { $0.why != "it is up" }.map {
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

extension JSONObject {
    /// `heal --json` where nothing is done: with `--dry-run`, or because there is nothing to do.
    static func heal(_ plan: HealOperation.Plan, dryRun: Bool) -> Self {
        [
            "schemaVersion": 1, "command": "heal", "ok": plan.resting.isEmpty,
            "plan": Self.plan(plan.restart, occupied: [], waits: false, dryRun: dryRun),
            "resting": plan.resting.sorted { $0.key < $1.key }.map {
                ["unit": $0.key.rawValue, "secondsLeft": $0.value] as Self
            },
        ]
    }
}
