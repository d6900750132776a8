internal import Logging

/// The fleet's restart, or some agents'. It takes the lock as a value, so an unguarded restart does not compile.
///
/// Where the units allow it, one transaction of the manager's is the whole teardown (`RestartPlan.Order`); else the
/// phases follow each other here.
///
/// A fleet in trouble comes out of it as well as it can: what an old loop left is reset, an agent between two
/// automatic restarts is stopped before the holder goes down, and when the holder does not come up or does not settle
/// the agents stay stopped instead of looping against it.
public final class RestartOperation {
    private let manager: any ServiceManager
    private let roster: Roster
    private var options: RestartOptions
    private let surroundings: OperationSurroundings
    private let log = Logger(label: "restart")
    /// What was done so far; whole after `run`, also when that threw.
    public private(set) var report = RestartReport()

    public init(
        manager: any ServiceManager, roster: Roster, options: RestartOptions,
        surroundings: OperationSurroundings = OperationSurroundings()
    ) {
        self.manager = manager
        self.roster = roster
        self.options = options
        self.surroundings = surroundings
    }

    /// What `run` would do now. Needs no lock and changes nothing.
    public func plan() throws(FleetError) -> RestartPlan {
        try plan(options.mayBeOneBatch ? manager.states(of: roster.units) : manager.brief(of: roster.units))
    }

    private func plan(_ states: [UnitState]) throws(FleetError) -> RestartPlan {
        try RestartPlan(roster: roster, states: states, options: options) { () throws(FleetError) in
            let holder = roster.holder.unit
            return try manager.settings(of: [holder]).first ?? UnitSettings(name: holder, killMode: "")
        }
    }

    /// - Returns: the report; a failed unit is in it and throws nothing.
    /// - Throws: `.evicted`, `.interrupted`, `.terminated`, `.noServiceManager`, naming what was not reached (nothing
    ///   is sent after that); `.noSuchUnit` before anything was sent.
    public func run(holding lock: HeldLock) throws(FleetError) -> RestartReport {
        options.leftStopped.formUnion(LeftStopped.units(in: lock.leftBehind))
        return try run(under: lock)
    }

    func run(under lock: any OperationLock) throws(FleetError) -> RestartReport {
        let run = OperationRun(manager: manager, roster: roster, lock: lock, surroundings: surroundings)
        do throws(FleetError) {
            try restart(run)
            run.close()
            report = run.report
            return report
        } catch {
            let cut = run.cut(
                by: error, again: "run this again to reach them: \(surroundings.words.commands.fleet("restart"))")
            report = run.report
            throw cut
        }
    }

    private func restart(_ run: OperationRun) throws(FleetError) {
        // What an owner before this one left stopped is this one's to say again, should it crash, too.
        for unit in options.leftStopped.sorted() {
            try run.keeper.report(
                ProgressEvent(phase: OperationPhase.drain.rawValue, unit: unit.rawValue, outcome: LeftStopped.sent))
        }
        // Under the lock, never before: another restart may just have changed everything.
        let plan = try plan(
            options.mayBeOneBatch ? run.wholeStates(of: roster.units) : run.states(of: roster.units))
        if let order = plan.order { log.debug("\(order.words)") }
        try refuse(plan)
        if plan.holderPart != .none, let stranger = try run.stranger() {
            throw FleetError(.unitFailed, "\(stranger); nothing was stopped", hint: "")
        }
        run.skip(plan.skipped)
        run.expect((plan.holderPart == .none ? [] : [plan.holder]) + plan.agents)
        run.keeper.planned(plan.outline(stableFor: options.stableFor))
        if !plan.drained.isEmpty {
            try run.phase(.drain, total: plan.drained.count) { () throws(FleetError) in
                let commands = plan.drained.map { UnitCommand(.stop, $0) }
                _ = try run.perform(commands, maxParallel: options.maxParallel)
            }
        }
        // Whoever takes over from a crash must start them again; the others it finds in the roster.
        for unit in plan.carried where roster.agents.contains(where: { $0.unit == unit && !$0.autostart }) {
            try run.keeper.report(
                ProgressEvent(phase: OperationPhase.drain.rawValue, unit: unit.rawValue, outcome: LeftStopped.sent))
        }
        run.carry(plan.carried)
        switch plan.holderPart {
        case .none:
            if plan.before[plan.holder]?.isActive == true, !plan.agents.isEmpty {
                guard try run.holderAnswers(within: options.settleTimeout) else { return }
            }
        case .start: guard try run.holder(.start, settleTimeout: options.settleTimeout) else { return }
        case .restart: guard try run.holder(.restart, settleTimeout: options.settleTimeout) else { return }
        }
        guard !plan.agents.isEmpty else { return }
        try run.phase(plan.agentPhase, total: plan.agents.count) { () throws(FleetError) in
            let states = try run.states(of: plan.agents)
            // Also what was found looping before the drain stopped it: the start limit still counts that.
            try run.resetLoops(states + plan.agents.compactMap { plan.before[$0] })
            var commands: [UnitCommand] = []
            for state in states {
                let old = plan.before[state.name]?.invocationID ?? ""
                if let verb = Self.verb(for: state, since: old) {
                    commands.append(UnitCommand(verb, state.name))
                } else {
                    try run.restartedAlready(state)
                }
            }
            _ = try run.perform(commands, maxParallel: options.maxParallel)
        }
        let watched = (plan.holderPart == .none ? [] : [plan.holder]) + plan.agents
        try run.verify(watched, for: options.stableFor)
    }

    /// Refuses a restart that would end what cannot come back. An agent that is down has nothing to lose: unless it was
    /// named, its own start says what is wrong with it.
    /// - Throws: `.unitFailed`, naming the first obstacle; nothing was stopped.
    public func refuse(_ plan: RestartPlan) throws(FleetError) {
        let preflight = Preflight(
            roster: roster, userHome: surroundings.userHome, commands: surroundings.words.commands)
        let agents = roster.agents.filter { agent in
            plan.agents.contains(agent.unit)
                && (options.agents != nil || plan.before[agent.unit]?.isUpOrComing == true)
        }
        let units = (plan.holderPart == .none ? [] : [plan.holder]) + agents.map(\.unit)
        let found =
            units.compactMap { plan.before[$0].flatMap(preflight.obstacle(in:)) }
            + (try preflight.obstacles(of: agents, from: manager))
        guard let first = found.first else { return }
        let others = Set(found.dropFirst().map(\.subject)).subtracting([first.subject]).sorted()
        throw FleetError(
            .unitFailed,
            "\(first.subject) would not come back: \(first.what)"
                + (others.isEmpty
                    ? ""
                    : "; nor would \(others.prefix(4).joined(separator: ", "))"
                        + (others.count > 4 ? " and \(others.count - 4) more" : "")) + "; nothing was stopped",
            hint: first.hint)
    }

    /// What brings the unit into a new run, given the run that it was in before; nil when it is in one already
    /// (dependency propagation restarted it).
    static func verb(for state: UnitState, since old: String) -> UnitCommand.Verb? {
        let isNew = state.invocationID != old
        if state.isActive { return isNew ? nil : .restart }
        // A start would wait for the timer of an auto-restart; a restart cuts through.
        if state.isInAutoRestart { return .restart }
        // On its way up already: a start joins that job, a restart would begin again.
        if state.activeState == "activating" && isNew { return .start }
        // Down, but perhaps queued to start (systemctl does not tell what a job is for): a start joins that, too.
        if state.activeState == "inactive" || state.isFailed || state.job?.type == "start" { return .start }
        return .restart
    }
}
