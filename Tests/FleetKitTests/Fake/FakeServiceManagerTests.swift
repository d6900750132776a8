import FleetFake
import FleetGuard
import FleetKit
import FleetTestSupport
import Testing

/// Records what a batch told its supervisor.
final class RecordingSupervisor: JobSupervisor {
    var sent: [UnitCommand] = []
    var finished: [UnitOutcome] = []
    var known = 0
    var ticks = 0
    var onTick: (() throws(FleetError) -> Void)?

    func willSend(_ command: UnitCommand) throws(FleetError) { sent.append(command) }
    func handle(_ event: JobEvent) throws(FleetError) {
        switch event {
        case .queued: break
        case .finished(let outcome): finished.append(outcome)
        case .jobsKnown: known += 1
        case .tick:
            ticks += 1
            try onTick?()
        }
    }
    var commandDescriptor: CInt? { nil }
}

@Suite("Fake service manager", .timeLimit(.minutes(10)))
struct FakeServiceManagerTests {
    let directory = FakeDirectory()
    let clock = ManualClock()
    let holder: UnitName
    let agent: UnitName
    let fleet: FakeFleet
    let manager: FakeServiceManager

    init() throws {
        holder = try UnitName("h.service")
        agent = try UnitName("a@1.service")
        fleet = FakeFleet(directory: directory.path, clock: clock)
        manager = try FakeServiceManager(directory: directory.path, clock: clock)
    }

    private func outcome(_ verb: UnitCommand.Verb, _ unit: UnitName) throws -> UnitOutcome.Result? {
        try manager.perform([UnitCommand(verb, unit)], maxParallel: nil, supervisor: Unsupervised()).first?.result
    }

    private func state(_ unit: UnitName) throws -> UnitState { try #require(try manager.states(of: [unit]).first) }

    private func install(_ run: FakeUnit.Run, _ change: (inout FakeUnit) -> Void = { _ in }) throws {
        var unit = FakeUnit(agent, runs: [run])
        change(&unit)
        try fleet.install(unit)
    }

    @Test func startTakesItsTimeAndGivesANewRun() throws {
        try install(.up(after: .milliseconds(300)))
        let begin = clock.now()
        #expect(try outcome(.start, agent) == .done)
        #expect(clock.now() - begin >= .milliseconds(300))
        let first = try state(agent)
        #expect(first.isActive && first.mainPID != 0)
        #expect(try outcome(.restart, agent) == .done)
        #expect(try state(agent).invocationID != first.invocationID)
    }

    @Test func failuresHaveSystemdsNames() throws {
        try install(.fails(after: .milliseconds(20), .status(3)))
        #expect(try outcome(.start, agent) == .failed("exit-code"))
        #expect(try state(agent).mainExit == .init(code: 1, status: 3))
        try install(.fails(.signal(9)))
        #expect(try outcome(.start, agent) == .failed("signal"))
        try install(.hanging) { $0.startTimeout = .milliseconds(200) }
        #expect(try outcome(.start, agent) == .failed("timeout"))
        try install(.hanging) { $0.jobTimeout = .milliseconds(200) }
        #expect(try outcome(.restart, agent) == .timeout)
        try install(.up()) { $0.conditionHolds = false }
        #expect(try outcome(.stop, agent) == .done)
        #expect(try outcome(.start, agent) == .skipped)
    }

    @Test func whatCannotBeLoadedIsNotSent() throws {
        let recorder = RecordingSupervisor()
        for (load, result) in [
            (FakeUnit.Load.masked, UnitOutcome.Result.masked), (.notFound, .notFound),
            (.badSetting, .loadFailed("bad-setting")),
        ] {
            try install(.up()) { $0.load = load }
            let outcomes = try manager.perform([UnitCommand(.restart, agent)], maxParallel: nil, supervisor: recorder)
            #expect(outcomes.map(\.result) == [result])
        }
        #expect(recorder.sent.isEmpty)
        #expect(recorder.finished.count == 3)
        #expect(try fleet.log().events.isEmpty)
    }

    @Test func startLimitIsHitAndReset() throws {
        try install(.up()) { $0.startLimitBurst = 2 }
        #expect(try outcome(.restart, agent) == .done)
        #expect(try outcome(.restart, agent) == .done)
        #expect(try outcome(.restart, agent) == .startLimitHit)
        #expect(try outcome(.resetFailed, agent) == .done)
        #expect(try outcome(.restart, agent) == .done)
        clock.advance(by: .seconds(11))
        #expect(try outcome(.restart, agent) == .done)
        #expect(try outcome(.restart, agent) == .done)
    }

    @Test func autoRestartLoopsIntoTheStartLimit() throws {
        try install(.dies(after: .milliseconds(50))) { $0.restart = .always }
        #expect(try outcome(.start, agent) == .done)
        clock.advance(by: .milliseconds(60))
        #expect(try state(agent).isInAutoRestart)
        clock.advance(by: .milliseconds(100))
        #expect(try state(agent).restarts == 1)
        clock.advance(by: .seconds(2))
        #expect(try state(agent).isFailed)
        #expect(try outcome(.start, agent) == .startLimitHit)
    }

    @Test func aStartWaitsForTheAutoRestartTimerAndARestartCutsThrough() throws {
        try install(.dies(after: .milliseconds(10))) {
            $0.restart = .always
            $0.restartDelay = .seconds(5)
            $0.runs.append(.up())
        }
        #expect(try outcome(.start, agent) == .done)
        clock.advance(by: .milliseconds(20))
        #expect(try state(agent).isInAutoRestart)
        let begin = clock.now()
        #expect(try outcome(.restart, agent) == .done)
        #expect(clock.now() - begin < .seconds(1))
    }

    @Test func requirementsPullInPropagateAndFail() throws {
        try fleet.install(FakeUnit.holder(holder, startDelay: .milliseconds(50)), .agent(agent, in: holder))
        #expect(try outcome(.start, agent) == .done)
        let before = try manager.states(of: [holder, agent]).map(\.invocationID)
        #expect(try outcome(.restart, holder) == .done)
        #expect(try outcome(.start, agent) == .done)
        let after = try manager.states(of: [holder, agent]).map(\.invocationID)
        #expect(zip(before, after).allSatisfy { $0 != $1 })
        #expect(try outcome(.stop, holder) == .done)
        #expect(try state(agent).isDown)
        try fleet.install(FakeUnit(holder, runs: [.fails()]))
        #expect(try outcome(.start, agent) == .dependency)
    }

    @Test func aConflictingCommandCancelsTheJob() throws {
        try install(.up(after: .seconds(5)))
        let path = directory.path
        let (clock, agent) = (clock, agent)
        let rival = try FakeServiceManager(directory: path, clock: clock)
        let recorder = RecordingSupervisor()
        recorder.onTick = { [unowned recorder] () throws(FleetError) in
            guard recorder.ticks == 3 else { return }
            _ = try rival.perform([UnitCommand(.stop, agent)], maxParallel: nil, supervisor: Unsupervised())
        }
        let outcomes = try manager.perform([UnitCommand(.start, agent)], maxParallel: nil, supervisor: recorder)
        #expect(outcomes.map(\.result) == [.canceled])
    }

    @Test func aJobGoesOnWhenItsSenderIsGone() throws {
        try install(.up(after: .seconds(3)))
        let recorder = RecordingSupervisor()
        recorder.onTick = { () throws(FleetError) in throw FleetError(.interrupted, "stop", hint: "") }
        #expect(throws: FleetError.self) {
            try manager.perform([UnitCommand(.start, agent)], maxParallel: nil, supervisor: recorder)
        }
        #expect(try state(agent).job?.type == "start")
        clock.advance(by: .seconds(3))
        #expect(try state(agent).isActive)
        let log = try fleet.log()
        #expect(log.events.map(\.what) == [.sent, .begun, .ended])
    }

