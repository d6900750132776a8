import FleetFake
import FleetTestSupport
import Glibc
import Testing

@testable import FleetGuard
@testable import FleetKit

/// A stop takes as long as its agent needs: what is typed meanwhile must not undo it.
@Suite struct StopUnderWayTests {
    private let fixture: OperationFixture

    init() throws {
        fixture = try OperationFixture()
        try fixture.fleet.install((0..<3).map { index in fixture.agentScript(index) { $0.stopDelay = .seconds(3) } })
        try fixture.bringUp()
    }

    /// The line and the commands of `mosaic fleet stop`, whose waiting is not this test's.
    private func stop(_ units: [UnitName], recorded: [UnitName]? = nil, id: String = StopID.random()) throws {
        let runs = try fixture.manager.states(of: recorded ?? units).map { ($0.name, $0.invocationID) }
        try fixture.intents.add(.stops(id: id, Dictionary(uniqueKeysWithValues: runs)))
        for unit in units { try fixture.fleet.stop(unit) }
        fixture.clock.advance(by: .seconds(1))
    }

    static let restarts: [@Sendable (inout RestartOptions) -> Void] = [
        { $0.onlyFailed = true },
        { $0.onlyOutdated = true },
        { $0.rolling = .init(width: 3) },
        { $0.maxParallel = 100 },
        { $0.maxParallel = nil },
        { $0.drain = false },
    ]

    @Test(arguments: restarts.indices)
    func `A restart leaves an agent alone that is being stopped`(_ kind: Int) throws {
        Self.restarts[kind](&fixture.options)
        let agent = fixture.agents[0].unit
        try stop([agent])
        let report = try fixture.restart()
        fixture.clock.advance(by: .seconds(5))
        #expect(report.exitStatus == .done, "\(report)")
        #expect(report.skipped.first { $0.unit == agent }?.why.hasPrefix("it was stopped on purpose") == true)
        #expect(try fixture.states().map(\.isActive) == [true, false, true, true])
        #expect(try !fixture.sent().contains("start \(agent)") && !fixture.sent().contains("restart \(agent)"))
    }

    /// The holder comes last, and has no job of its own yet.
    @Test(arguments: restarts.indices)
    func `A restart during a stop of the whole fleet does nothing`(_ kind: Int) throws {
        Self.restarts[kind](&fixture.options)
        let sent = try fixture.sent()
        try stop(fixture.agents.map(\.unit), recorded: fixture.units)
        #expect(try fixture.states()[0].isActive)
        let report = try fixture.restart()
        #expect(report.exitStatus == .done, "\(report)")
        #expect(try fixture.sent() == sent)
        fixture.clock.advance(by: .seconds(5))
        #expect(try fixture.states().map(\.isActive) == [true, false, false, false])
    }

    /// Killed before its commands were sent: the line alone must not keep the fleet from being restarted.
    @Test func `A stop that never came to its commands does not count`() throws {
        let runs = try fixture.states().map { ($0.name, $0.invocationID) }
        try fixture.intents.add(.stops(id: "1-2-0a", Dictionary(uniqueKeysWithValues: runs)))
        #expect(try fixture.restart().exitStatus == .done)
        let after = try fixture.states()
        #expect(zip(runs, after).allSatisfy { $0.1 != $1.invocationID && $1.isActive })
    }

    /// Ctrl-C, and a restart: nobody would stop the holder any more, nor start the agents.
    @Test func `A stop that was killed half-way does not keep the fleet from being restarted`() throws {
        try stop(fixture.agents.map(\.unit), recorded: fixture.units, id: "1-2-0a")
        let report = try fixture.restart()
        #expect(report.exitStatus == .done, "\(report)")
        #expect(try fixture.states().allSatisfy(\.isActive))
    }

