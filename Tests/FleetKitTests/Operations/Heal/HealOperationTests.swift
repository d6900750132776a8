import FleetFake
import FleetTestSupport
import Testing

@testable import FleetGuard
@testable import FleetKit

/// What `heal` touches, and how often.
@Suite("Heal", .timeLimit(.minutes(10)))
struct HealOperationTests {
    private final class Ledger: HealLedger {
        var tries = HealTries()
        var isFull = false
        func read() -> HealTries { tries }
        func write(_ tries: HealTries, at now: BootTime) throws(FleetError) {
            if isFull { throw FleetError(.io, "disk full", hint: "") }
            // Through its text, as in the file.
            self.tries = HealTries(text: tries.text(at: now))
        }
    }

    private let ledger = Ledger()

    private func operation(_ fixture: OperationFixture, at seconds: Int64 = 0, boot: String = "b") -> HealOperation {
        var options = fixture.options
        options.stableFor = .milliseconds(500)
        return HealOperation(
            manager: fixture.manager, roster: fixture.roster, options: options, surroundings: fixture.surroundings(),
            ledger: ledger, now: BootTime(boot: boot, seconds: seconds))
    }

    /// Agent 1 has failed, 2 was stopped by systemctl, 3 by `mosaic fleet stop`, 4 was never started, 5 is up.
    private func makeFleet() throws -> OperationFixture {
        let fixture = try OperationFixture(agents: 5)
        fixture.roster.agents[3].autostart = false
        try fixture.fleet.install(fixture.agentScript(0) { $0.restart = .no })
        try fixture.fleet.bringUp(fixture.units.filter { $0 != fixture.agents[3].unit })
        try fixture.fleet.kill(fixture.agents[0].unit)
        try fixture.fleet.stop(fixture.agents[1].unit)
        _ = try StopOperation(
            manager: fixture.manager, roster: fixture.roster, agents: [fixture.agents[2].name],
            surroundings: fixture.surroundings()
        ).run()
        return fixture
    }

    private func active(_ fixture: OperationFixture) throws -> [Bool] { try fixture.states().map(\.isActive) }

    @Test func whatFailedIsRestartedAndWhatWasStoppedStaysStopped() throws {
        let fixture = try makeFleet()
        #expect(try active(fixture) == [true, false, false, false, false, true])
        let before = try fixture.states()[5].invocationID
        let (report, plan) = try operation(fixture).run(under: fixture.lock)
        #expect(report.exitStatus == .done && plan.resting.isEmpty)
        #expect(try active(fixture) == [true, true, false, false, false, true])
        #expect(try fixture.states()[5].invocationID == before)
        #expect(Set(report.skipped.map(\.unit)) == Set(fixture.agents.dropFirst().map(\.unit)))
        #expect(try !operation(fixture).plan().isNeeded)
    }

    /// The same for people who type it: the fault of the edition before.
    @Test func onlyFailedLeavesWhatSystemctlStopped() throws {
        let fixture = try makeFleet()
        fixture.options.onlyFailed = true
        #expect(try fixture.restart().exitStatus == .done)
        #expect(try active(fixture) == [true, true, false, false, false, true])
    }

    @Test func aFleetThatSystemctlStoppedStaysStopped() throws {
        let fixture = try OperationFixture(agents: 2)
        try fixture.bringUp()
        for unit in fixture.units.reversed() { try fixture.fleet.stop(unit) }
        fixture.clock.advance(by: .seconds(1))
        let sent = try fixture.sent().count
        #expect(try !operation(fixture).plan().isNeeded)
        fixture.options.onlyFailed = true
        #expect(try fixture.restart().exitStatus == .done)
        #expect(try fixture.sent().count == sent)
    }

