public import FleetGuard
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
    let manager: any ServiceManager
    let roster: Roster
    /// What a turn of `--when-idle` has learnt is set between two runs.
    public var options: RestartOptions
    let surroundings: OperationSurroundings
    private let log = Logger(label: "restart")
    /// What was done so far; whole after `run`, also when that threw.
    public private(set) var report = RestartReport()
    /// Called with the plan under the lock, before the first command; if it throws, nothing is changed.
    var willAct: ((RestartPlan) throws(FleetError) -> Void)?
    /// Known after `longestTime`; for the picture only.
    private var stopTimeouts: [UnitName: Duration] = [:]

    /// Asks the manager nothing and needs no lock; `run` does the work.
    public init(
        manager: any ServiceManager, roster: Roster, options: RestartOptions,
        surroundings: OperationSurroundings = OperationSurroundings()
    ) {
        self.manager = manager
        self.roster = roster
        self.options = options
        self.surroundings = surroundings
    }

    /// The longest time that `run` may take in any state. Needs no lock and changes nothing.
    public func longestTime() throws(FleetError) -> Duration {
        let units = roster.units
        let timeouts = Dictionary(zip(units, try manager.timeouts(of: units))) { first, _ in first }
        stopTimeouts = timeouts.compactMapValues(\.stop)
        return try RestartBound(roster: roster, options: options, timeouts: timeouts).longest()
    }

    /// What `run` would do now. Needs no lock and changes nothing.
    public func plan() throws(FleetError) -> RestartPlan {
        try plan(
            options.mayBeOneBatch ? manager.states(of: roster.units) : manager.brief(of: roster.units),
            surroundings.intents.read())
    }

    /// What the fleet is like at the moment of a wish: taken before this process waits for another restart.
    public func wish() throws(FleetError) -> RestartWish {
        // The intents first: a stop between the two looks then counts as one that came after the wish.
        let intents = try surroundings.intents.read()
        return RestartWish(states: try manager.brief(of: roster.units), intents: intents)
    }

    func plan(_ states: [UnitState], _ intents: Intents) throws(FleetError) -> RestartPlan {
        var options = options
        options.stopping = Set(intents.beingStopped(states))
        if options.onlyFailed {
            options.lost = try surroundings.intents.lost(among: states.filter(\.isDown).map(\.name))
            options.asked = try surroundings.intents.askedToEnd(among: states.filter(\.isFailed))
            if states.first?.isFailed == true { options.lost.formUnion(try missedBoot(states)) }
        }
        let isWhole = options.isWhole
        let isUp = states.first?.isActive ?? false
        let unmanaged =
            isWhole
            ? try UnmanagedMembers.find(beside: roster, in: manager, probe: isUp ? surroundings.probe : nil)
            : UnmanagedMembers()
        let freshness =
            options.onlyOutdated ? try surroundings.freshness.look(at: states, of: roster, in: manager) : [:]
        return try RestartPlan(
            roster: roster, states: states, options: options, intents: intents, unmanaged: unmanaged,
            freshness: freshness
        ) { () throws(FleetError) in
            let holder = roster.holder.unit
            return try manager.settings(of: [holder]).first ?? UnitSettings(name: holder, killMode: "")
        }
    }

    /// Agents that were to start at boot, and did not because the holder failed there. One that was stopped has run; one
    /// that is not enabled comes up only when it is started.
    private func missedBoot(_ states: [UnitState]) throws(FleetError) -> Set<UnitName> {
        let autostart = Set(roster.agents.filter(\.autostart).map(\.unit))
        let down = states.filter { autostart.contains($0.name) && $0.isDown && !$0.isFailed }.map(\.name)
        guard !down.isEmpty else { return [] }
        // A brief look does not tell of the run of a unit that is down.
        let units = try manager.states(of: down).filter(\.invocationID.isEmpty).map(\.name)
        let enabled = zip(units, try manager.unitFileStates(of: units)).filter { $0.1.isExactly("enabled") }
        return Set(enabled.map(\.0))
    }

    /// - Returns: the report; a failed unit is in it and throws nothing.
    /// - Throws: `.evicted`, `.interrupted`, `.terminated`, `.noServiceManager`, naming what was not reached (nothing
    ///   is sent after that); `.noSuchUnit`, and `.io` where the disk has no room for what this restart will owe, before
    ///   anything was sent.
    public func run(holding lock: HeldLock) throws(FleetError) -> RestartReport {
        options.wish?.fulfilledBy = lock.owner.map {
            "other restarts (last seen: pid \($0.pid), \(Printable.oneLine($0.command)))"
        }
        return try run(under: lock)
    }

    func run(under lock: any RestartLock) throws(FleetError) -> RestartReport {
        let run = OperationRun(manager: manager, roster: roster, lock: lock, surroundings: surroundings)
        run.repeats = options.repeats
        return try run.whole("restart", keep: { report = $0 }, restart)
    }

    private func restart(_ run: OperationRun) throws(FleetError) {
        // Under the lock, never before: another restart may just have changed everything. The intents before the states:
        // a stop that comes later is found by the looks that follow.
        try surroundings.intents.tidy()
        let intents = try run.readIntents()
        try readChangedUnits(run)
        let plan = try plan(
            options.mayBeOneBatch ? run.wholeStates(of: roster.units) : run.states(of: roster.units), intents)
        if let order = plan.order { log.debug("\(order.words)") }
        try refuse(plan)
        if plan.holderPart != .none, let stranger = try run.stranger() {
            throw FleetError(.unitFailed, "\(stranger); nothing was stopped", hint: "")
        }
        if options.rolling == nil, try isHeldBack(plan, run) { return }
        run.report.skipped = plan.skipped
        if plan.agents.isEmpty, intents.beingStopped(Array(plan.before.values)).contains(plan.holder) {
            run.supervisor.warn("the fleet is being stopped by another command, so nothing is restarted")
        }
        if options.onlyOutdated { remark(plan, run) }
        if options.rolling != nil { run.resumption = options }
        run.report.fulfilled = plan.fulfilled
        run.report.fulfilledBy = options.wish?.fulfilledBy
        run.goals = plan.targets
        var outline = plan.outline(stableFor: options.stableFor)
        outline.stopTimeouts = stopTimeouts
        run.supervisor.planned(outline)
        if !plan.unmanaged.isEmpty {
            run.supervisor.warn("not in the roster, and ends with this restart: \(plan.unmanaged.words)")
        }
        try willAct?(plan)
        guard options.rolling == nil else { return try roll(plan, intents, run) }
        try owe(plan.debts, besides: intents.owed, plan)
        guard try takeDown(plan, run) else { return try bringBack(plan, run) }
        run.carried = Set(plan.carried)
        guard try bringHolderUp(plan, run) else { return }
        let holder = plan.holderPart == .none ? [] : [plan.holder]
        let agents = try run.respectStops(among: plan.agents, stopping: false)
        try start(agents, plan, run)
        // Whoever stopped one of them meanwhile said so before; what comes later sends its stop after our start.
        let watched = try run.respectStops(among: holder + agents, stopping: true)
        try run.pay(watched)
        if !run.report.occupied.isEmpty { forgiveUntouched(agents, plan, run) }
        guard !agents.isEmpty else { return }
        try run.verify(watched, for: options.stableFor)
    }

    private func start(_ agents: [UnitName], _ plan: RestartPlan, _ run: OperationRun) throws(FleetError) {
        guard !agents.isEmpty else { return }
        try run.phase(plan.agentPhase, total: agents.count) { () throws(FleetError) in
            try bringIntoNewRun(agents, plan, run)
        }
    }

    func bringIntoNewRun(_ agents: [UnitName], _ plan: RestartPlan, _ run: OperationRun) throws(FleetError) {
        let states = try run.states(of: agents)
        // Also what was found looping before the drain stopped it: the start limit still counts that.
        try run.resetLoops(states + agents.compactMap { plan.before[$0] })
        let current = try cameUpCurrent(states, plan)
        var commands: [UnitCommand] = []
        for state in states {
            if !current.contains(state.name),
                let verb = Self.verb(for: state, since: plan.run(of: state.name, wish: options.wish))
            {
                commands.append(UnitCommand(verb, state.name))
            } else {
                try run.restartedAlready(state)
            }
        }
        _ = try perform(commands, plan, run)
    }

    /// With `onlyOutdated`: owed agents that a dead owner's job has brought up since the plan was made. Their run had begun
    /// by then, so only what they run with tells that they are new.
    private func cameUpCurrent(_ states: [UnitState], _ plan: RestartPlan) throws(FleetError) -> Set<UnitName> {
        let came = states.filter { state in
            state.isActive && !state.isToGoDown && plan.before[state.name].map { !$0.isActive } ?? false
        }
        guard options.onlyOutdated, !came.isEmpty else { return [] }
        let freshness = try surroundings.freshness.look(at: came, of: roster, in: manager)
        return Set(came.map(\.name).filter { freshness[$0]?.verdict == .current })
    }

    /// Before anything goes down: later commands know what a crash from here on leaves down.
    /// - Parameter owed: what earlier restarts owe.
    func owe(
        _ debts: [UnitName: String], besides owed: Set<UnitName>, _ plan: RestartPlan
    ) throws(FleetError) {
        var debts = debts
        for unit in owed where plan.before[unit].map({ !$0.isActive }) ?? false {
            debts[unit] = debts[unit] ?? ""
        }
        guard !debts.isEmpty || !owed.isEmpty else { return }
        try surroundings.intents.add(.owes(debts))
    }

    /// Changes of a unit file apply once systemd has loaded it.
    private func readChangedUnits(_ run: OperationRun) throws(FleetError) {
        guard options.onlyOutdated else { return }
        let targets = try roster.agents(named: options.agents).map(\.unit)
        guard try manager.files(of: targets).contains(where: \.needsReload) else { return }
        try manager.reload()
        try run.supervisor.managerAnswered()
    }

    /// What is not restarted although it may be, or is, outdated.
    private func remark(_ plan: RestartPlan, _ run: OperationRun) {
        let commands = surroundings.words.commands
        let left = Set(plan.skipped.map(\.unit))
        let unknown = roster.agents.filter { left.contains($0.unit) && plan.freshness[$0.unit]?.verdict == .unknown }
        if !unknown.isEmpty {
            let names = unknown.map(\.name.rawValue)
            let it = names.count == 1 ? "it is" : "they are"
            run.supervisor.warn(
                "left alone, because it is unknown whether \(it) outdated: \(names.joined(separator: ", ")); to restart "
                    + "\(names.count == 1 ? "it" : "them"): \(commands.fleet(words: ["restart"] + names))")
        }
        if options.agents == nil, let holder = plan.freshness[plan.holder], holder.verdict == .outdated {
            run.supervisor.warn(
                "the holder is outdated (\(holder.words)) and is left alone; to renew it, restart the whole "
                    + "fleet: \(commands.fleet("restart"))")
        }
        if plan.agents.isEmpty { run.report.nothing = "Nothing is outdated" }
    }

    /// - Returns: false when an agent became busy before its turn (`--when-idle`).
    private func takeDown(_ plan: RestartPlan, _ run: OperationRun) throws(FleetError) -> Bool {
        let stops = plan.drained + plan.ending
        guard !stops.isEmpty else { return true }
        var isDone = true
        try run.phase(.drain, total: stops.count) { () throws(FleetError) in
            isDone = try perform(stops.map { UnitCommand(.stop, $0) }, plan, run)
        }
        return isDone
    }

    /// - Returns: false when the agents must not be started.
    func bringHolderUp(_ plan: RestartPlan, _ run: OperationRun) throws(FleetError) -> Bool {
        guard let verb = plan.holderPart.verb else {
            guard plan.before[plan.holder]?.isActive == true, !plan.agents.isEmpty else { return true }
            return try run.holderAnswers(within: options.settleTimeout)
        }
        return try run.holder(verb, since: plan.before[plan.holder], settleTimeout: options.settleTimeout)
    }

    /// Refuses a restart that would end what cannot come back. An agent that is down has nothing to lose: unless it was
    /// named, its own start says what is wrong with it.
    /// - Throws: `.unitFailed`, naming the first obstacle; nothing was stopped.
    public func refuse(_ plan: RestartPlan) throws(FleetError) {
        let preflight = Preflight(
            roster: roster, userHome: surroundings.userHome, commands: surroundings.words.commands)
        let agents = roster.agents.filter { agent in
            plan.agents.contains(agent.unit)
                && (options.agents != nil
                    || plan.before[agent.unit].map { $0.isActive || $0.isUpOrComing } == true)
                // One that cannot come up must not keep the others from it.
                && (!(options.heals || options.onlyFailed) || plan.before[agent.unit]?.isActive == true)
        }
        let units = (plan.holderPart == .none ? [] : [plan.holder]) + agents.map(\.unit)
        let found =
            units.compactMap { plan.before[$0].flatMap(preflight.obstacle(in:)) }
            + agents.filter { options.unwritten.contains($0.name) }.map(preflight.unwritten)
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
        if state.isActive { return isNew && !state.isToGoDown ? nil : .restart }
        // A start would wait for the timer of an auto-restart; a restart cuts through.
        if state.isInAutoRestart { return .restart }
        // On its way up already: a start joins that job, a restart would begin again.
        if state.activeState == "activating" && isNew { return .start }
        // Down, but perhaps queued to start (systemctl does not tell what a job is for): a start joins that, too.
        if state.activeState == "inactive" || state.isFailed || state.job?.type == "start" { return .start }
        return .restart
    }
}
