internal import FleetGuard
internal import FleetKit

/// `restart --dry-run` for people: the phases with their commands, what is left alone, and what the lock would do.
struct PlanText {
    let plan: RestartPlan
    let lock: LockInspection
    /// Whose work the restart would cut, whether it would wait for them first, and the time.
    let busy: (occupied: [IdleWait.Occupied], waits: Bool, now: Double)

    func render() -> String {
        var lines = ["A restart started now would \(lock.next), then:"]
        if let order = plan.order { lines.append("  \(order.words)") }
        if let width = plan.groups.map(\.count).max() {
            lines.append("  \(width == 1 ? "one agent" : "\(width) agents") at a time, each watched before the next")
        }
        for (number, step) in plan.steps.enumerated() {
            lines.append("  \(number + 1). \(step.phase.rawValue)")
            lines += step.commands.map { command in
                let why = plan.freshness[command.unit].flatMap {
                    $0.verdict == .outdated ? ", outdated: \($0.words)" : nil
                }
                return "       \(command)\(why ?? "")"
            }
            if step.phase == .holder { lines += plan.carried.map { "       with it: \($0)" } }
        }
        if plan.steps.isEmpty { lines.append("  nothing: there is no agent to restart") }
        if !plan.unmanaged.isEmpty {
            lines.append("  not in the roster, and would end with it: \(plan.unmanaged.words)")
        }
        lines += busyLines
        lines += plan.skipped.map { "  left alone: \($0.unit), because \($0.why)" }
        lines.append("Nothing was changed.")
        return lines.joined(separator: "\n")
    }

    private var busyLines: [String] {
        // Without --when-idle an agent that says nothing is no news.
        let shown = busy.waits ? busy.occupied : busy.occupied.filter { $0.activity.state == .busy }
        guard !shown.isEmpty else { return busy.waits ? ["  no agent is busy: it would not wait for agents"] : [] }
        return [
            busy.waits ? "  it would first wait for:" : "  busy, and would be interrupted (--when-idle waits for them):"
        ]
            + shown.map { "       \(OccupiedWords.name($0)): \(OccupiedWords.state($0.activity, now: busy.now))" }
    }
}

extension JSONObject {
    /// `restart --dry-run --json`, and the plan of `heal --json`.
    /// - Parameters:
    ///   - occupied: whose work it would cut now, as far as that is known.
    ///   - waits: whether it would wait for those first (`--when-idle`).
    ///   - dryRun: false where there was nothing to do.
    static func plan(
        _ plan: RestartPlan, occupied: [IdleWait.Occupied], waits: Bool, dryRun: Bool = true
    ) -> Self {
        var order: String?
        var reason: String?
        switch plan.order {
        case .oneBatch: order = "one-transaction"
        case .phases(let why): (order, reason) = ("phases", why)
        case .undrained: order = "undrained"
        case nil: break
        }
        let steps = plan.steps.map { step in
            let commands = step.commands.map { [$0.verb.rawValue, $0.unit.rawValue] }
            return ["phase": step.phase.rawValue, "commands": commands] as Self
        }
        return [
            "schemaVersion": 1, "dryRun": dryRun, "steps": steps,
            // Absent where the holder is not restarted; and why it is not one transaction.
            "order": order, "orderReason": reason,
            // Units that the holder's restart carries along.
            "carried": plan.carried.map(\.rawValue),
            "skipped": skipped(plan.skipped),
            // Units and sessions that are not in the roster and end with the holder's restart.
            "unmanagedUnits": plan.unmanaged.units.map(\.name.rawValue),
            "unmanagedSessions": plan.unmanaged.sessions,
            // By the unit's name; with --only-outdated.
            "outdatedBy": plan.freshness.isEmpty ? nil : outdated(plan.freshness.map { ($0.key, $0.value) }),
            "occupied": occupied.map(Self.occupied), "waits": waits,
        ]
    }

    static func skipped(_ units: [OperationReport.Skipped]) -> [Self] {
        units.map { ["unit": $0.unit.rawValue, "why": $0.why] }
    }
}
