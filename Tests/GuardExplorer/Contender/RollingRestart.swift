internal import FleetGuard
internal import FleetKit

/// `mosaic fleet restart --rolling=N --only-outdated` over the agents of this world, under the guard as the dispatcher
/// runs it.
struct RollingRestart {
    let policy: WaitPolicy
    let width: Int
    let bug: SeededBug?

    func run(_ policyGuard: Guard, _ seam: Seam) throws(FleetError) {
        let manager = RollingManager(seam, width: width, bug: bug)
        var wish: RestartWish?
        _ = seam.ask(.mark(.asked))
        if bug == .rolledBeforeTheLock { seam.knownFleet = seam.ask(.fleet) }
        func contended() throws(FleetError) { wish = try manager.wish() }
        func work(_ lock: HeldLock) throws(FleetError) {
            _ = seam.ask(.mark(.granted))
            let report = try manager.operation(wish: wish).run(holding: lock)
            guard report.exitStatus == .done else { return }
            _ = seam.ask(.mark(.rolled))
            if report.units.isEmpty && !report.fulfilled.isEmpty { _ = seam.ask(.mark(.joined)) }
        }
        try policyGuard.withLock(
            LockRequest(scope: .fleet, command: "restart"), policy, contended: contended, work)
    }
}

/// The agents of this world as a service manager tells of them.
final class RollingManager: InertManager {
    private let seam: Seam
    private let width: Int
    private let bug: SeededBug?
    private var isWishing = false

    init(_ seam: Seam, width: Int, bug: SeededBug?) {
        self.seam = seam
        self.width = width
        self.bug = bug
    }

    func wish() throws(FleetError) -> RestartWish {
        isWishing = true
        defer { isWishing = false }
        return try operation(wish: nil).wish()
    }

    func operation(wish: RestartWish?) throws(FleetError) -> RestartOperation {
        var agents: [Roster.Agent] = []
        for index in 0..<seam.agents {
            let name = try AgentName("a\(index)")
            agents.append(.init(name: name, unit: try UnitName("mosaic-agent@\(name).service")))
        }
        let roster = Roster(
            origin: .discovered, holder: .init(unit: try UnitName("holder.service")), agents: agents)
        var options = RestartOptions()
        options.stableFor = bug == .watchLeftOut || bug == .failureOverlooked ? .zero : Seam.tick
        options.onlyOutdated = true
        options.rolling = .init(width: width)
        options.wish = wish
        var surroundings = OperationSurroundings(
            clock: SeamClock(seam), intents: SeamIntents(seam, isWishing: isWishing, bug: bug))
        surroundings.freshness = RunFreshness()
        return RestartOperation(manager: self, roster: roster, options: options, surroundings: surroundings)
    }

    private static func index(_ unit: UnitName) -> Int {
        unit.instance.flatMap { Int($0.dropFirst()) } ?? 0
    }

    func states(of units: [UnitName]) throws(FleetError) -> [UnitState] {
        let isAboutAgents = units.contains { $0.instance != nil }
        let known = isAboutAgents ? try look() : []
        return units.map { unit in
            guard unit.instance != nil else {
                return UnitState(name: unit, activeState: "active", subState: "running", invocationID: "0")
            }
            return state(unit, known[Self.index(unit)])
        }
    }

    private func look() throws(FleetError) -> [FleetKey] {
        let answer = seam.knownFleet ?? seam.ask(isWishing ? .mark(.lookAtFleet) : .fleet)
        guard case .fleet(let agents) = answer else { throw FleetError(.noServiceManager, "unwinding", hint: "") }
        return agents
    }

    private func state(_ unit: UnitName, _ agent: FleetKey) -> UnitState {
        let words: (active: String, sub: String) =
            switch agent.condition {
            case .up: ("active", "running")
            case .stopping: ("deactivating", "stop-sigterm")
            case .starting: ("activating", "start")
            case .down: ("inactive", "dead")
            case .failed: ("failed", "failed")
            }
        return UnitState(
            name: unit, activeState: words.active, subState: words.sub,
            result: agent.condition == .failed ? "exit-code" : "success", invocationID: "\(agent.run)",
            job: agent.condition.hasJob ? .init(id: 1, type: agent.condition == .stopping ? "restart" : "start") : nil)
    }

