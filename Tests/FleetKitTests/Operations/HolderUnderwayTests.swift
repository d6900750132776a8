import FleetFake
import FleetTestSupport
import Testing

@testable import FleetGuard
@testable import FleetKit

/// The holder's restart was sent by an owner that was evicted before the job was done.
@Suite struct HolderUnderwayTests {
    /// Sends, and is gone at the first look.
    private final class Evicted: JobSupervisor {
        var lockToken: LockToken? { nil }
        var commandDescriptor: CInt? { nil }
        func willSend(_ command: UnitCommand) {}
        func handle(_ event: JobEvent) throws(FleetError) {
            if case .tick = event { throw FleetError(.evicted, "evicted", hint: "") }
        }
    }

    /// - Returns: a fleet whose holder is active with a job that ends its run: it waits for the agents' stops.
    private func makeFleet(_ verb: UnitCommand.Verb) throws -> OperationFixture {
        let fixture = try OperationFixture()
        try fixture.fleet.install(
            [fixture.holderScript { $0.answersAfter = .milliseconds(200) }]
                + (0..<3).map { fixture.agentScript($0) { $0.stopDelay = .milliseconds(50) } })
        try fixture.bringUp()
        let error = fixture.error {
            _ = try fixture.manager.perform(
                [UnitCommand(verb, fixture.holder)], maxParallel: nil, supervisor: Evicted())
        }
        #expect(error?.code == .evicted)
        let holder = try #require(try fixture.states().first)
        #expect(holder.isActive && holder.job?.type == verb.rawValue)
        return fixture
    }

    @Test(arguments: [UnitCommand.Verb.restart, .stop])
    func `A restart of some agents waits until the holder has settled`(_ verb: UnitCommand.Verb) throws {
        let fixture = try makeFleet(verb)
        fixture.options.agents = [fixture.agents[1].name, fixture.agents[2].name]
        let before = try fixture.states().map(\.invocationID)
        let report = try fixture.restart()
        #expect(report.exitStatus == .done, "\(report)")
        let after = try fixture.states()
        for index in [0, 2, 3] {
            #expect(after[index].isActive && after[index].job == nil, "\(after[index])")
            #expect(after[index].invocationID != before[index])
        }
    }

    /// A restart that is merged with the dead owner's in its last moments would stop a server that has just begun.
    @Test func `A restart of the whole fleet waits for the dead owner's and does not repeat it`() throws {
        let fixture = try makeFleet(.restart)
        let before = try fixture.states().map(\.invocationID)
        let sent = try fixture.sent().count
        let report = try fixture.restart()
        #expect(report.exitStatus == .done, "\(report)")
        let after = try fixture.states()
        #expect(after.allSatisfy { $0.isActive && $0.job == nil })
        #expect(zip(before, after).allSatisfy { $0 != $1.invocationID })
        #expect(try !fixture.sent().dropFirst(sent).contains { $0.hasSuffix(" holder.service") })
        #expect(report.units.contains { $0.unit == fixture.holder && $0.outcome.isDone })
    }

    private struct AnyProcess: ProcessLook {
        func start(of pid: Int32) -> UInt64? { 1 }
        func name(of pid: Int32) -> String? { nil }
    }

    /// Its processes are no leftovers that the settling waits for.
    @Test func `A run of the holder that began during the drain is kept`() throws {
        let fixture = try OperationFixture()
        try fixture.bringUp()
        var isReplaced = false
        fixture.observer.onEvent = { event in
            guard case .phaseBegan(.holder, _) = event, !isReplaced else { return }
            isReplaced = true
            _ = try? fixture.manager.perform(
                [UnitCommand(.restart, fixture.holder)], maxParallel: nil, supervisor: Unsupervised())
        }
        var surroundings = fixture.surroundings()
        surroundings.processes = AnyProcess()
        let report = try RestartOperation(
            manager: fixture.manager, roster: fixture.roster, options: fixture.options, surroundings: surroundings
        ).run(under: fixture.lock)
        #expect(report.exitStatus == .done, "\(report)")
        #expect(try fixture.sent().count { $0 == "restart holder.service" } == 1)
        #expect(try fixture.states().allSatisfy { $0.isActive && $0.job == nil })
    }

    /// The dead owner's job has brought the old run down and starts the new one, whose process is there already.
    @Test func `A run of the holder that is on its way is not taken for its old one`() throws {
        let fixture = try makeFleet(.restart)
        try eventually("the holder starts") {
            fixture.clock.sleep(for: .milliseconds(5))
            return try fixture.states().first?.activeState == "activating"
        }
        #expect(try !fixture.manager.processes(of: fixture.holder).isEmpty)
        fixture.options.agents = [fixture.agents[1].name]
        let report = try fixture.restart()
        #expect(report.exitStatus == .done, "\(report)")
        let states = try fixture.states()
        #expect(states[0].isActive && states[2].isActive)
    }

    @Test func `With --only-failed no agent counts as well whose holder is on its way down`() throws {
        let fixture = try makeFleet(.restart)
        fixture.options.onlyFailed = true
        let report = try fixture.restart()
        #expect(report.exitStatus == .done, "\(report)")
        #expect(try fixture.states().allSatisfy { $0.isActive && $0.job == nil })
    }

    /// Its job is over, and it does not answer yet: the settling was the dead owner's to do.
    @Test func `A restart of some agents waits until a holder that has just come up answers`() throws {
        let fixture = try OperationFixture()
        try fixture.fleet.install(
            [fixture.holderScript { $0.answersAfter = .milliseconds(700) }]
                + (0..<3).map { fixture.agentScript($0) { $0.restart = .no } })
        try fixture.bringUp()
        _ = try fixture.manager.perform(
            [UnitCommand(.restart, fixture.holder)], maxParallel: nil, supervisor: Unsupervised())
        let holder = try #require(try fixture.states().first)
        #expect(holder.isActive && holder.job == nil)
        let begin = fixture.clock.now()
        fixture.options.agents = [fixture.agents[1].name]
        let report = try fixture.restart()
        #expect(report.exitStatus == .done, "\(report)")
        #expect(fixture.clock.now() - begin >= .milliseconds(600))
        #expect(fixture.observer.waits.contains { $0.contains("does not answer") })
        #expect(try fixture.states()[2].isActive)
    }

    @Test func `Agents stay as they are when the holder does not answer at all`() throws {
        let fixture = try OperationFixture()
        try fixture.bringUp()
        try fixture.fleet.install(fixture.holderScript { $0.answersAfter = .seconds(3600) })
        _ = try fixture.manager.perform(
            [UnitCommand(.restart, fixture.holder)], maxParallel: nil, supervisor: Unsupervised())
        let sent = try fixture.sent().count
        fixture.options.agents = [fixture.agents[1].name]
        fixture.options.settleTimeout = .seconds(2)
        let report = try fixture.restart()
        #expect(report.exitStatus == .unitFailed)
        #expect(report.problems.first?.contains("does not answer") == true)
        #expect(report.notReached.map(\.condition) == [.untouched])
        #expect(try fixture.sent().count == sent)
    }
}
