import FleetFake
import FleetTestSupport
import Testing

@testable import FleetKit

@Suite("Start and stop", .timeLimit(.minutes(10)))
struct StartStopOperationTests {
    let fixture: OperationFixture

    init() throws { fixture = try OperationFixture(agents: 2) }

    private let a1 = "mosaic-agent@a1.service"
    private let a2 = "mosaic-agent@a2.service"

    private func start(_ names: [AgentName]? = nil) throws -> OperationReport {
        fixture.options.agents = names
        return try StartOperation(
            manager: fixture.manager, roster: fixture.roster, options: fixture.options,
            surroundings: fixture.surroundings()
        ).run()
    }

    private func stop(_ names: [AgentName]? = nil) throws -> OperationReport {
        try StopOperation(
            manager: fixture.manager, roster: fixture.roster, agents: names, surroundings: fixture.surroundings()
        ).run()
    }

    @Test func aStartBringsTheSettledHolderFirst() throws {
        try fixture.fleet.install(fixture.holderScript { $0.answersAfter = .milliseconds(400) })
        #expect(try start().exitStatus == .done)
        #expect(try fixture.sent() == ["start holder.service", "start \(a1)", "start \(a2)"])
        #expect(try fixture.states().filter { $0.isActive && $0.restarts == 0 }.count == 3)
    }

    @Test func aStartLeavesAloneWhatIsUpAndWhatIsNotToStart() throws {
        fixture.roster.agents[1].autostart = false
        try fixture.fleet.bringUp([fixture.holder, fixture.agents[0].unit])
        let report = try start()
        #expect(try fixture.sent().isEmpty)
        #expect(report.skipped.map(\.unit.rawValue).sorted() == [fixture.holder.rawValue, a1, a2].sorted())
        #expect(try start([fixture.agents[1].name]).exitStatus == .done)
        #expect(try fixture.sent() == ["start \(a2)"])
    }

    @Test func aStartResetsAStartLimit() throws {
        try fixture.bringUp()
        try fixture.fleet.install(
            fixture.agentScript(0) {
                $0.runs = [.dies(after: .zero)]
                $0.restartDelay = .milliseconds(10)
            })
        _ = try fixture.manager.perform(
            [UnitCommand(.restart, fixture.agents[0].unit)], maxParallel: nil, supervisor: Unsupervised())
        fixture.clock.advance(by: .seconds(1))
        #expect(try fixture.states()[1].isFailed)
        try fixture.fleet.install(fixture.agentScript(0) { _ in })
        #expect(try start().exitStatus == .done)
        #expect(try fixture.sent().suffix(2) == ["reset-failed \(a1)", "start \(a1)"])
    }

    @Test func aStopTakesTheHolderDownLast() throws {
        try fixture.fleet.install(fixture.agentScript(1) { $0.stopDelay = .milliseconds(300) })
        try fixture.bringUp()
        #expect(try stop().exitStatus == .done)
        #expect(try fixture.sent() == ["stop \(a1)", "stop \(a2)", "stop holder.service"])
        let events = try fixture.fleet.log().events
        let lastAgent = try #require(events.lastIndex { $0.what == .ended && $0.unit != "holder.service" })
        let holder = try #require(events.firstIndex { $0.what == .sent && $0.unit == "holder.service" })
        #expect(lastAgent < holder)
        #expect(try stop().skipped.count == 3)
    }

    @Test func namedAgentsStopAlone() throws {
        try fixture.bringUp()
        #expect(try stop([fixture.agents[0].name]).exitStatus == .done)
        #expect(try fixture.states().map(\.isActive) == [true, false, true])
    }

    @Test func aStopThatDoesNotEndInTimeIsAFailure() throws {
        try fixture.fleet.install(
            fixture.agentScript(0) {
                $0.stopDelay = .seconds(10)
                $0.jobTimeout = .seconds(1)
            })
        try fixture.fleet.bringUp(fixture.units)
        let report = try stop([fixture.agents[0].name])
        #expect(report.exitStatus == .unitFailed)
        #expect(report.failed.map(\.outcome.result) == [.timeout])
    }

    @Test func anAgentBetweenTwoRestartsIsStoppedToo() throws {
        try fixture.bringUp()
        try fixture.fleet.install(fixture.agentScript(0) { $0.restartDelay = .seconds(5) })
        try fixture.fleet.kill(fixture.agents[0].unit)
        #expect(try fixture.states()[1].isInAutoRestart)
        _ = try stop([fixture.agents[0].name])
        fixture.clock.advance(by: .seconds(10))
        #expect(try fixture.states()[1].isDown)
    }
}

@Suite("Status")
struct StatusReportTests {
    @Test func onlyTheStatesThatAreAskedForAreShown() throws {
        let fixture = try OperationFixture()
        try fixture.fleet.install(
            fixture.agentScript(0) { $0.restartDelay = .seconds(5) },
            fixture.agentScript(1) { $0.restart = .no })
        try fixture.bringUp()
        try fixture.fleet.kill(fixture.agents[0].unit, .status(3))
        try fixture.fleet.kill(fixture.agents[1].unit)
        let report = try StatusReport.read(fixture.roster, from: fixture.manager)
        func names(_ conditions: StatusReport.Condition...) -> [String] {
            report.only(conditions).rows.map { $0.agent?.rawValue ?? "holder" }
        }
        #expect(names() == ["holder", "a1", "a2", "a3"])
        #expect(names(.failed) == ["a2"])
        #expect(names(.failed, .restarting) == ["a1", "a2"])
        #expect(names(.active) == ["holder", "a3"])
        #expect(report.only([.active]).exitStatus == .done && report.only([.failed]).exitStatus == .attention)
        #expect(names(.notFound).isEmpty && report.only([.notFound]).summary == "no unit is in that state")
        #expect(report.summary == "1 failed, 1 restarting, 2 active")
    }

    @Test func theHolderComesFirstAndTroubleIsInWords() throws {
        let fixture = try OperationFixture()
        try fixture.fleet.install(
            fixture.agentScript(0) { $0.restartDelay = .seconds(5) },
            fixture.agentScript(1) { $0.restart = .no })
        try fixture.bringUp()
        try fixture.fleet.kill(fixture.agents[0].unit, .status(3))
        try fixture.fleet.kill(fixture.agents[1].unit)
        let report = try StatusReport.read(fixture.roster, from: fixture.manager)
        #expect(report.rows.map(\.role) == [.holder, .agent, .agent, .agent])
        #expect(report.rows[0].trouble == nil && report.rows[3].trouble == nil)
        #expect(report.rows[1].trouble?.hasPrefix("died (exit status 3); systemd is about to") == true)
        #expect(report.rows[2].trouble == "killed by SIGKILL")
        #expect(report.summary == "1 failed, 1 restarting, 2 active")
        #expect(report.exitStatus == .attention)
        let one = try StatusReport.read(fixture.roster, agents: [fixture.agents[2].name], from: fixture.manager)
        #expect(one.rows.map(\.agent) == [fixture.agents[2].name])
        #expect(one.exitStatus == .done)
        #expect(try fixture.sent().isEmpty)
    }
}
