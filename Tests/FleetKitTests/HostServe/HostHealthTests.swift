import FleetGuard
import Testing

@testable import FleetKit

/// When a fleet counts as well, so that its host's slot may be given back.
@Suite("Host health") struct HostHealthTests {
    private func row(
        _ role: StatusReport.Row.Role, _ active: String, _ sub: String = "running"
    ) throws -> StatusReport.Row {
        let unit = try UnitName(role == .holder ? "mosaic-tmux-holder.service" : "mosaic-agent@a.service")
        var state = UnitState(name: unit)
        state.loadState = "loaded"
        state.activeState = active
        state.subState = sub
        return StatusReport.Row(role: role, agent: role == .holder ? nil : try AgentName("a"), state: state)
    }

    private func isHealthy(_ rows: [StatusReport.Row], _ changes: [IntentChange] = []) -> Bool {
        var intents = Intents()
        for change in changes { intents.apply(change) }
        return HostHealth(StatusReport(rows: rows), lock: .free, intents: intents, outdated: 0, unknown: 0, now: 1000)
            .isHealthy
    }

    @Test(
        "What systemd restarted is well once it has stayed up for a while, and longer from the second time on",
        arguments: [
            (0, 0.1, true), (1, 1.5, false), (1, 11, true), (2, 11, false), (5, 59, false), (5, 61, true),
            // A clock that was set back proves nothing.
            (1, -3600, false),
        ])
    func restarted(_ restarts: UInt32, _ uptime: Double, _ isWell: Bool) throws {
        var agent = try row(.agent, "active")
        agent.state.restarts = restarts
        agent.state.activeSince = UInt64((1000 - uptime) * 1e6)
        #expect(isHealthy([try row(.holder, "active"), agent]) == isWell)
    }

    @Test("Down on purpose is well; owed, failed, changing or without a holder is not") func rules() throws {
        let holder = try row(.holder, "active")
        let unit = try UnitName("mosaic-agent@a.service")
        #expect(isHealthy([holder, try row(.agent, "active")]))
        #expect(isHealthy([holder, try row(.agent, "inactive", "dead")]))
        #expect(!isHealthy([holder, try row(.agent, "inactive", "dead")], [.owes([unit: ""])]))
        #expect(!isHealthy([holder, try row(.agent, "failed", "failed")]))
        #expect(!isHealthy([holder, try row(.agent, "activating", "auto-restart")]))
        #expect(!isHealthy([holder, try row(.agent, "deactivating", "stop-sigterm")]))
        #expect(!isHealthy([try row(.holder, "inactive", "dead"), try row(.agent, "active")]))
        #expect(!isHealthy([try row(.agent, "active")]))
        #expect(isHealthy([holder, try row(.unmanaged, "failed", "failed")]))
    }
}
