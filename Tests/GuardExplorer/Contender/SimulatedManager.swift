internal import FleetGuard
internal import FleetKit

/// A service manager that knows one agent, whose state is the world's. What runs over it is the fleet's own restart
/// operation.
final class SimulatedManager: InertManager {
    private let seam: Seam
    private let onlyFailed: Bool
    private let joins: Bool
    private var isWishing = false

    init(_ seam: Seam, onlyFailed: Bool, joins: Bool) {
        self.seam = seam
        self.onlyFailed = onlyFailed
        self.joins = joins
    }

    /// What the agent is like now, for a restart that is about to wait.
    func wish() throws(FleetError) -> RestartWish {
        isWishing = true
        defer { isWishing = false }
        return try operation(wish: nil).wish()
    }

    func operation(wish: RestartWish?) throws(FleetError) -> RestartOperation {
        let agent = Roster.Agent(name: try AgentName("a"), unit: try UnitName("mosaic-agent@a.service"))
        let roster = Roster(
            origin: .discovered, holder: .init(unit: try UnitName("holder.service")), agents: [agent])
        var options = RestartOptions(agents: [agent.name])
        options.stableFor = .zero
        options.onlyFailed = onlyFailed
        options.wish = wish
        return RestartOperation(
            manager: self, roster: roster, options: options,
            surroundings: OperationSurroundings(clock: StillClock()))
    }

    func states(of units: [UnitName]) throws(FleetError) -> [UnitState] {
        var states: [UnitState] = []
        for unit in units { states.append(unit.instance == nil ? Self.holder(unit) : agent(unit)) }
        return states
    }

    private static func holder(_ unit: UnitName) -> UnitState {
        UnitState(name: unit, activeState: "active", subState: "running", invocationID: "0")
    }

    private func agent(_ unit: UnitName) -> UnitState {
        let answer = seam.knownAgent ?? seam.ask(isWishing ? .mark(.look) : .agent)
        guard case .agent(let isUp, let run) = answer else { return UnitState(name: unit) }
        return UnitState(
            name: unit, activeState: isUp ? "active" : "failed", subState: isUp ? "running" : "failed",
            result: isUp ? "success" : "exit-code", invocationID: "\(run)")
    }

    func perform(
        _ commands: [UnitCommand], maxParallel: Int?, supervisor: any JobSupervisor
    ) throws(FleetError) -> [UnitOutcome] {
        var outcomes: [UnitOutcome] = []
        for command in commands {
            try supervisor.willSend(command)
            if command.verb != .resetFailed {
                _ = seam.ask(.mark(.command(onlyFailed: onlyFailed, joins: joins)))
                seam.knownAgent = nil
            }
            let outcome = UnitOutcome(
                command: command, result: .done, state: command.verb == .resetFailed ? nil : agent(command.unit))
            try supervisor.handle(.finished(outcome))
            outcomes.append(outcome)
        }
        return outcomes
    }
}

/// How long a phase takes is nobody's business here.
private struct StillClock: OperationClock {
    func now() -> Duration { .zero }
    func sleep(for duration: Duration) {}
}