    func perform(
        _ commands: [UnitCommand], maxParallel: Int?, supervisor: any JobSupervisor
    ) throws(FleetError) -> [UnitOutcome] {
        var awaited: [Int] = []
        for command in commands {
            try supervisor.willSend(command)
            let agent = Self.index(command.unit)
            guard command.verb != .resetFailed else {
                _ = seam.ask(.mark(.resetFailed(agent)))
                continue
            }
            _ = seam.ask(.mark(.send(agent, isRestart: command.verb == .restart)))
            awaited.append(agent)
        }
        seam.knownFleet = nil
        if !awaited.isEmpty, bug != .stepNotAwaited { _ = seam.ask(.mark(.awaitAgents(awaited))) }
        let known = awaited.isEmpty ? [] : try look()
        var outcomes: [UnitOutcome] = []
        for command in commands {
            let state = command.verb == .resetFailed ? nil : state(command.unit, known[Self.index(command.unit)])
            let hasFailed = state?.isFailed == true && bug != .failureOverlooked
            let outcome = UnitOutcome(
                command: command, result: hasFailed ? .failed("exit-code") : .done, state: state)
            try supervisor.handle(.finished(outcome))
            outcomes.append(outcome)
        }
        return outcomes
    }
}

/// A run that began in this world has everything that is new.
private struct RunFreshness: FreshnessLook {
    func look(
        at states: [UnitState], of roster: Roster, in manager: any ServiceManager
    ) throws(FleetError) -> [UnitName: Freshness] {
        var found: [UnitName: Freshness] = [:]
        for state in states where state.isActive && state.name.instance != nil {
            found[state.name] = Freshness(
                reasons: state.invocationID == "0" ? [.init(.program, "/bin/agent", "changed")] : [])
        }
        return found
    }
}

/// Watching an agent takes a tick of the world's clock; nothing else takes time.
private final class SeamClock: OperationClock, @unchecked Sendable {
    private let seam: Seam
    private var slept = Duration.zero

    init(_ seam: Seam) { self.seam = seam }
    func now() -> Duration { slept }
    func sleep(for duration: Duration) {
        _ = seam.ask(.mark(.watch))
        slept += Seam.tick
    }
}

/// The intent file of this world. Nobody stops anything here.
private final class SeamIntents: IntentKeeping {
    private let seam: Seam
    private let isWishing: Bool
    private let bug: SeededBug?

    init(_ seam: Seam, isWishing: Bool, bug: SeededBug?) {
        self.seam = seam
        self.isWishing = isWishing
        self.bug = bug
    }

    func read() throws(FleetError) -> Intents {
        var intents = Intents()
        // A wish asks for stops alone.
        guard !isWishing, bug != .debtsForgotten else { return intents }
        guard case .owed(let owed) = seam.ask(.owed) else { throw FleetError(.io, "unwinding", hint: "") }
        var runs: [UnitName: String] = [:]
        for agent in 0..<seam.agents where owed & 1 << UInt32(agent) != 0 {
            runs[try UnitName("mosaic-agent@a\(agent).service")] = ""
        }
        intents.apply(.owes(runs))
        return intents
    }

    func add(_ change: IntentChange) throws(FleetError) {
        func bits(_ units: some Sequence<UnitName>) -> UInt32 {
            units.reduce(0) { $0 | 1 << UInt32($1.instance.flatMap { Int($0.dropFirst()) } ?? 0) }
        }
        switch change {
        case .owes(let runs): _ = seam.ask(.mark(.owes(bits(runs.keys))))
        case .runs(let runs): _ = seam.ask(.mark(.pays(bits(runs.keys))))
        case .stops: break
        }
    }

    func tidy() {}
}