    @Test func jobsInFlightAreBounded() throws {
        let units = try (1...4).map { try UnitName("a@\($0).service") }
        try fleet.install(units.map { FakeUnit($0, runs: [.up(after: .milliseconds(100))]) })
        let begin = clock.now()
        let recorder = RecordingSupervisor()
        let outcomes = try manager.perform(
            units.map { UnitCommand(.start, $0) }, maxParallel: 2, supervisor: recorder)
        #expect(outcomes.map(\.unit) == units)
        #expect(outcomes.filter(\.isDone).count == 4)
        #expect(clock.now() - begin >= .milliseconds(200))
        #expect(clock.now() - begin < .milliseconds(300))
    }

    @Test func waitingReportsKnownJobsAndTicks() throws {
        try install(.up(after: .seconds(4)))
        let recorder = RecordingSupervisor()
        _ = try manager.perform([UnitCommand(.start, agent)], maxParallel: nil, supervisor: recorder)
        #expect(recorder.known >= 2)
        #expect(recorder.ticks >= 16)
    }

    @Test func overlapIsSeenInTheLogAndSequenceIsNot() throws {
        let other = try UnitName("b.service")
        try install(.up(after: .milliseconds(200)))
        try fleet.install(FakeUnit(other))
        let rival = try FakeServiceManager(directory: directory.path, clock: clock)
        _ = try outcome(.start, agent)
        _ = try rival.perform([UnitCommand(.start, other)], maxParallel: nil, supervisor: Unsupervised())
        #expect(try fleet.log().overlaps().isEmpty)

        let third = try FakeServiceManager(directory: directory.path, clock: clock)
        let recorder = RecordingSupervisor()
        let (path, clock) = (directory.path, clock)
        recorder.onTick = { [unowned recorder] () throws(FleetError) in
            guard recorder.ticks == 2 else { return }
            let late = try FakeServiceManager(directory: path, clock: clock)
            _ = try late.perform([UnitCommand(.restart, other)], maxParallel: nil, supervisor: Unsupervised())
        }
        _ = try third.perform([UnitCommand(.restart, agent)], maxParallel: nil, supervisor: recorder)
        #expect(try fleet.log().overlaps().count == 1)
    }

    @Test func processesLingerAfterTheUnitIsDown() throws {
        try install(.up()) { $0.linger = .milliseconds(500) }
        _ = try outcome(.start, agent)
        let old = try manager.processes(of: agent)
        #expect(old.count == 1)
        _ = try outcome(.restart, agent)
        #expect(try manager.processes(of: agent).contains(old))
        clock.advance(by: .milliseconds(600))
        #expect(try !manager.processes(of: agent).contains(old))
    }
}
