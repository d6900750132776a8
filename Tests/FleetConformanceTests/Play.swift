internal import FleetGuard
internal import FleetKit
internal import Glibc

/// Plays a scenario's steps through one client.
final class Play {
    private let world: any World
    private let client: any ServiceManager

    init(_ world: any World) throws {
        self.world = world
        client = try world.client()
    }

    func perform(_ step: Scenario.Step) throws {
        switch step {
        case .perform(let commands, let expected, let accident):
            let named = try commands.map { UnitCommand($0.0, try world.unit($0.1)) }
            let witness = Witness()
            if let accident, let first = named.first {
                witness.whenUnderWay = (first.unit, try world.client(), { try self.world.cause(accident) })
            }
            let outcomes = try client.perform(named, maxParallel: nil, supervisor: witness)
            if let trouble = witness.trouble { throw trouble }
            try demand(accident == nil || witness.whenUnderWay == nil, "the accident never happened")
            try demand(
                outcomes.map(\.result) == expected,
                "\(named) gave \(outcomes.map(\.result)), not \(expected): \(outcomes)")
            try demand(outcomes.map(\.command) == named, "outcomes out of order: \(outcomes.map(\.command))")
            try demand(
                Set(witness.finished) == Set(named) && witness.finished.count == named.count,
                "told of \(witness.finished), not once of each of \(named)")
        case .await(let stem, let subState):
            try until("\(stem) is \(subState)") { try state(stem).subState == subState }
        case .check(let stem, let activeState):
            // Somebody else's stop may still be on its way: it is not what `perform` waits for.
            if activeState == "inactive" {
                try until("\(stem) is no longer deactivating") { try state(stem).activeState != "deactivating" }
            }
            let now = try state(stem)
            try demand(now.activeState == activeState, "\(stem) is not \(activeState): \(now)")
            let unit = try world.unit(stem)
            var (told, asked): (UnitState?, UnitState?)
            // Two looks, so what moves may be seen in two places; what is at rest may not.
            try until("the overview agrees with the state: \(String(describing: told)), \(String(describing: asked))") {
                told = try client.overview(of: [unit]).first.map(Self.shown)
                asked = Self.shown(try state(stem))
                return told == asked
            }
            // So must what commands are decided by.
            try until(
                "the brief state agrees with the state: \(String(describing: told)), \(String(describing: asked))"
            ) {
                told = try client.brief(of: [unit]).first.map(Self.decisive)
                asked = Self.decisive(try state(stem))
                return told == asked
            }
        case .hears(let stem, let accident, let activeState): try hear(stem, accident, activeState)
        case .runs(let verb, let stem, let isAnew):
            let before = try state(stem).invocationID
            try demand(!before.isEmpty, "\(stem) has no InvocationID")
            let command = UnitCommand(verb, try world.unit(stem))
            let outcome = try client.perform([command], maxParallel: 1, supervisor: Unsupervised()).first
            try demand(outcome?.result == .done, "\(command) gave \(String(describing: outcome))")
            let isNew = try state(stem).invocationID != before
            try demand(isNew == isAnew, "\(command): InvocationID \(isNew ? "changed" : "did not change")")
        }
    }

    private func hear(_ stem: String, _ accident: Scenario.Accident, _ activeState: String) throws {
        let unit = try world.unit(stem)
        let witness = Witness()
        let begin = ContinuousClock.now
        func wait(_ limit: Duration) throws -> Bool {
            try client.waitForChange(of: [unit], atMost: limit, supervisor: witness)
        }
        // The first call begins to listen, and what is still told of the steps before is not what is waited for.
        while try wait(.milliseconds(600)) {
            try demand(ContinuousClock.now - begin < .seconds(20), "\(stem) does not come to rest")
        }
        try demand(witness.ticks >= 2, "\(witness.ticks) ticks in 600 ms")
        try world.cause(accident)
        let limit = Duration.seconds(world.hearsChanges ? 20 : 1)
        let heard = try wait(limit)
        try demand(heard == world.hearsChanges, "\(accident) was \(heard ? "" : "not ")heard within \(limit)")
        try until("\(stem) is \(activeState)") {
            if try state(stem).activeState == activeState { return true }
            _ = try wait(.milliseconds(500))
            return false
        }
    }

    /// Thrown, not `#expect`ed: this is not the test's own thread, so only a throw finds its way to the test.
    private func demand(_ condition: Bool, _ why: @autoclosure () -> String) throws {
        if !condition { throw Trouble(why()) }
    }

    /// Without what an overview need not tell of a unit that is active, and what changes by itself.
    private static func shown(_ state: UnitState) -> UnitState {
        var state = state
        (state.memory, state.cpu) = (nil, nil)
        guard state.isActive else { return state }
        state.inactiveSince = 0
        (state.controlGroup, state.conditionResult, state.mainExit) = ("", true, nil)
        (state.requirements, state.after) = ([], [])
        return state
    }

    /// Of a unit that is simply up or down, what commands are decided by; of another one, everything that is at rest.
    private static func decisive(_ state: UnitState) -> UnitState {
        let isPlain =
            state.loadState == "loaded" && state.job == nil && (state.isActive || state.activeState == "inactive")
        guard isPlain else { return shown(state) }
        var plain = UnitState(name: state.name, activeState: state.activeState, subState: state.subState)
        if state.isActive { (plain.restarts, plain.invocationID) = (state.restarts, state.invocationID) }
        plain.description = state.description
        return plain
    }

    private func state(_ stem: String) throws -> UnitState {
        guard let state = try client.states(of: [world.unit(stem)]).first else { throw Trouble("no state of \(stem)") }
        return state
    }

    private func until(_ what: @autoclosure () -> String, _ condition: () throws -> Bool) throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while try !condition() {
            guard ContinuousClock.now < deadline else { throw Trouble("not within 20 s: \(what())") }
            usleep(20_000)
        }
    }
}

/// Watches a batch, and lets the accident happen once systemd runs the job.
private final class Witness: JobSupervisor {
    var finished: [UnitCommand] = []
    var ticks = 0
    var trouble: (any Error)?
    /// The unit, an observer's own connection, and what happens then.
    var whenUnderWay: (UnitName, any ServiceManager, () throws -> Void)?

    func willSend(_ command: UnitCommand) throws(FleetError) {}

    func handle(_ event: JobEvent) throws(FleetError) {
        switch event {
        case .finished(let outcome): finished.append(outcome.command)
        case .queued, .jobsKnown: break
        case .tick:
            ticks += 1
            guard let (unit, observer, accident) = whenUnderWay else { return }
            guard try observer.states(of: [unit]).first?.activeState == "activating" else { return }
            whenUnderWay = nil
            do { try accident() } catch { trouble = error }
        }
    }

    var commandDescriptor: CInt? { nil }
}
