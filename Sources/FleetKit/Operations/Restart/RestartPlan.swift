public import FleetGuard

/// What a restart would do with the fleet as it is now. A value: computed and printed without the lock (`--dry-run`),
/// and computed again by the operation once the lock is held.
public struct RestartPlan: Sendable, Equatable {
    package enum HolderPart: String, Sendable, Codable {
        /// The holder is left alone.
        case none
        /// It is down, so the agents need it started first.
        case start
        case restart

        /// What is asked of the holder; nil: nothing.
        var verb: UnitCommand.Verb? { UnitCommand.Verb(rawValue: rawValue) }
    }

    /// How the agents are kept from looping against a holder that is being torn down.
    public enum Order: Sendable, Equatable {
        /// One transaction of the manager's own: the holder's restart carries its agents along, and their ordering
        /// stops them before it and starts them after it.
        case oneBatch
        /// Stop the agents, restart the holder, start the agents, each when the one before is done.
        case phases(because: String)
        /// Not at all (`--no-drain`).
        case undrained
    }

    package struct Step: Sendable, Equatable {
        package var phase: OperationPhase
        package var commands: [UnitCommand]
    }

    /// The holder's unit, also where the plan leaves it alone.
    public var holder: UnitName
    package var holderPart: HolderPart
    /// nil where the holder is not restarted.
    public var order: Order?
    /// Stopped before the holder goes down: every agent that runs or is about to.
    package var drained: [UnitName] = []
    /// Stopped and started by the holder's own restart, in one transaction with it: every agent that runs.
    package var carried: [UnitName] = []
    /// To be up at the end.
    public var agents: [UnitName]
    /// Stopped before the holder goes down, and not started again: units that are not in the roster, and units that were
    /// stopped since the restart was asked for.
    package var ending: [UnitName] = []
    /// What ends with the holder and is not in the roster; empty where the holder is not restarted.
    package var unmanaged = UnmanagedMembers()
    /// Of `skipped`: those that another restart brought into a new run since this one was asked for.
    package var fulfilled: [UnitName] = []
    package var skipped: [OperationReport.Skipped] = []
    /// Of a rolling restart: the groups that go down together, in order; empty for any other restart.
    public var groups: [[UnitName]] = []
    /// So many of the first groups are kept apart from the others: what is down already, and the canary.
    package var groupsApart = 0
    /// What was found out of the units that run; empty unless only outdated ones are restarted.
    package var freshness: [UnitName: Freshness] = [:]
    /// Of `skipped`: those that `heal` has tried often enough.
    public var resting: [UnitName] = []
    /// The states that the plan rests on: what "restarted since" is measured against.
    public var before: [UnitName: UnitState]

