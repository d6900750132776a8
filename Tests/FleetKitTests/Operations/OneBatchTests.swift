import FleetFake
import FleetTestSupport
import Testing

@testable import FleetGuard
@testable import FleetKit

/// A restart whose drain is the manager's own ordering.
@Suite("Restart in one batch", .timeLimit(.minutes(10)))
struct OneBatchTests {
    let fixture: OperationFixture

    init() throws {
        fixture = try OperationFixture()
        fixture.options.maxParallel = nil
    }

    private let a1 = "mosaic-agent@a1.service"
    private let a2 = "mosaic-agent@a2.service"
    private let a3 = "mosaic-agent@a3.service"

    @Test func theHoldersRestartCarriesTheAgentsAlong() throws {
        try fixture.bringUp()
        let before = try fixture.states().map(\.invocationID)
        let report = try fixture.restart()
        #expect(report.exitStatus == .done)
        #expect(fixture.observer.phases == [.holder, .settle, .start, .verify])
        let sent = try fixture.sent()
        #expect(sent.first == "restart holder.service")
        // A start joins what the manager has begun by itself; nothing is stopped or restarted on its own.
        #expect(sent.dropFirst().allSatisfy { $0.hasPrefix("start mosaic-agent@") })
        let states = try fixture.states()
        #expect(states.filter { $0.isActive && $0.restarts == 0 }.count == 4)
        #expect(zip(before, states).allSatisfy { $0 != $1.invocationID })
        #expect(report.units.map(\.unit).sorted() == fixture.units.sorted())
        #expect(report.notReached.isEmpty)
    }

    @Test func everyAgentStopsBeforeTheHolderAndStartsAfterIt() throws {
        try fixture.fleet.install(
            fixture.agentScript(0) { $0.stopDelay = .milliseconds(400) },
            fixture.agentScript(1) { $0.runs = [.up(after: .milliseconds(700))] })
        try fixture.bringUp()
        let old = try fixture.fleet.log().events.count
        #expect(try fixture.restart().exitStatus == .done)
        let events = try fixture.fleet.log().events.dropFirst(old)
        func begun(_ verb: String, _ unit: String) throws -> FakeEvent {
            let found = events.filter { $0.what == .begun && $0.verb == verb && $0.unit == unit }
            #expect(found.count == 1, "\(verb) \(unit)")
            return try #require(found.first)
        }
        let holderDown = try begun("restart", "holder.service")
        let holderUp = try #require(events.first { $0.what == .ended && $0.unit == "holder.service" })
        #expect(Duration.nanoseconds(holderDown.at - (try begun("restart", a1).at)) >= .milliseconds(400))
        for agent in [a1, a2, a3] {
            #expect(try begun("restart", agent).at <= holderDown.at)
            #expect(try begun("start", agent).at >= holderUp.at)
        }
        #expect(try fixture.states().allSatisfy { $0.restarts == 0 })
    }

    @Test func agentsThatWereDownAreStartedAfterwards() throws {
        try fixture.fleet.bringUp([fixture.holder, fixture.agents[1].unit])
        let plan = try fixture.operation().plan()
        #expect(plan.order == .oneBatch)
        #expect(plan.carried.map(\.rawValue) == [a2])
        #expect(plan.steps.map(\.phase) == [.holder, .start])
        #expect(plan.steps.last?.commands.map(\.unit.rawValue) == [a1, a3])
        #expect(try fixture.restart().exitStatus == .done)
        #expect(try fixture.states().allSatisfy(\.isActive))
    }

    @Test func aHolderThatDoesNotComeUpLeavesTheAgentsStoppedAndNamed() throws {
        try fixture.bringUp()
        try fixture.fleet.install(fixture.holderScript { $0.runs = [.fails(.status(2))] })
        let report = try fixture.restart()
        #expect(report.exitStatus == .unitFailed)
        #expect(report.failed.map(\.unit) == [fixture.holder])
        #expect(report.notReachedWords == "left stopped: \(a1), \(a2), \(a3)")
        fixture.clock.advance(by: .seconds(30))
        #expect(try fixture.states().dropFirst().allSatisfy { $0.isDown && $0.restarts == 0 })
    }

    @Test func theEvictedSendNothingAndNameWhatSystemdGoesOnWith() throws {
        try fixture.fleet.install(fixture.holderScript { $0.runs = [.up(), .up(after: .seconds(20))] })
        try fixture.bringUp()
        fixture.clock.plan(after: .seconds(2)) { [lock = UncheckedBox(fixture.lock)] in lock.value.isEvicted = true }
        let error = fixture.error { _ = try fixture.restart() }
        #expect(error?.code == .evicted)
        #expect(error?.message.contains("left to systemd: holder.service, \(a1), \(a2), \(a3)") == true)
        #expect(try fixture.sent() == ["restart holder.service"])
        // It needs nobody to be finished.
        fixture.clock.advance(by: .seconds(21))
        #expect(try fixture.states().allSatisfy { $0.isActive && $0.restarts == 0 })
    }

