internal import FleetKit
internal import Glibc
internal import Testing

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
            #expect(outcomes.map(\.result) == expected, "\(commands): \(outcomes)")
            #expect(outcomes.map(\.command) == named)
            #expect(Set(witness.finished) == Set(named) && witness.finished.count == named.count)
            #expect(witness.trouble == nil)
            #expect(accident == nil || witness.whenUnderWay == nil, "the accident never happened")
        case .await(let stem, let subState):
            try until("\(stem) is \(subState)") { try state(stem).subState == subState }
        case .check(let stem, let activeState):
            #expect(try state(stem).activeState == activeState)
        case .runs(let verb, let stem, let isAnew):
            let before = try state(stem).invocationID
            #expect(!before.isEmpty)
            let command = UnitCommand(verb, try world.unit(stem))
            let outcome = try client.perform([command], maxParallel: 1, supervisor: Unsupervised()).first
            #expect(outcome?.result == .done)
            #expect((try state(stem).invocationID != before) == isAnew)
        }
    }

    private func state(_ stem: String) throws -> UnitState {
        try #require(try client.states(of: [world.unit(stem)]).first)
    }

    private func until(_ what: String, _ condition: () throws -> Bool) throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while try !condition() {
            guard ContinuousClock.now < deadline else { throw Trouble("not within 20 s: \(what)") }
            usleep(20_000)
        }
    }
}

/// Watches a batch, and lets the accident happen once systemd runs the job.
private final class Witness: JobSupervisor {
    var finished: [UnitCommand] = []
    var trouble: (any Error)?
    /// The unit, an observer's own connection, and what happens then.
    var whenUnderWay: (UnitName, any ServiceManager, () throws -> Void)?

    func willSend(_ command: UnitCommand) throws(FleetError) {}

    func handle(_ event: JobEvent) throws(FleetError) {
        switch event {
        case .finished(let outcome): finished.append(outcome.command)
        case .queued, .jobsKnown: break
        case .tick:
            guard let (unit, observer, accident) = whenUnderWay else { return }
            guard try observer.states(of: [unit]).first?.activeState == "activating" else { return }
            whenUnderWay = nil
            do { try accident() } catch { trouble = error }
        }
    }

    var commandDescriptor: CInt? { nil }
}
