internal import FleetGuard

/// The longest time that a restart may take: what its lock record declares (`maxHoldSeconds`), so that no waiter breaks a
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
    /// A unit without a timeout may take forever, but others wait for the lock: it counts as taking this long.
    static let infinite = Duration.seconds(3600)

    /// - Throws: `.noSuchUnit` for an agent that the roster does not know.
    func longest() throws(FleetError) -> Duration {
        let targets = try roster.agents(named: options.agents).map(\.unit)
        guard options.rolling == nil else { return rolling(targets) }
        let stopped = options.agents == nil ? roster.agents.map(\.unit) : targets
        let holder = [roster.holder.unit]
        return together(stopped.map(stop)) + together(holder.map(stop)) + together(holder.map(start))
            + options.settleTimeout + together(targets.map(start)) + options.stableFor + Self.margin
    }

    /// Each step takes as long as its slowest agent, and which agents go together is found on the way: so many of the
    /// slowest as there are steps.
    private func rolling(_ targets: [UnitName]) -> Duration {
        let width = max(1, options.rolling?.width ?? 1)
        // Two steps more: of what was down already, and of the canary.
        let steps = min(targets.count, (targets.count + width - 1) / width + 2)
        let slowest = targets.map { stop($0) + start($0) }.sorted(by: >).prefix(steps)
        let holder = roster.holder.unit
        return slowest.reduce(.zero, +) + options.stableFor * steps + stop(holder) + start(holder)
            + options.settleTimeout + Self.margin
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