    @Test func beforeTheHoldersCommandNothingIsTouched() throws {
        try fixture.bringUp()
        fixture.lock.isEvicted = true
        let error = fixture.error { _ = try fixture.restart() }
        #expect(error?.code == .evicted)
        #expect(try fixture.sent().isEmpty)
    }

    @Test func aSuccessorKnowsTheAgentsThatOnlyRanByHand() throws {
        fixture.roster.agents[0].autostart = false
        fixture.roster.agents[1].autostart = false
        try fixture.fleet.bringUp([fixture.holder, fixture.agents[1].unit, fixture.agents[2].unit])
        try fixture.fleet.install(fixture.holderScript { $0.runs = [.up(), .fails(.status(2))] })
        _ = try fixture.restart()
        #expect(try fixture.intents.read().owed == [fixture.holder, fixture.agents[1].unit, fixture.agents[2].unit])
    }

    @Test func manyRestartsInARowHitNoLimit() throws {
        try fixture.bringUp()
        fixture.options.stableFor = .zero
        for _ in 1...12 {
            #expect(try fixture.restart().exitStatus == .done)
        }
        #expect(try fixture.states().filter { $0.isActive && $0.restarts == 0 }.count == 4)
    }

    /// Goes away the moment its command is queued, as a killed restart does.
    private final class Leaver: JobSupervisor {
        var commandDescriptor: CInt? { nil }
        func willSend(_ command: UnitCommand) {}
        func handle(_ event: JobEvent) throws(FleetError) {
            if case .queued = event { throw FleetError(.terminated, "left", hint: "") }
        }
    }

    /// What makes the phases necessary, each alone.
    enum Obstacle: String, CaseIterable {
        case noAfter, noRequires, lateAnswer, leavesProcesses, bound, busyHolder, loopingAgent
    }

    @Test(arguments: Obstacle.allCases)
    func withoutTheOrderingThePhasesStay(_ obstacle: Obstacle) throws {
        var why = ""
        switch obstacle {
        case .noAfter:
            try fixture.fleet.install(fixture.agentScript(1) { $0.after = [] })
            why = "\(a2) has no After=holder.service"
        case .noRequires:
            try fixture.fleet.install(fixture.agentScript(1) { $0.requires = [] })
            why = "\(a2) has no Requires=holder.service"
        case .lateAnswer:
            fixture.roster.holder.socket = try TmuxSocket(parsing: "fleet")
            try fixture.fleet.install(fixture.holderScript { $0.answersAfter = .milliseconds(50) })
            why = "holder.service is started before it answers (Type=simple)"
        case .leavesProcesses:
            try fixture.fleet.install(fixture.holderScript { $0.linger = .milliseconds(50) })
            why = "holder.service may leave processes behind (KillMode=process)"
        case .bound:
            fixture.options.maxParallel = 2
            why = "--max-parallel limits the jobs in flight"
        case .busyHolder, .loopingAgent: break
        }
        try fixture.bringUp()
        switch obstacle {
        case .busyHolder:
            try fixture.fleet.install(fixture.holderScript { $0.runs = [.up(after: .seconds(5))] })
            #expect(throws: FleetError.self) {
                try fixture.manager.perform(
                    [UnitCommand(.restart, fixture.holder)], maxParallel: nil, supervisor: Leaver())
            }
            why = "holder.service is busy with another job"
        case .loopingAgent:
            try fixture.fleet.install(fixture.agentScript(1) { $0.restartDelay = .seconds(30) })
            try fixture.fleet.kill(fixture.agents[1].unit)
            why = "\(a2) is activating"
        default: break
        }
        let plan = try fixture.operation().plan()
        #expect(plan.order == .phases(because: why))
        #expect(plan.steps.map(\.phase) == [.drain, .holder, .start])
        #expect(plan.carried.isEmpty)
        #expect(try fixture.restart().exitStatus == .done)
        #expect(try fixture.states().filter { $0.isActive && $0.restarts == 0 }.count == 4)
    }

    @Test func withoutASocketTheUnitsStateIsEnough() throws {
        try fixture.fleet.install(fixture.holderScript { $0.answersAfter = .milliseconds(50) })
        try fixture.bringUp()
        #expect(try fixture.operation().plan().order == .oneBatch)
    }
}
