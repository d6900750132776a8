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

/// `restart --dry-run --json`.
struct PlanDocument: Encodable {
    struct Step: Encodable {
        var phase: String
        var commands: [[String]]
    }

    let schemaVersion = 1
    /// False where there was nothing to do.
    let dryRun: Bool
    /// `one-transaction`, `phases`, `undrained`; absent where the holder is not restarted.
    var order: String?
    /// Why it is not one transaction.
    var orderReason: String?
    /// Units that the holder's restart carries along.
    var carried: [String]
    var steps: [Step]
    var skipped: [OperationDocument.Skipped]
    /// Units and sessions that are not in the roster and end with the holder's restart.
    var unmanagedUnits: [String]
    var unmanagedSessions: [String]
    /// Why the units are outdated, by name; with --only-outdated.
    var outdatedBy: [String: [StatusDocument.Reason]]?

    /// Whose work it would cut now, as far as that is known.
    var occupied: [IdleWaitDocument.Agent]
    /// Whether it would wait for those first (`--when-idle`).
    var waits: Bool

    init(_ plan: RestartPlan, occupied: [IdleWait.Occupied], waits: Bool, dryRun: Bool = true) {
        self.dryRun = dryRun
        self.occupied = occupied.map(IdleWaitDocument.Agent.init)
        self.waits = waits
        switch plan.order {
        case .oneBatch: order = "one-transaction"
        case .phases(let reason): (order, orderReason) = ("phases", reason)
        case .undrained: order = "undrained"
        case nil: break
        }
        unmanagedUnits = plan.unmanaged.units.map(\.name.rawValue)
        unmanagedSessions = plan.unmanaged.sessions
        carried = plan.carried.map(\.rawValue)
        steps = plan.steps.map { step in
            Step(phase: step.phase.rawValue, commands: step.commands.map { [$0.verb.rawValue, $0.unit.rawValue] })
        }
        let reasons = plan.freshness.compactMapValues(StatusDocument.Reason.all)
        if !plan.freshness.isEmpty {
            outdatedBy = Dictionary(reasons.map { ($0.key.rawValue, $0.value) }) { first, _ in first }
        }
        skipped = plan.skipped.map { .init(unit: $0.unit.rawValue, why: $0.why) }
    }
}
