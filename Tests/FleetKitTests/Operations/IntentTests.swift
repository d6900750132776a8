import FleetFake
import FleetTestSupport
import Testing

@testable import FleetKit

/// What a restart takes down it owes, and what a person stops stays down.
@Suite("Intent counts", .timeLimit(.minutes(10)))
struct IntentTests {
    private func start(_ fixture: OperationFixture, _ names: [AgentName]? = nil) throws -> OperationReport {
        var options = fixture.options
        options.agents = names
        options.onlyFailed = false
        return try StartOperation(
            manager: fixture.manager, roster: fixture.roster, options: options, surroundings: fixture.surroundings()
        ).run()
    }

    private func stop(_ fixture: OperationFixture, _ names: [AgentName]? = nil) throws -> OperationReport {
        try StopOperation(
            manager: fixture.manager, roster: fixture.roster, agents: names, surroundings: fixture.surroundings()
        ).run()
    }

    enum Payer: CaseIterable { case start, restart, onlyFailed }

    /// A restart that dies at its n-th call, for every n, in both orders; then somebody pays.
    @Test(arguments: Payer.allCases, [false, true])
    func afterACrashAnywhereTheNextOnePays(_ payer: Payer, isOneBatch: Bool) throws {
        var crashes = 0
        for check in 1...500 {
            let fixture = try OperationFixture(agents: 3)
            if isOneBatch { fixture.options.maxParallel = nil }
            fixture.options.stableFor = .zero
            fixture.roster.agents[0].autostart = false
            try fixture.bringUp()
            fixture.lock.crashAtCheck = check
            let crash = fixture.error { _ = try fixture.restart() }
            guard crash != nil else { break }
            crashes += 1
            // What systemd was told goes on without us.
            fixture.clock.advance(by: .seconds(5))
            fixture.lock.crashAtCheck = nil
            switch payer {
            case .start: #expect(try start(fixture).exitStatus == .done)
            case .restart: #expect(try fixture.restart().exitStatus == .done)
            case .onlyFailed:
                fixture.options.onlyFailed = true
                #expect(try fixture.restart().exitStatus == .done)
            }
            #expect(try fixture.states().map(\.isActive) == [true, true, true, true], "crash at check \(check)")
            // A start leaves what is up to the next restart: one may be running that is about to take it down.
            if payer != .start { #expect(try fixture.intents.read().owed == [], "crash at check \(check)") }
        }
        #expect(crashes > 5 && crashes < 500)
    }

    @Test func afterAFailedSettleTheAgentsAreOwed() throws {
        let fixture = try OperationFixture(agents: 2)
        fixture.roster.agents[0].autostart = false
        try fixture.bringUp()
        try fixture.fleet.install(
            fixture.holderScript {
                $0.restart = .no
                $0.runs = [.up(), .dies(after: .zero), .up()]
            })
        #expect(try fixture.restart().exitStatus == .unitFailed)
        #expect(try fixture.states().map(\.isActive) == [false, false, false])
        #expect(try fixture.intents.read().owed.isSuperset(of: fixture.agents.map(\.unit)))
        #expect(try start(fixture).exitStatus == .done)
        #expect(try fixture.states().map(\.isActive) == [true, true, true])
        #expect(try fixture.intents.read().owed == [])
    }

    @Test func aPersonsStopEmptiesTheDebt() throws {
        let fixture = try OperationFixture(agents: 2)
        fixture.roster.agents[0].autostart = false
        try fixture.fleet.bringUp([fixture.holder])
        try fixture.intents.add(.owes([fixture.agents[0].unit: "", fixture.agents[1].unit: ""]))
        _ = try stop(fixture, [fixture.agents[0].name])
        #expect(try start(fixture).exitStatus == .done)
        #expect(try fixture.states().map(\.isActive) == [true, false, true])
    }

    @Test func onlyFailedNeverStartsWhatWasStoppedOnPurpose() throws {
        let fixture = try OperationFixture(agents: 3)
        try fixture.bringUp()
        _ = try stop(fixture, [fixture.agents[0].name])
        try fixture.fleet.install(fixture.agentScript(1) { $0.restart = .no })
        try fixture.fleet.kill(fixture.agents[1].unit)
        fixture.options.onlyFailed = true
        let report = try fixture.restart()
        #expect(report.exitStatus == .done)
        #expect(try fixture.states().map(\.isActive) == [true, false, true, true])
        #expect(report.skipped.contains { $0.unit == fixture.agents[0].unit && $0.why.contains("on purpose") })
    }

    @Test func onlyFailedLeavesAFleetAloneThatWasStoppedOnPurpose() throws {
        let fixture = try OperationFixture(agents: 2)
        try fixture.bringUp()
        _ = try stop(fixture)
        let before = try fixture.sent().count
        fixture.options.onlyFailed = true
        #expect(try fixture.restart().exitStatus == .done)
        #expect(try fixture.sent().count == before)
    }

    @Test func whatFailedAfterItWasStoppedAndStartedElsewhereIsFailed() throws {
        let fixture = try OperationFixture(agents: 2)
        try fixture.fleet.install(fixture.agentScript(0) { $0.restart = .no })
        try fixture.bringUp()
        _ = try stop(fixture, [fixture.agents[0].name])
        _ = try fixture.manager.perform(
            [UnitCommand(.start, fixture.agents[0].unit)], maxParallel: nil, supervisor: Unsupervised())
        try fixture.fleet.kill(fixture.agents[0].unit)
        fixture.options.onlyFailed = true
        #expect(try fixture.restart().exitStatus == .done)
        #expect(try fixture.states()[1].isActive)
    }

    @Test func aStartEndsAStopsMeaning() throws {
        let fixture = try OperationFixture(agents: 2)
        try fixture.bringUp()
        _ = try stop(fixture, [fixture.agents[0].name])
        #expect(try start(fixture, [fixture.agents[0].name]).exitStatus == .done)
        #expect(try fixture.intents.read().stopped.isEmpty)
    }

    /// Somebody stops an agent at the n-th moment of a restart, for every n.
    @Test(arguments: [false, true]) func aStopAtAnyMomentOfARestartCounts(isOneBatch: Bool) throws {
        var moments = 0
        for check in 1...500 {
            let fixture = try OperationFixture(agents: 3)
            if isOneBatch { fixture.options.maxParallel = nil }
            try fixture.bringUp()
            let person = try FakeServiceManager(directory: fixture.directory.path, clock: fixture.clock)
            var failure: (any Error)?
            var hasStopped = false
            fixture.lock.onCheck = { number in
                guard number == check else { return }
                hasStopped = true
                do {
                    // The line and the command of a `stop`, whose waiting is not this test's.
                    let unit = fixture.agents[1].unit
                    let run = try person.states(of: [unit])[0].invocationID
                    try fixture.intents.add(.stops(id: "0\(number)", [unit: run]))
                    try FakeFleet(directory: fixture.directory.path, clock: fixture.clock).stop(unit)
                } catch { failure = error }
            }
            let report = try fixture.restart()
            fixture.clock.advance(by: .seconds(5))
            #expect(failure == nil)
            guard hasStopped else { break }
            moments += 1
            let states = try fixture.states()
            #expect(states.map(\.isActive) == [true, true, false, true], "stopped at check \(check)")
            #expect(report.exitStatus == .done, "stopped at check \(check): \(report)")
            #expect(try fixture.intents.read().stopped.keys.contains(fixture.agents[1].unit))
        }
        #expect(moments > 10 && moments < 500)
    }
}
