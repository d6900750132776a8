import FleetFake
import FleetTestSupport
import Testing

@testable import FleetGuard
@testable import FleetKit

/// A restart that must not cut work: it looks again under the lock and before each stop, and gives the lock back.
@Suite("--when-idle: under the lock", .timeLimit(.minutes(10)))
struct WhenIdleTests {
    let fixture: OperationFixture
    let units: [UnitName]

    init() throws {
        fixture = try OperationFixture(agents: 4)
        units = fixture.agents.map(\.unit)
        try fixture.bringUp()
        fixture.options.whenIdle = WhenIdle()
        for index in 0..<4 { try say(.idle, index) }
    }

    private func say(_ state: Activity.State, _ index: Int, note: String? = nil) throws {
        let text = try Activity(state, since: 1_767_323_045, note: note).statusText
        try fixture.fleet.say(#require(text), of: units[index])
    }

    /// At the n-th look at the lock from now on an agent becomes busy.
    private func becomesBusy(_ index: Int, when isTime: @escaping (OperationEvent) -> Bool) throws {
        let text = try #require(try Activity(.busy, since: 1_767_323_045).statusText)
        let (fleet, unit) = (fixture.fleet, units[index])
        var isDone = false
        fixture.observer.onEvent = { event in
            guard !isDone, isTime(event) else { return }
            isDone = true
            do { try fleet.say(text, of: unit) } catch { Issue.record(error) }
        }
    }

    private func invocations() throws -> [String] { try fixture.states().map(\.invocationID) }

    @Test func whenAllAreIdleItIsARestartLikeAnyOther() throws {
        let report = try fixture.restart()
        #expect(report.exitStatus == .done)
        #expect(report.occupied.isEmpty)
        #expect(report.units.count == 5)
    }

    @Test(
        "Busy again between the wait and the lock: nothing is touched, and nothing is owed",
        arguments: [Activity.State.busy, .unknown])
    func betweenWaitAndLock(_ state: Activity.State) throws {
        let before = try invocations()
        #expect(try fixture.operation().occupied().isEmpty)
        if state == .unknown { try fixture.fleet.say("working hard", of: units[2]) } else { try say(state, 2) }
        let report = try fixture.restart()
        #expect(report.occupied.map(\.unit) == [units[2]])
        #expect(report.units.isEmpty)
        #expect(report.notReached.isEmpty)
        #expect(try fixture.sent() == [])
        #expect(try invocations() == before)
        #expect(try fixture.intents.read().owed.isEmpty)
    }

    @Test("In one transaction of the manager's, too")
    func oneBatch() throws {
        fixture.options.maxParallel = nil
        try say(.busy, 0)
        #expect(try fixture.restart().occupied.map(\.unit) == [units[0]])
        #expect(try fixture.sent() == [])
        try say(.waiting, 0)
        let report = try fixture.restart()
        #expect(report.exitStatus == .done)
        #expect(try fixture.sent().first == "restart holder.service")
    }

    @Test("Without a drain the holder's restart cuts all the same, so all are looked at")
    func undrained() throws {
        fixture.options.drain = false
        try say(.busy, 3)
        #expect(try fixture.restart().occupied.map(\.unit) == [units[3]])
        #expect(try fixture.sent() == [])
    }

    @Test("Some agents: the others may be busy")
    func named() throws {
        fixture.options.agents = [fixture.agents[1].name]
        try say(.busy, 0)
        let report = try fixture.restart()
        #expect(report.exitStatus == .done)
        #expect(report.units.map(\.unit) == [units[1]])
    }

    @Test("A failed agent, one between two automatic restarts and one that was stopped have nothing to lose")
    func nothingToLose() throws {
        try fixture.fleet.install(
            fixture.agentScript(0) { $0.restart = .no },
            fixture.agentScript(1) { $0.restartDelay = .seconds(100) })
        try fixture.fleet.kill(units[0])
        try fixture.fleet.kill(units[1])
        try fixture.fleet.stop(units[2])
        fixture.clock.advance(by: .seconds(1))
        #expect(try fixture.operation().occupied().isEmpty)
        #expect(try fixture.restart().exitStatus == .done)
    }

    @Test("An unmanaged session and an agent that left the roster count as unknown where the holder restarts")
    func unmanaged() throws {
        let gone = try UnitName("mosaic-agent@gone.service")
        try fixture.fleet.install(.agent(gone, in: fixture.holder))
        try fixture.fleet.bringUp([gone])
        let text = try #require(try Activity(.idle, since: 1_767_323_045).statusText)
        try fixture.fleet.say(text, of: gone)
        let probe = ProbeWithSessions(fixture, ["a1", "a2", "a3", "a4", "gone", "scratch"])
        let occupied = try fixture.operation(probe: probe).occupied()
        #expect(occupied.map(\.who) == [gone.rawValue, "session 'scratch'"])
        #expect(occupied.filter { $0.activity != .unknown }.isEmpty)
        let report = try fixture.operation(probe: probe).run(under: fixture.lock)
        #expect(report.occupied == occupied)
        #expect(try fixture.sent() == [])
        // The holder stays: they are not touched.
        fixture.options.agents = fixture.agents.map(\.name)
        #expect(try fixture.operation(probe: probe).occupied().isEmpty)
    }

    @Test("One that asks does not wait for itself; a later run of it has not asked")
    func asker() throws {
        try say(.busy, 1)
        let run = try #require(try fixture.manager.states(of: [units[1]]).first?.invocationID)
        fixture.options.whenIdle = WhenIdle(asker: .init(unit: units[1], invocationID: run))
        #expect(try fixture.operation().occupied().isEmpty)
        try say(.busy, 2)
        #expect(try fixture.operation().occupied().map(\.unit) == [units[2]])
        try say(.idle, 2)
        try fixture.fleet.kill(units[1])
        fixture.clock.advance(by: .seconds(60))
        #expect(try fixture.operation().occupied().map(\.unit) == [units[1]])
    }

    @Test("After the deadline with --on-deadline restart it goes on, and names those alone whose work it cuts")
    func cuts() throws {
        try say(.busy, 2, note: "tests")
        fixture.options.whenIdle?.cutsWork = true
        let report = try fixture.restart()
        #expect(report.exitStatus == .done)
        #expect(report.cut.map(\.unit) == [units[2]])
        #expect(fixture.observer.warnings.contains { $0.contains("a3 (busy for ") && $0.contains(": tests)") })
        #expect(!fixture.observer.warnings.contains { $0.contains("a1 (") })
        #expect(try fixture.states().allSatisfy(\.isActive))
    }

    @Test("Agents in batches: one that becomes busy before its turn is not stopped, and owed nothing")
    func batches() throws {
        fixture.options.agents = fixture.agents.map(\.name)
        fixture.options.maxParallel = 2
        let before = try invocations()
        try becomesBusy(2) { if case .finished = $0 { true } else { false } }
        let report = try fixture.restart()
        #expect(report.occupied.map(\.unit) == [units[2]])
        #expect(report.units.map(\.unit) == [units[0], units[1]])
        #expect(report.notReached.map(\.unit) == [units[2], units[3]])
        #expect(report.notReached.filter { $0.condition != .untouched }.isEmpty)
        let after = try invocations()
        #expect(after[3...] == before[3...])
        #expect(zip(after, before).prefix(3).map { $0 != $1 } == [false, true, true])
        #expect(try fixture.intents.read().owed.isEmpty)
        // The next turn is about the rest.
        try say(.idle, 2)
        fixture.options.agents = [fixture.agents[2].name, fixture.agents[3].name]
        var second = try fixture.restart()
        second.add(report)
        #expect(second.units.map(\.unit) == units)
        #expect(second.exitStatus == .done)
    }

    @Test("A drain in batches: what was stopped when one becomes busy runs again, and the holder stays")
    func drainInBatches() throws {
        fixture.options.maxParallel = 2
        let before = try invocations()
        try becomesBusy(3) { if case .finished = $0 { true } else { false } }
        let report = try fixture.restart()
        #expect(report.occupied.map(\.unit) == [units[3]])
        #expect(
            try fixture.sent() == ["stop \(units[0])", "stop \(units[1])", "start \(units[0])", "start \(units[1])"])
        let states = try fixture.states()
        #expect(states.filter { !$0.isActive }.isEmpty)
        #expect(states.map(\.invocationID).first == before.first)
        #expect(states.map(\.invocationID)[3...] == before[3...])
        #expect(try fixture.intents.read().owed.isEmpty)
    }

