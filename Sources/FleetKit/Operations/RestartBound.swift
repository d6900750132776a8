/// How long a restart may rightly take: what its lock record declares (`maxHoldSeconds`), so that no waiter breaks a
/// healthy restart of slow units.
///
/// Each step counts with the longest time that its units' own timeouts allow; the holder's always, since it may have to be
/// started for the agents.
struct RestartBound {
    let roster: Roster
    let options: RestartOptions
    /// Of the holder and every agent of the roster.
    let timeouts: [UnitName: UnitTimeouts]

    /// For the manager's and our own work between the jobs, on a busy machine.
    static let margin = Duration.seconds(30)
    /// A unit without a timeout may take for ever, but somebody waits for the lock: so long is waited for it.
    static let infinite = Duration.seconds(3600)

    /// - Throws: `.noSuchUnit` for an agent that the roster does not know.
    func longest() throws(FleetError) -> Duration {
        let targets = try roster.agents(named: options.agents).map(\.unit)
        let stopped = options.agents == nil ? roster.agents.map(\.unit) : targets
        let holder = [roster.holder.unit]
        return together(stopped.map(stop)) + together(holder.map(stop)) + together(holder.map(start))
            + options.settleTimeout + together(targets.map(start)) + options.stableFor + Self.margin
    }

    /// Jobs that run side by side, `maxParallel` at a time.
    private func together(_ durations: [Duration]) -> Duration {
        let longest = durations.max() ?? .zero
        guard let width = options.maxParallel, width < durations.count else { return longest }
        return durations.reduce(.zero, +) / max(1, width) + longest
    }

    private func start(_ unit: UnitName) -> Duration { Self.finite((timeouts[unit] ?? UnitTimeouts()).start) }

    /// systemd.service(5): the stop commands get the timeout, and the processes that are left after SIGTERM get it again.
    private func stop(_ unit: UnitName) -> Duration { Self.finite((timeouts[unit] ?? UnitTimeouts()).stop) * 2 }

    private static func finite(_ timeout: Duration?) -> Duration { min(max(.zero, timeout ?? infinite), infinite) }
}
