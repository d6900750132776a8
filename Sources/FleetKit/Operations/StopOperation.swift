public import FleetGuard

/// Stops the whole fleet (the agents, then the holder) or some agents. Unguarded, as `StartOperation`.
///
/// What is stopped is written down first, so that no restart that runs meanwhile starts it again.
///
/// An agent between two automatic restarts is stopped too; what is down stays as it is.
public final class StopOperation {
    private let manager: any ServiceManager
    private let roster: Roster
    private let agents: [AgentName]?
    private let others: [UnitName]
    private let maxParallel: Int?
    private let surroundings: OperationSurroundings
    /// What was done so far; complete after `run`, also when that threw.
    public private(set) var report = OperationReport()

    /// - Parameters:
    ///   - agents: nil = the whole fleet with its holder.
    ///   - others: units beside the roster, which are stopped with the agents.
    public init(
        manager: any ServiceManager, roster: Roster, agents: [AgentName]? = nil, others: [UnitName] = [],
        maxParallel: Int? = nil,
        surroundings: OperationSurroundings = OperationSurroundings()
    ) {
        self.manager = manager
        self.roster = roster
        self.agents = agents
        self.others = others
        self.maxParallel = maxParallel
        self.surroundings = surroundings
    }

    /// - Throws: as `StartOperation.run`.
    public func run() throws(FleetError) -> OperationReport {
        try OperationRun(manager: manager, roster: roster, lock: Unguarded(), surroundings: surroundings)
            .whole("stop", keep: { report = $0 }, stop)
    }

    private func stop(_ run: OperationRun) throws(FleetError) {
        let targets = try roster.agents(named: agents)
        let holder = agents == nil ? [roster.holder.unit] : []
        let states = try run.states(of: targets.map(\.unit) + others + holder)
        for state in states where agents != nil && state.isNotFound {
            if let agent = targets.first(where: { $0.unit == state.name }) { throw RestartPlan.noSuchUnit(agent) }
        }
        intend(states, run)
        // The failure of a unit that left the roster needs no repair, and would be shown forever.
        let gone = states.filter { others.contains($0.name) && $0.isFailed }.map(\.name)
        if !gone.isEmpty { try run.reset(gone) }
        let down = states.filter(\.isDown).map(\.name)
        // A restart may have started one between that look and our line; what it starts later, it stops itself.
        let late = try down.isEmpty ? [] : run.states(of: down).filter { !$0.isDown }.map(\.name)
        run.report.skipped = down.filter { !late.contains($0) }.map { .init(unit: $0, why: "it is down") }
        let stopping = states.filter { !$0.isDown }.map(\.name) + late
        run.goals = stopping
        guard !stopping.isEmpty else { return }
        let agentsFirst = [stopping.filter { !holder.contains($0) }, stopping.filter { holder.contains($0) }]
        run.supervisor.planned(
            OperationOutline(
                units: agentsFirst[1] + agentsFirst[0], phases: [.init(.stop, total: stopping.count)]))
        try run.phase(.stop, total: stopping.count) { () throws(FleetError) in
            // The holder last: an agent whose server is taken away first does not end, it dies.
            for group in agentsFirst { try stop(group, run) }
        }
    }

    /// A start that somebody sends meanwhile takes the job of our stop away. It has the last word on an agent; but when the
    /// whole fleet is stopped, its agents lose their server, so they are asked to end once more first.
    private func stop(_ group: [UnitName], _ run: OperationRun) throws(FleetError) {
        var rest = group
        for _ in 0..<3 where !rest.isEmpty {
            let outcomes = try run.perform(rest.map { UnitCommand(.stop, $0) }, maxParallel: maxParallel)
            try forgiveFailures(outcomes, run)
            var again: [UnitState] = []
            let undone = outcomes.filter { !$0.isDone }
            guard !undone.isEmpty else { return }
            for (outcome, state) in zip(undone, try run.states(of: undone.map(\.command.unit))) {
                if state.isDown {
                    run.note(
                        UnitOutcome(command: outcome.command, result: .done, state: state, duration: outcome.duration))
                } else if agents == nil {
                    again.append(state)
                }
            }
            if !again.isEmpty { intend(again, run) }
            rest = again.map(\.name)
        }
    }

    /// What systemd had to kill, or what answered with a failure, is stopped all the same: it is said here, and nothing is
    /// left that looks like a failure of its own.
    private func forgiveFailures(_ outcomes: [UnitOutcome], _ run: OperationRun) throws(FleetError) {
        let failed = outcomes.compactMap { $0.isDone && $0.state?.isFailed == true ? $0.state : nil }
        for state in failed {
            let how =
                state.result.isExactly("timeout")
                ? "did not end in time, and was killed"
                : "ended in answer to the stop with: \(run.words.reason(result: state.result, state: state))"
            run.supervisor.warn("\(state.name) \(how)")
        }
        if !failed.isEmpty { try run.reset(failed.map(\.name)) }
    }

    /// The person's will counts before the command does: a restart that runs looks for it after its start.
    private func intend(_ states: [UnitState], _ run: OperationRun) {
        let runs = Dictionary(states.map { ($0.name, $0.invocationID) }) { first, _ in first }
        do throws(FleetError) {
            try surroundings.intents.add(.stops(id: StopID.random(), runs))
        } catch {
            run.supervisor.warn("a restart may start it again, because the stop cannot be recorded: \(error.message)")
        }
    }
}