    @Test("--only-failed has nothing to wait for")
    func onlyFailed() throws {
        fixture.options.onlyFailed = true
        try fixture.fleet.install(fixture.agentScript(1) { $0.restart = .no })
        try fixture.fleet.kill(units[1])
        for index in [0, 2, 3] { try say(.busy, index) }
        #expect(try fixture.operation().occupied().isEmpty)
        let report = try fixture.restart()
        #expect(report.occupied.isEmpty)
        #expect(report.units.map(\.unit) == [units[1]])
    }

    @Test("What another restart has restarted since the wish is not waited for")
    func wish() throws {
        fixture.options.agents = [fixture.agents[0].name, fixture.agents[1].name]
        try say(.busy, 0)
        try say(.busy, 1)
        fixture.options.wish = try fixture.operation().wish()
        #expect(try fixture.operation().occupied().map(\.unit) == [units[0], units[1]])
        _ = try fixture.manager.perform(
            [UnitCommand(.restart, units[0])], maxParallel: nil, supervisor: Unsupervised())
        #expect(try fixture.operation().occupied().map(\.unit) == [units[1]])
        _ = try fixture.manager.perform(
            [UnitCommand(.restart, units[1])], maxParallel: nil, supervisor: Unsupervised())
        #expect(try fixture.operation().occupied().isEmpty)
        #expect(try fixture.restart().fulfilled == [units[0], units[1]])
    }
}

/// The scripted server, with sessions in it.
private final class ProbeWithSessions: HolderProbe {
    private let probe: FakeHolderProbe
    private let names: [String]

    init(_ fixture: OperationFixture, _ names: [String]) {
        probe = fixture.fleet.probe(of: fixture.holder)
        self.names = names
    }

    func ask(among processes: [Int32]) throws(FleetError) -> ProbeAnswer { try probe.ask(among: processes) }
    func sessions(among processes: [Int32]) throws(FleetError) -> [String]? { names }
}