    @Test func `A process that stops is at work until it has ended or is itself stopped`() throws {
        #expect(StopID.isAtWork(StopID.random()))
        let parts = StopID.random().split(separator: "-")
        #expect(!StopID.isAtWork("\(parts[0])-1-\(parts[2])"))
        for text in ["", "0a", "1-2-0a", "-1-2-3", "ffffffff-1-2", "zz-1-2"] { #expect(!StopID.isAtWork(text)) }
        let child = try TestProcess(["/bin/sleep", "60"], environment: [:])
        let start = try #require(ProcessStat.read(child.pid)?.start)
        let id = "\(String(child.pid, radix: 16))-\(String(start, radix: 16))-0a"
        #expect(StopID.isAtWork(id))
        child.signal(SIGSTOP)
        try eventually("it is stopped") { !StopID.isAtWork(id) }
    }

    /// `systemctl` does not tell a restart's job from a stop's: agents that go down with their holder are not left down.
    @Test func `An agent that goes down by an unknown job is not taken for stopped`() throws {
        var states = try fixture.states()
        states[0].activeState = "activating"
        states[1].activeState = "deactivating"
        states[1].job = .init(id: 7)
        fixture.options.onlyFailed = true
        let plan = try RestartPlan(roster: fixture.roster, states: states, options: fixture.options) {
            UnitSettings(name: fixture.holder, killMode: "control-group")
        }
        #expect(plan.agents.contains(fixture.agents[0].unit))
        #expect(Set(plan.drained).isSubset(of: plan.agents))
    }

    @Test func `Whoever names the agent meanwhile wants it to run`() throws {
        try stop([fixture.agents[0].unit])
        fixture.options.agents = [fixture.agents[0].name]
        #expect(try fixture.restart().exitStatus == .done)
        #expect(try fixture.states()[1].isActive)
    }

    @Test(arguments: [true, false])
    func `A stop by systemctl is left alone, but not the drain of a restart that died`(_ isOwed: Bool) throws {
        let agent = fixture.agents[0].unit
        if isOwed { try fixture.intents.add(.owes([agent: try fixture.states()[1].invocationID])) }
        try fixture.fleet.stop(agent)
        fixture.clock.advance(by: .seconds(1))
        fixture.options.onlyFailed = true
        let report = try fixture.restart()
        fixture.clock.advance(by: .seconds(5))
        #expect(report.skipped.contains { $0.unit == agent && $0.why == "it is being stopped" } == !isOwed)
        #expect(try fixture.states()[1].isActive == isOwed)
    }

    /// Somebody starts the agents again while they end: without another stop they would die with their server.
    @Test func `A stop of the whole fleet asks agents again that were started meanwhile`() throws {
        var hasStarted = false
        let agent = fixture.agents[1].unit
        fixture.observer.onEvent = { [fixture] event in
            guard case .tick = event, !hasStarted, (try? fixture.states()[2].activeState) == "deactivating" else {
                return
            }
            hasStarted = true
            _ = try? fixture.manager.perform(
                [UnitCommand(.start, agent)], maxParallel: nil, supervisor: Unsupervised())
        }
        let report = try StopOperation(
            manager: fixture.manager, roster: fixture.roster, surroundings: fixture.surroundings()
        ).run()
        #expect(hasStarted)
        #expect(report.exitStatus == .done, "\(report)")
        #expect(try fixture.states().allSatisfy(\.isDown))
        #expect(try fixture.sent().count { $0 == "stop \(agent)" } == 2)
    }

    /// Without `--no-join`'s runs: a stop that came after the wish counts all the same.
    @Test func `A stop that came while a restart without a join waited counts`() throws {
        fixture.options.wish = try fixture.operation().wish().withoutRuns
        let agent = fixture.agents[0].unit
        try stop([agent])
        fixture.clock.advance(by: .seconds(5))
        let report = try fixture.restart()
        #expect(report.exitStatus == .done, "\(report)")
        #expect(try fixture.states().map(\.isActive) == [true, false, true, true])
    }
}
