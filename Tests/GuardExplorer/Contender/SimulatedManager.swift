internal import FleetKit

/// A service manager that knows one agent, whose state is the world's. What runs over it is the fleet's own restart
/// operation.
final class SimulatedManager: ServiceManager {
    private let seam: Seam
    private let onlyFailed: Bool

    init(_ seam: Seam, onlyFailed: Bool) {
        self.seam = seam
        self.onlyFailed = onlyFailed
    }

    let endpoint = "simulated"

    func operation() throws(FleetError) -> RestartOperation {
        let agent = Roster.Agent(name: try AgentName("a"), unit: try UnitName("mosaic-agent@a.service"))
        let roster = Roster(
            origin: .discovered, holder: .init(unit: try UnitName("holder.service")), agents: [agent])
        var options = RestartOptions(agents: [agent.name])
        options.stableFor = .zero
        options.onlyFailed = onlyFailed
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
        guard case .agent(let isUp, let run) = seam.knownAgent ?? seam.ask(.agent) else { return UnitState(name: unit) }
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
                _ = seam.ask(.mark(.command(onlyFailed: onlyFailed)))
                seam.knownAgent = nil
            }
            let outcome = UnitOutcome(
                command: command, result: .done, state: command.verb == .resetFailed ? nil : agent(command.unit))
            try supervisor.handle(.finished(outcome))
            outcomes.append(outcome)
        }
        return outcomes
    }

    func settings(of units: [UnitName]) throws(FleetError) -> [UnitSettings] {
        units.map { UnitSettings(name: $0, killMode: "") }
    }

    func waitForChange(
        of units: [UnitName], atMost limit: Duration, supervisor: any JobSupervisor
    ) throws(FleetError) -> Bool { false }
    func loadedUnits(matching patterns: [String]) throws(FleetError) -> [UnitName] { [] }
    func processes(of unit: UnitName) throws(FleetError) -> [Int32] { [] }
    func footing(of units: [UnitName]) throws(FleetError) -> ManagerFooting {
        ManagerFooting(runtimeDirectory: nil, environment: [:], units: units.map { .init(id: $0, path: "") })
    }
    func reload() throws(FleetError) {}
    func adopt(_ pid: Int32, intoScope scope: UnitName, description: String) throws(FleetError) {}
}

/// How long a phase takes is nobody's business here.
private struct StillClock: OperationClock {
    func now() -> Duration { .zero }
    func sleep(for duration: Duration) {}
}
