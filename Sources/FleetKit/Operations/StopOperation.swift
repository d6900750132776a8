/// Stops the whole fleet (the agents, then the holder) or some agents. Unguarded, as `StartOperation`.
///
/// An agent between two automatic restarts is stopped too; what is down stays as it is.
public final class StopOperation {
    private let manager: any ServiceManager
    private let roster: Roster
    private let agents: [AgentName]?
    private let maxParallel: Int?
    private let surroundings: OperationSurroundings
    public private(set) var report = OperationReport()

    /// - Parameter agents: nil = the whole fleet with its holder.
    public init(
        manager: any ServiceManager, roster: Roster, agents: [AgentName]? = nil, maxParallel: Int? = nil,
        surroundings: OperationSurroundings = OperationSurroundings()
    ) {
        self.manager = manager
        self.roster = roster
        self.agents = agents
        self.maxParallel = maxParallel
        self.surroundings = surroundings
    }

    /// - Throws: as `StartOperation.run`.
    public func run() throws(FleetError) -> OperationReport {
        let run = OperationRun(manager: manager, roster: roster, lock: Unguarded(), surroundings: surroundings)
        do throws(FleetError) {
            try stop(run)
        } catch {
            let cut = run.cut(
                by: error, again: "run this again to reach them: \(surroundings.words.commands.fleet("stop"))")
            report = run.report
            throw cut
        }
        run.close()
        report = run.report
        return report
    }

    private func stop(_ run: OperationRun) throws(FleetError) {
        let targets = try roster.agents(named: agents)
        let holder = agents == nil ? [roster.holder.unit] : []
        var stopping: [UnitName] = []
        for state in try run.states(of: targets.map(\.unit) + holder) {
            if agents != nil, state.isNotFound, let agent = targets.first(where: { $0.unit == state.name }) {
                throw RestartPlan.noSuchUnit(agent)
            }
            if state.isDown {
                run.skip([.init(unit: state.name, why: "it is down")])
            } else {
                stopping.append(state.name)
            }
        }
        run.expect(stopping)
        guard !stopping.isEmpty else { return }
        let agentsFirst = [stopping.filter { !holder.contains($0) }, stopping.filter { holder.contains($0) }]
        run.keeper.planned(
            OperationOutline(
                units: agentsFirst[1] + agentsFirst[0], phases: [.init(.stop, total: stopping.count)]))
        try run.phase(.stop, total: stopping.count) { () throws(FleetError) in
            // The holder last: an agent whose server is taken away first does not end, it dies.
            for group in agentsFirst {
                _ = try run.perform(group.map { UnitCommand(.stop, $0) }, maxParallel: maxParallel)
            }
        }
    }
}