    /// - Parameters:
    ///   - states: of the holder and all agents of the roster.
    ///   - intents: as they are now.
    ///   - unmanaged: units that the holder's end would take down, and bring up again without a command.
    ///   - freshness: of the units that run, where only outdated agents are restarted.
    ///   - holderSettings: asked for only where one transaction is possible otherwise.
    /// - Throws: `.noSuchUnit` for an agent that the roster or the manager does not know; `.usage` for a canary that is
    ///   none of the agents; what `holderSettings` threw.
    public init(
        roster: Roster, states: [UnitState], options: RestartOptions, intents: Intents = Intents(),
        unmanaged: UnmanagedMembers = UnmanagedMembers(), freshness: [UnitName: Freshness] = [:],
        holderSettings: () throws(FleetError) -> UnitSettings
    ) throws(FleetError) {
        var known: [UnitName: UnitState] = [:]
        for state in states { known[state.name] = state }
        func state(_ unit: UnitName) -> UnitState { known[unit] ?? UnitState(name: unit, loadState: "not-found") }
        func ran(_ unit: UnitName) -> Bool {
            state(unit).isActive || state(unit).isUpOrComing || state(unit).isFailed && options.onlyFailed
                || intents.owed.contains(unit)
        }
        let wish = options.wish
        var meanwhile = Set(wish.map { intents.stopped(since: $0.intents, among: roster.units) } ?? [])
        // Whoever names an agent while it is being stopped wants it to run.
        meanwhile.formUnion(
            options.stopping.filter { options.agents == nil || $0 == roster.holder.unit })
        before = known
        holder = roster.holder.unit
        self.freshness = freshness
        let targets = try roster.agents(named: options.agents)
        // One whose restart was requested by a process that was evicted, or died, before it was done is as good as down:
        // agents that start before it has settled fail. The same command joins that job.
        let holderIsLeaving = state(holder).isActive && state(holder).isToGoDown
        let holderIsUp = state(holder).isActive && !holderIsLeaving
        let holderIsDone = wish?.isFulfilled(by: state(holder)) ?? false
        let isWhole = options.isWhole
        // A fleet whose holder is down has no agent that could be well.
        let onlyFailed = options.onlyFailed && holderIsUp
        let holderUnit = roster.holder.unit
        /// Why `onlyFailed` leaves a unit alone that is not up; nil: it is to be started.
        func reasonToLeave(_ now: UnitState) -> String? {
            if options.onlyFailed || options.agents == nil && !isWhole {
                if intents.isStopped(now) { return Self.stoppedOnPurpose }
                // By systemctl. What a restart that died has sent is owed.
                if now.isBeingStopped, !intents.owed.contains(now.name) { return Self.beingStopped }
            }
            guard !now.isActive else { return nil }
            guard options.onlyFailed else { return nil }
            if now.isFailed, options.asked.contains(now.name), !intents.owed.contains(now.name),
                !options.lost.contains(now.name)
            {
                return Self.stoppedOnPurpose
            }
            if options.heals {
                // With a holder that failed they fail at each try.
                if holderIsUp || now.name == holderUnit, !now.isDown { return "systemd is about to start it" }
                if now.isNotFound || now.isMasked { return "it cannot be started (\(now.loadState))" }
            }
            guard now.isDown, !now.isNotFound, !now.isFailed, now.result.isExactly("success") else { return nil }
            if intents.owed.contains(now.name) || options.lost.contains(now.name) { return nil }
            return Self.downWithoutFailure
        }
        var agents: [UnitName] = []
        for agent in targets {
            let now = state(agent.unit)
            if options.agents != nil && now.isNotFound { throw Self.noSuchUnit(agent) }
            if options.unwritten.contains(agent.name), now.isDown || now.isNotFound {
                skipped.append(.init(unit: agent.unit, why: Self.unwritten))
            } else if meanwhile.contains(agent.unit) || meanwhile.contains(holder) {
                skipped.append(.init(unit: agent.unit, why: Self.stoppedMeanwhile))
            } else if let why = reasonToLeave(now) {
                skipped.append(.init(unit: agent.unit, why: why))
            } else if !options.onlyFailed && (holderIsDone || !isWhole) && wish?.isFulfilled(by: now) == true {
                skipped.append(.init(unit: agent.unit, why: Self.restartedMeanwhile(wish)))
                fulfilled.append(agent.unit)
            } else if options.onlyOutdated,
                let why = Self.reasonToLeave(now, isOwed: intents.owed.contains(agent.unit), freshness[agent.unit])
            {
                skipped.append(.init(unit: agent.unit, why: why))
            } else if onlyFailed && now.isActive {
                skipped.append(.init(unit: agent.unit, why: "it is up"))
            } else if options.agents == nil && !agent.autostart && !ran(agent.unit) {
                skipped.append(.init(unit: agent.unit, why: "autostart = false and it is not running"))
            } else if options.resting.contains(agent.unit) {
                skipped.append(.init(unit: agent.unit, why: Self.rests))
                resting.append(agent.unit)
            } else {
                agents.append(agent.unit)
            }
        }
        if let rolling = options.rolling {
            let apart = try Self.groupsApart(agents, rolling, options, roster) {
                !state($0).isActive || state($0).isToGoDown
            }
            groupsApart = apart.count
            groups =
                apart + Self.groups(of: agents.filter { unit in !apart.contains { $0.contains(unit) } }, rolling.width)
            agents = groups.flatMap(\.self)
        }
        self.agents = agents
        let holderRests = !holderIsUp && options.resting.contains(holder)
        if let why = meanwhile.contains(holder)
            ? Self.stoppedMeanwhile : reasonToLeave(state(holder)) ?? (holderRests ? Self.rests : nil)
        {
            // A whole stop: agents alone would bring the holder up with them.
            if options.agents == nil { skipped.append(.init(unit: holder, why: why)) }
            if holderRests { resting.append(holder) }
            skipped += agents.map { .init(unit: $0, why: "of its holder: \(why)") }
            self.agents = []
            groups = []
            holderPart = .none
            return
        }
        if isWhole && holderIsDone {
            skipped.append(.init(unit: holder, why: Self.restartedMeanwhile(wish)))
            fulfilled.append(holder)
        }
        if options.leavesHolder || onlyFailed || holderIsDone {
            let isNeeded = !agents.isEmpty && !holderIsUp && !state(holder).isNotFound
            holderPart = isNeeded ? (holderIsLeaving ? .restart : .start) : .none
            return
        }
        guard !state(holder).isNotFound else {
            throw FleetError(
                .noSuchUnit, "the holder \(holder) is not known to the service manager",
                hint: "write the units with 'mosaic fleet init', or correct [holder] unit in the roster")
        }
        holderPart = .restart
        ending = roster.agents.map(\.unit).filter { meanwhile.contains($0) && state($0).isUpOrComing }
        ending += unmanaged.units.filter { !$0.isDown }.map(\.name)
        self.unmanaged = unmanaged
        guard options.drain else {
            order = .undrained
            return
        }
        // What is left alone because of its stop is not started afterwards, so it is not this restart's to stop.
        let leaving = Set(skipped.filter { [Self.stoppedOnPurpose, Self.beingStopped].contains($0.why) }.map(\.unit))
        let running = roster.agents.map(\.unit).filter {
            state($0).isUpOrComing && !ending.contains($0) && !leaving.contains($0)
        }
        if options.maxParallel != nil {
            order = .phases(because: "--max-parallel limits the jobs in flight")
        } else if let obstacle = Self.obstacleToOneBatch(state(holder), running.map(state)) {
            order = .phases(because: obstacle)
        } else if let obstacle = Self.obstacle(in: try holderSettings(), of: roster.holder) {
            order = .phases(because: obstacle)
        } else {
            order = .oneBatch
        }
        if order == .oneBatch { carried = running } else { drained = running }
    }
}

extension RestartPlan.Order {
    /// One sentence for people.
    public var words: String {
        switch self {
        case .oneBatch: "one transaction: the holder's restart stops its agents first and starts them again after it"
        case .phases(let reason): "in phases, since \(reason)"
        case .undrained: "without a drain: the agents run until the holder goes down"
        }
    }
}

extension UnitState {
    /// A job that ends its run is queued or running.
    var isToGoDown: Bool { job.map { ["stop", "restart", "try-restart"].contains($0.type) } ?? false }

    /// A stop, not a restart, ends its run. Never true through `systemctl`, which does not tell what a job is for.
    var isBeingStopped: Bool { job?.type.isExactly("stop") == true }

    /// Runs, or systemd is about to make it run: also an agent between two automatic restarts.
    var isUpOrComing: Bool { !isNotFound && !isDown && !(activeState == "deactivating" && job?.type == "stop") }
}
