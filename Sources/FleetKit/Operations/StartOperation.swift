public import FleetGuard

/// Starts the fleet (the holder first, settled, then the agents with `autostart`) or some agents. Unguarded: it never
/// waits for a restart's lock.
///
/// What a restart has stopped and not started again is started too, whatever `autostart` says.
///
/// Leaves running units alone. A start limit and a failed state are reset first. When agents are named, they are
/// started whatever `autostart` says, and the holder only if it is down.
public final class StartOperation {
    private let manager: any ServiceManager
    private let roster: Roster
    private let options: RestartOptions
    private let surroundings: OperationSurroundings
    /// What was done so far; complete after `run`, also when that threw.
    public private(set) var report = OperationReport()

    /// - Parameter options: `drain` and `onlyFailed` have no meaning here.
    public init(
        manager: any ServiceManager, roster: Roster, options: RestartOptions,
        surroundings: OperationSurroundings = OperationSurroundings()
    ) {
        self.manager = manager
        self.roster = roster
        self.options = options
        self.surroundings = surroundings
    }

    /// - Throws: `.noSuchUnit` before anything was sent; `.interrupted`, `.terminated`, `.noServiceManager`, naming
    ///   what was not reached.
    public func run() throws(FleetError) -> OperationReport {
        try OperationRun(manager: manager, roster: roster, lock: Unguarded(), surroundings: surroundings)
            .whole("start", keep: { report = $0 }, start)
    }

    private func start(_ run: OperationRun) throws(FleetError) {
        let targets = try roster.agents(named: options.agents)
        let intents = try run.readIntents()
        let states = try run.states(of: [roster.holder.unit] + targets.map(\.unit))
        guard let holder = states.first else { return }
        var starting: [UnitState] = []
        for (agent, state) in zip(targets, states.dropFirst()) {
            if options.agents != nil && state.isNotFound { throw RestartPlan.noSuchUnit(agent) }
            if state.isActive {
                run.report.skipped.append(.init(unit: agent.unit, why: "it is up"))
            } else if options.agents == nil && !agent.autostart && !intents.owed.contains(agent.unit) {
                run.report.skipped.append(.init(unit: agent.unit, why: "autostart = false"))
            } else {
                starting.append(state)
            }
        }
        let isWhole = options.agents == nil
        let preflight = Preflight(
            roster: roster, userHome: surroundings.userHome, commands: surroundings.words.commands)
        let units = Set(starting.map(\.name))
        for obstacle in try preflight.obstacles(of: targets.filter { units.contains($0.unit) }, from: manager) {
            let text = "\(obstacle.subject) cannot start: \(obstacle.what)"
            let hint = obstacle.hint(
                then: surroundings.words.commands.fleet("start", obstacle.unit.instance ?? ""))
            guard isWhole else { throw FleetError(.unitFailed, text, hint: hint) }
            run.report.problems.append("\(text); \(hint)")
            starting.removeAll { $0.name == obstacle.unit }
        }
        let needsHolder = !holder.isActive && (isWhole || !starting.isEmpty && !holder.isNotFound)
        let goals = (needsHolder ? [holder.name] : []) + starting.map(\.name)
        run.goals = goals
        run.supervisor.planned(
            OperationOutline(
                units: goals,
                phases: OperationOutline.ending(
                    with: .start, agents: starting.count, holder: needsHolder, window: options.stableFor)))
        if needsHolder {
            guard try run.holder(.start, settleTimeout: options.settleTimeout) else { return }
        } else if isWhole {
            run.report.skipped.append(.init(unit: holder.name, why: "it is up"))
        }
        guard !starting.isEmpty else { return try run.pay(goals) }
        // A holder that is up and cannot be reached would only make its agents fail.
        if !needsHolder && holder.isActive {
            guard try run.holderAnswers(within: options.settleTimeout) else { return }
        }
        try run.phase(.start, total: starting.count) { () throws(FleetError) in
            let now = try run.states(of: starting.map(\.name))
            try run.resetLoops(now)
            let commands = now.map { UnitCommand($0.isInAutoRestart ? .restart : .start, $0.name) }
            _ = try run.perform(commands, maxParallel: options.maxParallel)
        }
        let watched = try run.respectStops(among: goals, stopping: true)
        try run.pay(watched)
        try run.verify(watched.filter { $0 != holder.name }, for: options.stableFor)
    }
}