    @Test func whatIsOwedIsStarted() throws {
        let fixture = try OperationFixture(agents: 2)
        fixture.roster.agents[0].autostart = false
        try fixture.bringUp()
        try fixture.intents.add(.owes([fixture.agents[0].unit: ""]))
        try fixture.fleet.stop(fixture.agents[0].unit)
        #expect(try operation(fixture).run(under: fixture.lock).report.exitStatus == .done)
        #expect(try active(fixture) == [true, true, true])
    }

    @Test func aCrashLoopIsSystemdsBusiness() throws {
        let fixture = try OperationFixture(agents: 2)
        try fixture.fleet.install(
            fixture.agentScript(0) {
                $0.restartDelay = .seconds(60)
                $0.runs = [.up()]
            })
        try fixture.bringUp()
        try fixture.fleet.kill(fixture.agents[0].unit)
        #expect(try fixture.states()[1].isInAutoRestart)
        #expect(try !operation(fixture).plan().isNeeded)
        // A person's restart cuts through.
        fixture.options.onlyFailed = true
        #expect(try fixture.operation().plan().agents == [fixture.agents[0].unit])
    }

    private func makeHopeless() throws -> OperationFixture {
        let fixture = try OperationFixture(agents: 2)
        try fixture.fleet.install(
            fixture.agentScript(0) {
                $0.restart = .no
                $0.runs = [.up()] + Array(repeating: .dies(after: .zero), count: 20)
            })
        try fixture.bringUp()
        try fixture.fleet.kill(fixture.agents[0].unit)
        return fixture
    }

    private func commands(_ fixture: OperationFixture) throws -> Int {
        try fixture.sent().count { !$0.contains("reset-failed") }
    }

    @Test func threeTriesAnHourThenOneEventAndARest() throws {
        let fixture = try makeHopeless()
        let unit = fixture.agents[0].unit
        var tries = 0
        var told = 0
        for minute in stride(from: Int64(0), through: 130, by: 2) {
            let sent = try commands(fixture)
            let operation = operation(fixture, at: minute * 60)
            guard try operation.plan().isNeeded else { continue }
            let plan = try operation.run(under: fixture.lock).plan
            tries += try commands(fixture) - sent
            told += plan.newlyResting == [unit] ? 1 : 0
            #expect(tries > 3 || minute < 60)
            if minute < 60 { #expect(tries <= 3) }
        }
        // 0, 2, 4; 60, 62, 64; 120, 122, 124.
        #expect(tries == 9)
        // Once for each rest.
        #expect(told == 3)
        #expect(try operation(fixture, at: 130 * 60).plan().resting == [unit: 60 * 60 - 10 * 60])
    }

    @Test func anotherBootBeginsAnew() throws {
        let fixture = try makeHopeless()
        for second in 0..<3 { _ = try operation(fixture, at: Int64(second)).run(under: fixture.lock) }
        #expect(try operation(fixture, at: 5).plan().restart.agents.isEmpty)
        #expect(try operation(fixture, at: 5, boot: "c").plan().restart.agents == [fixture.agents[0].unit])
    }

    @Test func aHolderThatRestsTakesNobodyDown() throws {
        let fixture = try OperationFixture(agents: 2)
        try fixture.fleet.install(
            fixture.holderScript {
                $0.restart = .no
                $0.runs = [.up()] + Array(repeating: .dies(after: .zero), count: 20)
            })
        try fixture.bringUp()
        try fixture.fleet.kill(fixture.holder)
        for second in 0..<3 { _ = try operation(fixture, at: Int64(second)).run(under: fixture.lock) }
        let plan = try operation(fixture, at: 5).plan()
        #expect(plan.restart.steps.isEmpty && plan.resting.keys.contains(fixture.holder))
        #expect(plan.newlyResting.contains(fixture.holder))
    }

    @Test func withoutALedgerNothingIsTried() throws {
        let fixture = try makeHopeless()
        ledger.isFull = true
        let sent = try fixture.sent().count
        #expect(fixture.error { _ = try operation(fixture).run(under: fixture.lock) }?.code == .io)
        #expect(try fixture.sent().count == sent)
    }
}
