internal import FleetGuard

/// What decides which units a restart takes, and in which order.
extension RestartPlan {
    /// Why an agent is not outdated; nil: it is.
    static func reasonToLeave(_ now: UnitState, isOwed: Bool, _ freshness: Freshness?) -> String? {
        // Taken down by a restart that did not get further.
        if isOwed && !now.isActive { return nil }
        if now.isFailed { return "it failed, so it is not outdated" }
        if now.isBeingStopped { return beingStopped }
        guard now.isActive else { return now.isDown ? "it is not running" : "it is about to start again" }
        switch freshness?.verdict {
        case .outdated:
            return freshness?.isCuredByRestart == true
                ? nil : "its unit does not follow the roster yet; write it with 'mosaic fleet apply'"
        case .current: return "it is not outdated"
        case .unknown, nil: return "it is unknown whether it is outdated: \(freshness?.doubt ?? "it was not checked")"
        }
    }

    /// Those that are down already go first: while they are down, others would have to stay up. Then the canary.
    static func groupsApart(
        _ agents: [UnitName], _ rolling: RestartOptions.Rolling, _ options: RestartOptions, _ roster: Roster,
        isDown: (UnitName) -> Bool
    ) throws(FleetError) -> [[UnitName]] {
        let down = groups(of: agents.filter(isDown), rolling.width)
        let others = agents.filter { !isDown($0) }
        switch rolling.canary {
        case .first?: return others.isEmpty ? down : down + [[others[0]]]
        case .agent(let name)?:
            guard let canary = try roster.agents(named: options.agents).first(where: { $0.name == name }) else {
                throw FleetError(
                    .usage, "the canary '\(name)' is not among the agents to restart",
                    hint: "add it to the agents, or name one of them after --canary")
            }
            // One that is left alone, as when an upgrade goes on, needs no other in its place.
            return others.contains(canary.unit) ? down + [[canary.unit]] : down
        case nil: return down
        }
    }

    static func groups(of units: [UnitName], _ width: Int) -> [[UnitName]] {
        stride(from: 0, to: units.count, by: width).map { Array(units[$0..<min($0 + width, units.count)]) }
    }

    /// What keeps the manager's own ordering from being the drain; nil when nothing does. A fleet in trouble, or one
    /// that another command is working on, gets the phases: they are decided step by step.
    static func obstacleToOneBatch(_ holder: UnitState, _ running: [UnitState]) -> String? {
        for state in [holder] + running where !state.isActive || state.job != nil {
            return "\(state.name) is \(state.job == nil ? state.activeState : "busy with another job")"
        }
        for state in running {
            if !state.after.contains(holder.name.rawValue) { return "\(state.name) has no After=\(holder.name)" }
            // Only units that depend on the holder are carried along.
            if !state.requirements.contains(holder.name.rawValue) {
                return "\(state.name) has no Requires=\(holder.name)"
            }
        }
        return nil
    }

    /// What the holder's unit file lacks: agents may start the moment its start job ends.
    static func obstacle(in settings: UnitSettings, of holder: Roster.Holder) -> String? {
        if !settings.stopEndsEveryProcess {
            return "\(holder.unit) may leave processes behind (KillMode=\(settings.killMode))"
        }
        if holder.socket != nil && !settings.startProvesReadiness {
            return "\(holder.unit) is started before it answers (Type=\(settings.type))"
        }
        return nil
    }

    static let stoppedMeanwhile = "it was stopped on purpose meanwhile"
    static let stoppedOnPurpose = "it was stopped on purpose"
    static let beingStopped = "it is being stopped"
    /// systemd does not tell an end by itself from `systemctl stop`, and forgets a unit that is down.
    static let downWithoutFailure =
        "it is down without a failure: it was stopped, has ended, or was never started"
    static let unwritten = "its unit is not written yet"
    static let rests = "it was tried \(HealTries.most) times within an hour"

    static func restartedMeanwhile(_ wish: RestartWish?) -> String {
        "it was restarted meanwhile" + (wish?.fulfilledBy.map { " by \($0)" } ?? "")
    }

    static func noSuchUnit(_ agent: Roster.Agent) -> FleetError {
        FleetError(
            .noSuchUnit, "agent \(agent.name): \(agent.unit) is not known to the service manager",
            hint: "write the units with 'mosaic fleet init'")
    }
}
