/// What a plan leads to: the commands in their order, the phases, the debts.
extension RestartPlan {
    /// What is to be up at the end, the holder first.
    var targets: [UnitName] { (holderPart == .none ? [] : [holder]) + agents }

    /// The commands in their order, for printing. What is decided on the way (an agent that came back by itself, a
    /// start limit) is not in it.
    package var steps: [Step] {
        var steps: [Step] = []
        let stops = (drained + ending).map { UnitCommand(.stop, $0) }
        if !stops.isEmpty { steps.append(.init(phase: .drain, commands: stops)) }
        if let verb = holderPart.verb { steps.append(.init(phase: .holder, commands: [UnitCommand(verb, holder)])) }
        guard groups.isEmpty else {
            return steps + groups.map { .init(phase: .restart, commands: $0.map { UnitCommand(.restart, $0) }) }
        }
        let rest = agents.filter { !carried.contains($0) }
        guard !rest.isEmpty else { return steps }
        let phase = agentPhase
        let verb: UnitCommand.Verb = phase == .start ? .start : .restart
        steps.append(.init(phase: phase, commands: rest.map { UnitCommand(verb, $0) }))
        return steps
    }

    /// The plan as the phases that it will go through.
    func outline(stableFor window: Duration) -> OperationOutline {
        let hasHolder = holderPart != .none
        let stops = drained.count + ending.count
        // A rolling restart watches each group within its one phase.
        let phases = OperationOutline.ending(
            with: agentPhase, agents: agents.count, holder: hasHolder, window: groups.isEmpty ? window : .zero)
        let isDrained = (drained + ending).filter { !agents.contains($0) }
        return OperationOutline(
            units: (hasHolder ? [holder] : []) + agents + isDrained,
            phases: (stops == 0 ? [] : [.init(.drain, total: stops)]) + phases, carried: carried)
    }

    /// `start` after a drain, `restart` where the agents were left running until now.
    var agentPhase: OperationPhase {
        guard groups.isEmpty else { return .restart }
        let stopped = Set(drained + carried)
        let isRunning = agents.contains { before[$0].map { !$0.isDown } == true && !stopped.contains($0) }
        return holderPart == .restart && !isRunning ? .start : .restart
    }

    /// What this restart takes down and is to bring up again, with the runs that end.
    var debts: [UnitName: String] {
        let isWhole = holderPart == .restart
        return debts(of: (isWhole ? [holder] + drained + carried : []) + agents)
    }

    /// Of some of them, for a restart that takes them down later than others.
    func debts(of units: [UnitName]) -> [UnitName: String] {
        Dictionary(
            units.compactMap { unit in
                before[unit].flatMap { $0.isUpOrComing ? (unit, $0.invocationID) : nil }
            }, uniquingKeysWith: { first, _ in first })
    }

    /// The run that a target is to leave: the one at the time of the wish, else the one that was found under the lock.
    func run(of unit: UnitName, wish: RestartWish?) -> String {
        if holderPart != .restart, let run = wish?.run(of: unit) { return run }
        return before[unit]?.invocationID ?? ""
    }
}
