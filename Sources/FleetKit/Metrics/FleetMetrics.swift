/// The fleet in numbers, as `metrics` prints them. The names are documented in docs/metrics.md.
package struct FleetMetrics {
    /// nil: the service manager could not be asked.
    package var report: StatusReport?
    /// Agents that run outdated; nil where it is not known.
    package var outdated: Int?
    package var isLocked: Bool
    /// Units that `heal` lets rest.
    package var resting: Int?
    /// Agents that a restart took down and did not start again.
    package var owed: Int?
    package var totals: HistoryTotals

    package init(report: StatusReport?, outdated: Int?, isLocked: Bool, resting: Int?, totals: HistoryTotals) {
        self.report = report
        self.outdated = outdated
        self.isLocked = isLocked
        self.resting = resting
        self.totals = totals
    }

    package var text: OpenMetricsText {
        var text = OpenMetricsText()
        // A family without samples is left out.
        func one(_ value: Int?) -> [(labels: [(name: String, value: String)], value: Double)] {
            value.map { [([], Double($0))] } ?? []
        }
        let rows = report?.rows ?? []
        let agents = rows.filter { $0.role == .agent }
        text.add(
            .gauge, "up", help: "Whether the service manager answered.", one(report == nil ? 0 : 1))
        text.add(
            .gauge, "holder_up", help: "Whether the holder is active.",
            rows.filter { $0.role == .holder }.map { ([], $0.state.isActive ? 1 : 0) })
        text.add(
            .gauge, "agents", help: "Agents by unit state and reported activity.",
            report.map(Self.agents) ?? [])
        text.add(
            .gauge, "unmanaged_units", help: "Units of the agents' template that are not in the roster.",
            one(report?.rows.count { $0.role == .unmanaged }))
        text.add(
            .gauge, "agents_owed", help: "Agents that a restart took down and did not start again.", one(owed))
        text.add(
            .gauge, "agents_outdated", help: "Agents that do not run with their current settings.", one(outdated))
        text.add(
            .gauge, "agent_memory_bytes", unit: "bytes", help: "Memory of the agent's unit.",
            agents.compactMap { row in row.state.memory.map { (Self.label(row), Double($0)) } })
        text.add(
            .gauge, "agent_automatic_restarts",
            help: "Times that systemd restarted the agent since it was last started by a command.",
            agents.filter { $0.state.loadState == "loaded" }.map { (Self.label($0), Double($0.state.restarts)) })
        text.add(.gauge, "lock_held", help: "Whether a restart or a lock run owns the lock.", one(isLocked ? 1 : 0))
        text.add(.gauge, "heal_resting_units", help: "Units that heal leaves alone for a while.", one(resting))
        text.add(
            .counter, "restarts", help: "Restarts by their result, as in the history.",
            totals.restarts.sorted { $0.key < $1.key }.map { ([("result", $0.key)], Double($0.value)) })
        text.addSummary(
            "lock_wait_seconds", unit: "seconds", help: "Waits for the lock of restarts and of lock run.",
            count: Double(totals.waits), sum: Double(totals.waitedMilliseconds) / 1000)
        text.add(
            .counter, "takeovers", help: "Locks taken from a dead owner, from a living one, or broken by hand.",
            totals.takeovers.sorted { $0.key < $1.key }.map { ([("kind", $0.key)], Double($0.value)) })
        return text
    }

    private static func label(_ row: StatusReport.Row) -> [(name: String, value: String)] {
        [("agent", row.agent?.rawValue ?? row.unit.rawValue)]
    }

    /// Every pair that there can be, so that none appears out of nothing: only an active agent says what it does.
    private static func agents(_ report: StatusReport) -> [(labels: [(name: String, value: String)], value: Double)] {
        let agents = report.rows.filter { $0.role == .agent }
        return StatusReport.Condition.allCases.flatMap { condition in
            let states = agents.map(\.state).filter { StatusReport.Condition($0) == condition }
            let activities = condition == .active ? Activity.State.allCases : [.unknown]
            return activities.map { activity in
                (
                    [("state", condition.rawValue), ("activity", activity.rawValue)],
                    Double(states.count { $0.activity.state == activity })
                )
            }
        }
    }
}
