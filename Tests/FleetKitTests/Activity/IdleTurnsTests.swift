import FleetFake
import FleetTestSupport
import Testing

@testable import FleetGuard
@testable import FleetKit

@Suite("--when-idle: one deadline for all turns")
struct IdleTurnsTests {
    let fixture: OperationFixture
    let agents: [UnitName]
    static let began: Int64 = 1_767_323_045

    init() throws {
        fixture = try OperationFixture(agents: 2)
        agents = fixture.agents.map(\.unit)
        try fixture.bringUp()
    }

    private func say(_ state: Activity.State, _ index: Int, note: String? = nil) throws {
        try fixture.fleet.say(
            #require(try Activity(state, since: Self.began, note: note).statusText), of: agents[index])
    }

    private func turns(_ limit: Duration, _ onDeadline: IdleTurns.OnDeadline = .giveUp) -> IdleTurns {
        IdleTurns(limit: limit, onDeadline: onDeadline, clock: fixture.clock, wallClock: { Double(Self.began) + 725 })
    }

    private func wait(_ turns: IdleTurns, _ told: (IdleTurns.Status) -> Void = { _ in }) -> FleetError? {
        fixture.error {
            try turns.wait(
                IdleWait(fixture.manager, units: agents, clock: fixture.clock), supervisor: Unsupervised(), told: told)
        }
    }

    @Test("At the deadline it names who was busy, since when, with its note, and that nothing was touched")
    func givesUp() throws {
        try say(.busy, 0, note: "the tests")
        try say(.idle, 1)
        let error = try #require(wait(turns(.seconds(60))))
        #expect(error.code == .busy)
        #expect(error.exitStatus == .busy)
        #expect(
            error.message
                == "still busy at the deadline of 1m: a1 (busy for 12m 05s: the tests); nothing was touched")
        #expect(error.hint.contains("--on-deadline restart"))
    }

    @Test("Those that never report are named with what to do about it, from the first moment")
    func neverReports() throws {
        try say(.busy, 0)
        var told: [IdleTurns.Status] = []
        let error = try #require(wait(turns(.seconds(5))) { told.append($0) })
        #expect(error.message.contains("a2 (reports no activity)"))
        #expect(error.hint.contains("mosaic fleet report") && error.hint.contains("activity = \"quiet"))
        let first = try #require(told.first)
        #expect(first.left == .seconds(5))
        #expect(OccupiedWords.hint(first.occupied)?.hasPrefix("a2 reports no activity") == true)
    }

    @Test("With --on-deadline restart it goes on, and does not wait again")
    func goesOn() throws {
        try say(.busy, 0)
        let turns = turns(.seconds(60), .restart)
        #expect(wait(turns) == nil)
        #expect(turns.cutsWork)
        let now = fixture.clock.now()
        #expect(wait(turns) == nil)
        #expect(fixture.clock.now() == now)
    }

    @Test("One budget for all turns")
    func budget() throws {
        try say(.idle, 0)
        try say(.busy, 1)
        let (fleet, unit) = (fixture.fleet, agents[1])
        let idle = try #require(try Activity(.idle, since: Self.began).statusText)
        fixture.clock.plan(after: .seconds(40)) {
            do { try fleet.say(idle, of: unit) } catch { Issue.record(error) }
        }
        let turns = turns(.seconds(60))
        let began = fixture.clock.now()
        #expect(wait(turns) == nil)
        try say(.busy, 0)
        turns.heldBack([.init(try #require(try fixture.manager.states(of: [agents[0]]).first))])
        #expect(wait(turns)?.code == .busy)
        #expect(fixture.clock.now() - began >= .seconds(60))
        #expect(fixture.clock.now() - began < .seconds(62))
        #expect(turns.waitedFor == ["a2", "a1"])
    }

    @Test("An agent that is busy whenever the lock is held does not keep it going past the deadline")
    func alwaysBusyUnderTheLock() throws {
        try say(.idle, 0)
        try say(.idle, 1)
        let turns = turns(.seconds(60))
        let busy = IdleWait.Occupied(try #require(try fixture.manager.states(of: [agents[0]]).first))
        var rounds = 0
        var error: FleetError?
        while error == nil, rounds < 100 {
            error = wait(turns)
            if error == nil {
                turns.heldBack([busy])
                fixture.clock.advance(by: .seconds(10))
                rounds += 1
            }
        }
        #expect(error?.code == .busy)
        #expect(error?.message.contains("a1 (") == true)
        #expect(rounds <= 8)
    }

    @Test("A signal ends it, with the words that nothing was touched", arguments: [true, false])
    func signal(_ isTouched: Bool) throws {
        let turns = turns(.seconds(60))
        if isTouched { turns.touched = "restarted before that: a2" }
        let error = fixture.error {
            try turns.wait(
                IdleWait(fixture.manager, units: agents, clock: fixture.clock), supervisor: Interrupted()
            ) { _ in }
        }
        #expect(error?.exitStatus == .interrupted)
        let end = isTouched ? "restarted before that: a2" : "nothing was touched"
        #expect(error?.message == "interrupted while waiting until no agent is busy; \(end)")
    }

    @Test("A deadline of zero is one look")
    func zero() throws {
        try say(.idle, 0)
        try say(.idle, 1)
        #expect(wait(turns(.zero)) == nil)
        try say(.busy, 1)
        let now = fixture.clock.now()
        #expect(wait(turns(.zero))?.code == .busy)
        #expect(fixture.clock.now() == now)
    }
}

private final class Interrupted: JobSupervisor {
    var commandDescriptor: CInt? { nil }
    func willSend(_ command: UnitCommand) throws(FleetError) {}
    func handle(_ event: JobEvent) throws(FleetError) { throw FleetError(.interrupted, "interrupted", hint: "") }
}
