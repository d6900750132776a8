public import FleetGuard

/// `--when-idle`: what a restart asks for whose work it must not cut.
public struct WhenIdle: Sendable, Equatable {
    /// A run of an agent's unit.
    public struct Run: Sendable, Equatable {
        /// The full unit name, as in the roster.
        public var unit: UnitName
        package var invocationID: String

        /// - Parameter invocationID: systemd's `InvocationID` of the run; empty where unknown, which matches no run.
        public init(unit: UnitName, invocationID: String) {
            self.unit = unit
            self.invocationID = invocationID
        }
    }

    /// The agent that the restart was asked for from inside of: it does not wait for itself. A later run of the same
    /// unit has not asked for anything.
    public var asker: Run?
    /// The deadline has passed, and the restart was asked to continue: what is busy is cut, and named.
    public var cutsWork = false

    /// - Parameter asker: nil where the restart was not asked for from inside an agent.
    public init(asker: Run? = nil) { self.asker = asker }
}

extension RestartOperation {
    /// Waits for what this restart would cut, in turns of `run`.
    public func idleWait(clock: any OperationClock = SystemClock()) -> IdleWait {
        IdleWait(manager, listeningTo: roster.units, clock: clock) { () throws(FleetError) in try self.occupied() }
    }

    /// Whose work this restart would cut if it began now: nothing of what others have restarted since it was asked for.
    /// Needs no lock and changes nothing.
    /// - Throws: `.noServiceManager`.
    public func occupied() throws(FleetError) -> [IdleWait.Occupied] {
        let states = try manager.overview(of: roster.units)
        let plan = try plan(states, surroundings.intents.read())
        let occupied = occupied(by: plan, states)
        guard options.rolling != nil else { return occupied }
        // Each is taken when it is idle: one that is will do.
        let next = plan.groupsApart > 0 ? plan.groups[0] : plan.agents
        let busy = occupied.filter { $0.unit.map(next.contains) ?? false }
        return busy.count < next.count ? [] : busy
    }

    /// - Parameter states: an overview of the roster's units.
    func occupied(by plan: RestartPlan, _ states: [UnitState]) -> [IdleWait.Occupied] {
        let isWhole = plan.holderPart == .restart
        let taken = Set(isWhole ? roster.agents.map(\.unit) : plan.agents)
        let asker = options.whenIdle?.asker
        let agents = states.filter { state in
            taken.contains(state.name)
                && !(state.name == asker?.unit && !state.invocationID.isEmpty
                    && state.invocationID == asker?.invocationID)
        }
        guard isWhole else { return IdleWait.occupied(agents) }
        // They say nothing of what they do that could be trusted.
        let others =
            plan.unmanaged.units.filter { !$0.isDown }.map(\.name.rawValue)
            + plan.unmanaged.sessions.map { "session '\(Printable.oneLine($0))'" }
        return IdleWait.occupied(agents) + others.map { .init(who: $0, activity: .unknown) }
    }

    /// Looks again, right before something is stopped.
    /// - Parameter units: those that the next stop is about; nil: whatever the plan takes down.
    /// - Returns: whether the stop must not be sent; the report then says who is busy.
    func isHeldBack(_ plan: RestartPlan, _ run: OperationRun, before units: [UnitName]? = nil) throws(FleetError)
        -> Bool
    {
        guard let whenIdle = options.whenIdle else { return false }
        var occupied = occupied(by: plan, try run.overview(of: roster.units))
        if let units { occupied = occupied.filter { $0.unit.map(units.contains) ?? true } }
        guard !occupied.isEmpty else { return false }
        if whenIdle.cutsWork {
            run.cuts(occupied)
            return false
        }
        run.report.occupied = occupied
        return true
    }

    /// Of a rolling restart: the agents that go down next.
    /// - Returns: empty if all of them are busy; the report then says so.
    func next(
        of candidates: [UnitName], atMost width: Int, _ plan: RestartPlan, _ run: OperationRun
    ) throws(FleetError) -> [UnitName] {
        guard let whenIdle = options.whenIdle else { return Array(candidates.prefix(width)) }
        let occupied = occupied(by: plan, try run.overview(of: candidates))
        let free = candidates.filter { unit in !occupied.contains { $0.unit == unit } }
        if free.isEmpty && !whenIdle.cutsWork { run.report.occupied = occupied }
        // Past the deadline those that are idle still go first.
        guard free.isEmpty, whenIdle.cutsWork else { return Array(free.prefix(width)) }
        let cut = Array(candidates.prefix(width))
        run.cuts(occupied.filter { $0.unit.map(cut.contains) ?? false })
        return cut
    }

    /// One batch, or with `--when-idle` as many at a time as may be in flight, and before each a look at what it stops.
    /// - Returns: false when the rest is busy and was not sent.
    func perform(_ commands: [UnitCommand], _ plan: RestartPlan, _ run: OperationRun) throws(FleetError) -> Bool {
        guard options.whenIdle != nil, let width = options.maxParallel, width < commands.count else {
            _ = try run.perform(commands, maxParallel: options.maxParallel)
            return true
        }
        var rest = commands[...]
        while !rest.isEmpty {
            let next = Array(rest.prefix(width))
            if rest.count < commands.count, try isHeldBack(plan, run, before: next.map(\.unit)) { return false }
            _ = try run.perform(next, maxParallel: width)
            rest = rest.dropFirst(width)
        }
        return true
    }

    /// The agents that the drain has stopped run again, since the holder stays: what follows is another wait.
    func bringBack(_ plan: RestartPlan, _ run: OperationRun) throws(FleetError) {
        let stopped = try run.respectStops(among: plan.drained.filter(run.stopped.contains), stopping: false)
        try run.phase(.start, total: stopped.count) { () throws(FleetError) in
            _ = try run.perform(stopped.map { UnitCommand(.start, $0) }, maxParallel: options.maxParallel)
        }
        _ = try run.respectStops(among: stopped, stopping: true)
        run.forgive(plan.debts.keys.sorted())
    }

    /// Those whose turn did not come are owed nothing.
    func forgiveUntouched(_ agents: [UnitName], _ plan: RestartPlan, _ run: OperationRun) {
        let sent = run.supervisor.sent
        run.forgive(plan.debts.keys.filter { agents.contains($0) && !sent.contains($0) }.sorted())
    }
}
