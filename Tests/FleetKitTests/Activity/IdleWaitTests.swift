import FleetFake
import FleetTestSupport
import Testing

@testable import FleetGuard
@testable import FleetKit

@Suite("--when-idle: waiting until a stop cuts no work")
struct IdleWaitTests {
    let fixture: OperationFixture
    let agents: [UnitName]

    init() throws {
        fixture = try OperationFixture(agents: 3)
        agents = fixture.agents.map(\.unit)
        try fixture.bringUp()
    }

    private func say(_ state: Activity.State, _ index: Int, note: String? = nil) throws {
        let text = try Activity(state, since: 1_767_323_045, note: note).statusText
        try fixture.fleet.say(#require(text), of: agents[index])
    }

    private func wait(_ units: [UnitName]? = nil, others: [IdleWait.Occupied] = []) -> IdleWait {
        IdleWait(fixture.manager, units: units ?? agents, clock: fixture.clock) { () throws(FleetError) in others }
    }

    @Test("Unknown is not idle; idle and waiting for a person are free; what is down has nothing to lose")
    func who() throws {
        #expect(try wait().occupied().map(\.who) == agents.map(\.rawValue))
        try say(.idle, 0)
        try say(.waiting, 1)
        try say(.busy, 2, note: "tests")
        let occupied = try wait().occupied()
        #expect(occupied.map(\.who) == [agents[2].rawValue])
        #expect(occupied.first?.activity.note == "tests")
        try fixture.fleet.install(fixture.agentScript(2) { $0.restart = .no })
        try fixture.fleet.kill(agents[2])
        #expect(try wait().occupied().isEmpty)
    }

    @Test("A new run begins as unknown, whatever the last one said")
    func newRun() throws {
        for index in 0..<3 { try say(.idle, index) }
        #expect(try wait().occupied().isEmpty)
        try fixture.fleet.kill(agents[1])
        #expect(try wait().occupied().isEmpty, "nothing runs between two automatic restarts")
        fixture.clock.advance(by: .seconds(5))
        #expect(try wait().occupied().map(\.who) == [agents[1].rawValue])
    }

    @Test("It ends when all are free at once, and says who is waited for each time that this changes")
    func waits() throws {
        try say(.idle, 0)
        try say(.busy, 1)
        try say(.busy, 2)
        let fleet = fixture.fleet
        let agents = agents
        func plan(_ seconds: Int, _ state: Activity.State, _ index: Int) throws {
            let text = try #require(try Activity(state, since: 1_767_323_045).statusText)
            fixture.clock.plan(after: .seconds(seconds)) {
                do { try fleet.say(text, of: agents[index]) } catch { Issue.record(error) }
            }
        }
        try plan(5, .idle, 1)
        try plan(8, .busy, 1)
        try plan(10, .idle, 2)
        try plan(30, .waiting, 1)
        let began = fixture.clock.now()
        var told: [[String]] = []
        let end = try wait().run(atMost: .seconds(60), supervisor: Unsupervised()) { told.append($0.map(\.who)) }
        #expect(end == .free)
        #expect(fixture.clock.now() - began >= .seconds(30))
        #expect(fixture.clock.now() - began < .seconds(31))
        let names = agents.map(\.rawValue)
        #expect(told == [[names[1], names[2]], [names[2]], [names[1], names[2]], [names[1]]])
    }

    @Test("At the deadline those are named who still work, and an unmanaged session counts as unknown")
    func deadline() throws {
        for index in 0..<3 { try say(.idle, index) }
        let session = IdleWait.Occupied(who: "session 'scratch'", activity: .unknown)
        let began = fixture.clock.now()
        let end = try wait(others: [session]).run(atMost: .seconds(10), supervisor: Unsupervised()) { _ in }
        #expect(end == .deadline([session]))
        #expect(fixture.clock.now() - began >= .seconds(10))
        #expect(fixture.clock.now() - began < .seconds(12))
    }

    @Test("A signal ends the wait")
    func signal() throws {
        #expect(throws: FleetError.self) {
            try wait().run(atMost: .seconds(10), supervisor: Refusing()) { _ in }
        }
    }

    @Test("In 1,000 random sequences of reports, ends and restarts no busy or unknown agent is taken for idle")
    func property() throws {
        var random = SeededRandom(seed: 20_261_128)
        for _ in 0..<1_000 {
            var model = IdleWaitModel(agents: agents)
            // Each sequence begins with runs that have said nothing.
            for unit in agents { try fixture.fleet.kill(unit) }
            fixture.clock.advance(by: .seconds(60))
            for _ in 0..<8 {
                let index = Int(random.next() % 3)
                switch random.next() % 5 {
                case 0:
                    try fixture.fleet.kill(agents[index])
                    model.isBetweenRuns(index)
                case 1:
                    fixture.clock.advance(by: .seconds(60))
                    model.allRunAgain()
                case let number:
                    let state: Activity.State = [.busy, .waiting, .idle][Int(number - 2)]
                    try say(state, index)
                    model.said(state, index)
                }
                #expect(try wait().occupied().map(\.who) == model.occupied)
            }
        }
    }
}

private final class Refusing: JobSupervisor {
    var commandDescriptor: CInt? { nil }
    func willSend(_ command: UnitCommand) throws(FleetError) {}
    func handle(_ event: JobEvent) throws(FleetError) { throw FleetError(.interrupted, "interrupted", hint: "") }
}

/// What is true of each agent's run, without the program's own reading of units.
private struct IdleWaitModel {
    private enum Run { case none, silent, free, works }
    private let agents: [UnitName]
    private var runs: [Run]

    init(agents: [UnitName]) {
        self.agents = agents
        runs = agents.map { _ in .silent }
    }

    mutating func isBetweenRuns(_ index: Int) { runs[index] = .none }
    mutating func allRunAgain() { runs = runs.map { $0 == .none ? .silent : $0 } }
    mutating func said(_ state: Activity.State, _ index: Int) {
        guard runs[index] != .none else { return }
        runs[index] = state == .busy ? .works : .free
    }

    var occupied: [String] {
        zip(agents, runs).filter { $0.1 == .silent || $0.1 == .works }.map(\.0.rawValue)
    }
}
