/// What a restart would do with the fleet as it is now. A value: computed and printed without the lock (`--dry-run`),
/// and computed again by the operation once the lock is held.
public struct RestartPlan: Sendable, Equatable {
    public enum HolderPart: String, Sendable, Codable {
        /// The holder is left alone.
        case none
        /// It is down, so the agents need it started first.
        case start
        case restart
    }

    public struct Step: Sendable, Equatable {
        public var phase: OperationPhase
        public var commands: [UnitCommand]
    }

    public var holder: UnitName
    public var holderPart: HolderPart
    /// Stopped before the holder goes down: every agent that runs or is about to.
    public var drained: [UnitName]
    /// To be up at the end.
    public var agents: [UnitName]
    public var skipped: [OperationReport.Skipped]
    /// The states that the plan rests on: what "restarted since" is measured against.
    public var before: [UnitName: UnitState]

    /// - Parameter states: of the holder and all agents of the roster.
    /// - Throws: `.noSuchUnit` for an agent that the roster or the manager does not know.
    public init(roster: Roster, states: [UnitState], options: RestartOptions) throws(FleetError) {
        var known: [UnitName: UnitState] = [:]
        for state in states { known[state.name] = state }
        func state(_ unit: UnitName) -> UnitState { known[unit] ?? UnitState(name: unit, loadState: "not-found") }
        func ran(_ unit: UnitName) -> Bool {
            state(unit).isUpOrComing || state(unit).isFailed && options.onlyFailed || options.leftStopped.contains(unit)
        }
        before = known
        holder = roster.holder.unit
        skipped = []
        drained = []
        let targets = try roster.agents(named: options.agents)
        let holderIsUp = state(holder).isActive
        // A fleet whose holder is down has no agent that could be well.
        let onlyFailed = options.onlyFailed && holderIsUp
        var agents: [UnitName] = []
        for agent in targets {
            let now = state(agent.unit)
            if options.agents != nil && now.isNotFound { throw Self.noSuchUnit(agent) }
            if onlyFailed && now.isActive {
                skipped.append(.init(unit: agent.unit, why: "it is up"))
            } else if options.agents == nil && !agent.autostart && !ran(agent.unit) {
                skipped.append(.init(unit: agent.unit, why: "autostart = false and it is not running"))
            } else {
                agents.append(agent.unit)
            }
        }
        self.agents = agents
        if options.agents != nil || onlyFailed {
            holderPart = holderIsUp || agents.isEmpty || state(holder).isNotFound ? .none : .start
            return
        }
        guard !state(holder).isNotFound else {
            throw FleetError(
                .noSuchUnit, "the holder \(holder) is not known to the service manager",
                hint: "write the units with 'mosaic fleet init', or correct [holder] unit in the roster")
        }
        holderPart = .restart
        if options.drain { drained = roster.agents.map(\.unit).filter { state($0).isUpOrComing } }
    }

    /// The commands in their order, for printing. What is decided on the way (an agent that came back by itself, a
    /// start limit) is not in it.
    public var steps: [Step] {
        var steps: [Step] = []
        if !drained.isEmpty { steps.append(.init(phase: .drain, commands: drained.map { UnitCommand(.stop, $0) })) }
        switch holderPart {
        case .none: break
        case .start: steps.append(.init(phase: .holder, commands: [UnitCommand(.start, holder)]))
        case .restart: steps.append(.init(phase: .holder, commands: [UnitCommand(.restart, holder)]))
        }
        guard !agents.isEmpty else { return steps }
        let phase = agentPhase
        let verb: UnitCommand.Verb = phase == .start ? .start : .restart
        steps.append(.init(phase: phase, commands: agents.map { UnitCommand(verb, $0) }))
        return steps
    }

    /// The plan as the phases that it will go through.
    func outline(stableFor window: Duration) -> OperationOutline {
        let hasHolder = holderPart != .none
        let ending = OperationOutline.ending(with: agentPhase, agents: agents.count, holder: hasHolder, window: window)
        let isDrained = drained.filter { !agents.contains($0) }
        return OperationOutline(
            units: (hasHolder ? [holder] : []) + agents + isDrained,
            phases: (drained.isEmpty ? [] : [.init(.drain, total: drained.count)]) + ending)
    }

    /// `start` after a drain, `restart` where the agents were left running until now.
    var agentPhase: OperationPhase {
        let isRunning = agents.contains { before[$0].map { !$0.isDown } == true && !drained.contains($0) }
        return holderPart == .restart && !isRunning ? .start : .restart
    }

    static func noSuchUnit(_ agent: Roster.Agent) -> FleetError {
        FleetError(
            .noSuchUnit, "agent \(agent.name): \(agent.unit) is not known to the service manager",
            hint: "write the units with 'mosaic fleet init'")
    }
}

extension UnitState {
    /// Runs, or systemd is about to make it run: also an agent between two automatic restarts.
    var isUpOrComing: Bool { !isNotFound && !isDown && !(activeState == "deactivating" && job?.type == "stop") }
}

extension Roster {
    /// All units of the fleet, the holder first.
    public var units: [UnitName] { [holder.unit] + agents.map(\.unit) }

    /// All agents for nil; the named ones, and none for an empty list, else.
    func agents(named names: [AgentName]?) throws(FleetError) -> [Agent] {
        guard let names else { return agents }
        return names.isEmpty ? [] : try agents(named: names.map(\.rawValue))
    }
}
