public import FleetGuard

extension HostHealth {
    /// - Parameters:
    ///   - lock: as it is judged *after* the units were read: what is well under a free lock stays so until somebody takes it.
    ///   - intents: a unit that is owed is down by a restart's doing, one that was stopped is down on purpose.
    ///   - outdated: of the units that run.
    ///   - unknown: of them, those of which it cannot be told.
    ///   - now: seconds since 1970, by the clock that systemd's times are from.
    public init(
        _ report: StatusReport, lock: Verdict, intents: Intents, outdated: Int?, unknown: Int?,
        now: Double = SystemTime().wallClock()
    ) {
        let rows = report.rows.filter { $0.role != .unmanaged }
        var troubles = rows.compactMap { Self.trouble($0, intents, now) }
        if report.rows.first?.role != .holder { troubles.append("the holder's unit was not found") }
        self.init(
            lock: lock.rawValue, active: rows.count { $0.state.isActive }, total: rows.count,
            outdated: outdated, unknown: unknown, summary: report.summary, isHealthy: troubles.isEmpty,
            troubles: Array(troubles.prefix(5)))
    }

    private static func trouble(_ row: StatusReport.Row, _ intents: Intents, _ now: Double) -> String? {
        let name = row.agent?.rawValue ?? row.unit.rawValue
        if row.state.isActive { return row.unrest(at: now).map { "\(name): \($0)" } }
        if row.state.isFailed || row.state.loadState != "loaded" { return "\(name): \(row.trouble ?? "failed")" }
        guard row.state.activeState == "inactive" else { return "\(name) is \(row.state.activeState)" }
        if row.role == .holder { return "the holder \(name) is down" }
        if intents.owed.contains(row.unit) { return "\(name) is down and has not been started again by its restart" }
        return nil
    }
}
