import FleetFake
import FleetTestSupport
import Testing

@testable import FleetGuard
@testable import FleetKit

@Suite("Restart", .timeLimit(.minutes(10)))
struct RestartOperationTests {
    let fixture: OperationFixture

    init() throws { fixture = try OperationFixture() }

    private let a1 = "mosaic-agent@a1.service"
    private let a2 = "mosaic-agent@a2.service"
    private let a3 = "mosaic-agent@a3.service"

    @Test func aFullRestartDrainsRestartsSettlesStartsAndVerifies() throws {
        try fixture.bringUp()
        let before = try fixture.states().map(\.invocationID)
        let report = try fixture.restart()
        #expect(report.exitStatus == .done)
        #expect(
            try fixture.sent() == [
                "stop \(a1)", "stop \(a2)", "stop \(a3)", "restart holder.service",
                "start \(a1)", "start \(a2)", "start \(a3)",
            ])
        #expect(fixture.observer.phases == [.drain, .holder, .settle, .start, .verify])
        #expect(report.phases.map(\.phase) == [.drain, .holder, .settle, .start, .verify])
        let states = try fixture.states()
        #expect(states.filter(\.isActive).count == 4)
        #expect(zip(before, states).filter { $0 != $1.invocationID }.count == 4)
        #expect(states.filter { $0.restarts > 0 }.isEmpty)
        #expect(report.units.map(\.unit).sorted() == fixture.units.sorted())
        #expect(report.notReached.isEmpty)
    }

    @Test func theHolderIsToldOnlyWhenTheLastAgentIsDown() throws {
        try fixture.fleet.install(fixture.agentScript(1) { $0.stopDelay = .seconds(1) })
        try fixture.bringUp()
        _ = try fixture.restart()
        let events = try fixture.fleet.log().events
        let holderSent = try #require(events.firstIndex { $0.what == .sent && $0.unit == "holder.service" })
        let lastStop = try #require(events.lastIndex { $0.what == .ended && $0.verb == "stop" })
        #expect(lastStop < holderSent)
    }

    @Test func agentsStartOnlyWhenTheNewHolderAnswers() throws {
        try fixture.fleet.install(fixture.holderScript { $0.answersAfter = .milliseconds(700) })
        try fixture.bringUp()
        let begin = fixture.clock.now()
        let report = try fixture.restart()
        #expect(report.exitStatus == .done)
        let start = try #require(try fixture.fleet.log().events.first { $0.what == .sent && $0.verb == "start" })
        #expect(Duration.nanoseconds(start.at) - begin >= .milliseconds(850))
        #expect(try fixture.states().filter { $0.restarts > 0 }.isEmpty)
        #expect(fixture.observer.waits.contains { $0.contains("does not answer") })
    }

    @Test func theSettleTimeoutNamesTheProcessesThatAreStillThereAndAgentsStayStopped() throws {
        try fixture.fleet.install(fixture.holderScript { $0.linger = .seconds(60) })
        try fixture.bringUp()
        let pid = try #require(try fixture.manager.processes(of: fixture.holder).first)
        fixture.options.settleTimeout = .seconds(3)
        let report = try fixture.restart()
        #expect(report.exitStatus == .unitFailed)
        #expect(report.problems.first?.contains("\(pid)") == true)
        #expect(report.notReached.map(\.condition) == [.stopped, .stopped, .stopped])
        #expect(try fixture.sent().contains { $0.hasPrefix("start ") } == false)
    }

    @Test(arguments: [nil, 100]) func whereOnlyTheNewHoldersSocketIsNotReachedNoHealthyAgentStaysDown(
        _ maxParallel: Int?
    ) throws {
        try fixture.bringUp()
        fixture.options.maxParallel = maxParallel
        fixture.options.settleTimeout = .seconds(3)
        let operation = fixture.operation(probe: ScriptedProbe(.silent("no server running")))
        let report = try operation.run(under: fixture.lock)
        #expect(report.exitStatus == .done)
        #expect(try fixture.states().allSatisfy(\.isActive))
        #expect(report.notReached.isEmpty)
        #expect(
            fixture.observer.warnings.contains {
                $0.contains("no server running") && $0.contains("holder.service is active")
            }, "\(fixture.observer.warnings)")
    }

    @Test func aHolderThatGoesOnInItsRunAndDoesNotAnswerKeepsTheAgentsThatItHas() throws {
        try fixture.bringUp()
        let before = try fixture.states()
        fixture.options.agents = [fixture.agents[0].name]
        fixture.options.settleTimeout = .seconds(3)
        let operation = fixture.operation(probe: ScriptedProbe(.silent("no server running")))
        let report = try operation.run(under: fixture.lock)
        #expect(report.exitStatus == .unitFailed)
        #expect(report.problems.first?.contains("no server running") == true)
        #expect(report.notReached.map(\.condition) == [.untouched])
        #expect(try fixture.sent().isEmpty)
        #expect(try fixture.states().map(\.invocationID) == before.map(\.invocationID))
    }

    @Test func settleEndsTheMomentTheOldProcessesAreGone() throws {
        try fixture.fleet.install(fixture.holderScript { $0.linger = .seconds(2) })
        try fixture.bringUp()
        let report = try fixture.restart()
        #expect(report.exitStatus == .done)
        let settle = try #require(report.phases.first { $0.phase == .settle })
        #expect(settle.duration >= .milliseconds(1_800) && settle.duration <= .milliseconds(2_060))
    }

    @Test func aHolderThatDoesNotComeUpLeavesTheAgentsStoppedAndNamed() throws {
        try fixture.bringUp()
        try fixture.fleet.install(fixture.holderScript { $0.runs = [.fails(.status(2))] })
        let report = try fixture.restart()
        #expect(report.exitStatus == .unitFailed)
        #expect(report.failed.map(\.unit) == [fixture.holder])
        #expect(report.failed.first?.message == "failed: exit status 2")
        #expect(report.notReachedWords == "left stopped: \(a1), \(a2), \(a3)")
        #expect(try fixture.sent().contains { $0.hasPrefix("start ") } == false)
        fixture.clock.advance(by: .seconds(30))
        #expect(try fixture.states().dropFirst().allSatisfy { $0.isDown && $0.restarts == 0 })
    }

    @Test func aHolderThatItsOwnRestartBringsUpIsWaitedFor() throws {
        try fixture.bringUp()
        try fixture.fleet.install(
            fixture.holderScript {
                $0.runs = [.up(), .fails(), .up()]
                $0.restart = .always
                $0.restartDelay = .milliseconds(400)
            })
        let report = try fixture.restart()
        #expect(report.exitStatus == .done)
        #expect(try fixture.states().filter(\.isActive).count == 4)
    }

    @Test func aFleetThatLoopsAgainstADeadHolderComesBackWithoutLoopOrLimit() throws {
        try fixture.bringUp()
        _ = try fixture.manager.perform(
            [UnitCommand(.stop, fixture.holder)], maxParallel: nil, supervisor: Unsupervised())
        // Not bound by Requires= any more, as with an operator's own units: they loop against nothing.
        try fixture.fleet.install(
            (0..<3).map { index in
                fixture.agentScript(index) {
                    $0.requires = []
                    $0.restartDelay = index == 0 ? .seconds(3) : .milliseconds(100)
                }
            })
        for agent in fixture.agents {
            _ = try fixture.manager.perform(
                [UnitCommand(.start, agent.unit)], maxParallel: nil, supervisor: Unsupervised())
        }
        fixture.clock.advance(by: .seconds(4))
        let before = try fixture.states()
        #expect(before[1].isInAutoRestart)
        #expect(before[2].isFailed && before[3].isFailed)
        let logged = try fixture.sent().count
        let report = try fixture.restart()
        #expect(report.exitStatus == .done)
        let states = try fixture.states()
        #expect(states.filter { $0.isActive && $0.restarts == 0 }.count == 4)
        let commands = try fixture.sent().dropFirst(logged)
        #expect(commands.first == "stop \(a1)")
        #expect(commands.contains("reset-failed \(a2)"))
    }

    @Test func manyRestartsInARowHitNoLimit() throws {
        try fixture.bringUp()
        fixture.options.stableFor = .zero
        for _ in 1...12 {
            #expect(try fixture.restart().exitStatus == .done)
        }
        #expect(try fixture.states().filter { $0.isActive && $0.restarts == 0 }.count == 4)
        #expect(try fixture.sent().contains("reset-failed holder.service"))
    }

    @Test func withoutDrainAnAgentThatPropagationRestartedIsNotRestartedTwice() throws {
        try fixture.fleet.install(fixture.agentScript(2) { $0.requires = [] })
        try fixture.bringUp()
        fixture.options.drain = false
        let report = try fixture.restart()
        #expect(report.exitStatus == .done)
        let sent = try fixture.sent()
        #expect(sent.first == "restart holder.service")
        #expect(!sent.contains("restart \(a1)"))
        #expect(sent.contains { $0.hasSuffix(a3) })
        #expect(fixture.observer.phases == [.holder, .settle, .restart, .verify])
        let log = try fixture.fleet.log()
        let begun = log.events.filter { $0.what == .begun && $0.unit == a1 && $0.verb == "start" }
        #expect(begun.count == 1)
        #expect(report.units.count == 4)
    }

    @Test func namedAgentsAloneAreRestarted() throws {
        try fixture.bringUp()
        fixture.options.agents = [fixture.agents[1].name]
        let before = try fixture.states()
        #expect(try fixture.restart().exitStatus == .done)
        #expect(try fixture.sent() == ["restart \(a2)"])
        let after = try fixture.states()
        #expect(zip(before, after).map { $0.invocationID != $1.invocationID } == [false, false, true, false])
    }

    @Test func aNamedAgentWhoseHolderIsDownGetsASettledHolderFirst() throws {
        try fixture.fleet.install(fixture.holderScript { $0.answersAfter = .seconds(1) })
        fixture.options.agents = [fixture.agents[0].name]
        #expect(try fixture.restart().exitStatus == .done)
        #expect(try fixture.sent() == ["start holder.service", "start \(a1)"])
        #expect(try fixture.states()[1].restarts == 0)
    }

    @Test func anUnknownAgentIsNamedBeforeAnythingIsSent() throws {
        try fixture.bringUp()
        fixture.options.agents = [try AgentName("nobody")]
        let error = fixture.error { _ = try fixture.restart() }
        #expect(error?.code == .noSuchUnit)
        #expect(error?.message.contains("'nobody'") == true)
        #expect(try fixture.sent().isEmpty)
    }

    @Test func anAgentWithoutAutostartIsRestartedOnlyIfItRan() throws {
        fixture.roster.agents[0].autostart = false
        fixture.roster.agents[1].autostart = false
        try fixture.fleet.bringUp([fixture.holder, fixture.agents[1].unit, fixture.agents[2].unit])
        let report = try fixture.restart()
        #expect(try fixture.states().map(\.isActive) == [true, false, true, true])
        #expect(report.skipped.map(\.unit.rawValue) == [a1])
        #expect(report.exitStatus == .done)
    }

    /// Its start could only fail, and the failure would halt a rollout over hosts.
    @Test func anAgentWithoutAWrittenUnitIsLeftDown() throws {
        try fixture.fleet.bringUp([fixture.holder, fixture.agents[1].unit, fixture.agents[2].unit])
        fixture.options.unwritten = [fixture.agents[0].name]
        let report = try fixture.restart()
        #expect(report.exitStatus == .done)
        #expect(try fixture.states().map(\.isActive) == [true, false, true, true])
        #expect(report.skipped == [.init(unit: fixture.agents[0].unit, why: "its unit is not written yet")])
    }

    @Test func whatADeadOwnersDrainStoppedIsStartedAgain() throws {
        fixture.roster.agents[0].autostart = false
        fixture.roster.agents[1].autostart = false
        try fixture.fleet.bringUp([fixture.holder])
        try fixture.intents.add(.owes([fixture.agents[1].unit: ""]))
        #expect(try fixture.restart().exitStatus == .done)
        #expect(try fixture.states().map(\.isActive) == [true, false, true, true])
    }

    @Test func onlyFailedIsDecidedUnderTheLock() throws {
        try fixture.bringUp()
        try fixture.fleet.install(fixture.agentScript(1) { $0.restart = .no })
        try fixture.fleet.kill(fixture.agents[1].unit)
        fixture.options.onlyFailed = true
        #expect(try fixture.operation().plan().agents.map(\.rawValue) == [a2])
        let operation = fixture.operation()
        // Somebody else repairs it between the plan and the lock.
        _ = try fixture.manager.perform(
            [UnitCommand(.start, fixture.agents[1].unit)], maxParallel: nil, supervisor: Unsupervised())
        let sent = try fixture.sent().count
        let report = try operation.run(under: fixture.lock)
        #expect(report.exitStatus == .done)
        #expect(report.skipped.count == 3)
        #expect(try fixture.sent().count == sent)
    }

    @Test func anAgentThatDiesInTheWindowIsAFailureWithItsReason() throws {
        try fixture.bringUp()
        try fixture.fleet.install(
            fixture.agentScript(0) { $0.runs = [.up(), .dies(after: .milliseconds(900), .signal(9))] },
            fixture.agentScript(1) {
                $0.restart = .no
                $0.runs = [.up(), .dies(after: .milliseconds(500), .status(1))]
            },
            fixture.agentScript(2) {
                $0.restartDelay = .milliseconds(10)
                $0.runs = [.up(), .dies(after: .milliseconds(5), .status(4)), .up()]
            })
        let report = try fixture.restart()
        #expect(report.exitStatus == .unitFailed)
        let words = Dictionary(uniqueKeysWithValues: report.failed.map { ($0.unit.rawValue, $0.message) })
        #expect(words[a1] == "died (killed by SIGKILL) and waits for its automatic restart")
        #expect(words[a2] == "died: exit status 1")
        #expect(words[a3] == "died, and systemd restarted it")
        #expect(report.failed.allSatisfy { !$0.nextStep.isEmpty })
    }

    @Test func aWindowOfZeroDoesNotWatch() throws {
        try fixture.bringUp()
        fixture.options.stableFor = .zero
        #expect(try fixture.restart().exitStatus == .done)
        #expect(!fixture.observer.phases.contains(.verify))
    }

    @Test func theEvictedSendNothingMore() throws {
        try fixture.fleet.install(fixture.holderScript { $0.answersAfter = .seconds(20) })
        try fixture.bringUp()
        fixture.clock.plan(after: .seconds(2)) { [lock = UncheckedBox(fixture.lock)] in lock.value.isEvicted = true }
        let operation = fixture.operation()
        let begin = fixture.clock.now()
        let error = fixture.error { _ = try operation.run(under: fixture.lock) }
        // It sees so where it waits, not only where it would send.
        #expect(fixture.clock.now() - begin < .milliseconds(2_250))
        #expect(error?.code == .evicted)
        #expect(error?.message.contains("left stopped: \(a1), \(a2), \(a3)") == true)
        // What systemd brings up by itself needs no command, and must not be cut by one.
        #expect(error?.hint == "to reach the rest: mosaic fleet start")
        #expect(try fixture.sent().contains { $0.hasPrefix("start ") } == false)
        #expect(operation.report.notReached.count == 3)
    }

    @Test func theFenceStandsBeforeEveryCommandOfABatch() throws {
        try fixture.bringUp()
        fixture.observer.onEvent = { [lock = fixture.lock] event in
            if case .sent(let command) = event, command.unit.rawValue == "mosaic-agent@a1.service" {
                lock.isEvicted = true
            }
        }
        let error = fixture.error { _ = try fixture.restart() }
        #expect(error?.code == .evicted)
        #expect(try fixture.sent() == ["stop \(a1)"])
    }

    @Test(arguments: [FleetError.Code.interrupted, .terminated])
    func aSignalLeavesTheJobToSystemdAndNamesTheRest(_ code: FleetError.Code) throws {
        try fixture.fleet.install(fixture.holderScript { $0.runs = [.up(), .up(after: .seconds(20))] })
        try fixture.bringUp()
        fixture.clock.plan(after: .seconds(1)) { [signal = fixture.signal] in
            signal.value = FleetError(code, "ended by a signal", hint: "look at the fleet")
        }
        let begin = fixture.clock.now()
        let error = fixture.error { _ = try fixture.restart() }
        #expect(fixture.clock.now() - begin < .milliseconds(1_300))
        #expect(error?.code == code)
        #expect(error?.message.contains("left to systemd: holder.service; left stopped: \(a1), \(a2), \(a3)") == true)
        fixture.clock.advance(by: .seconds(20))
        #expect(try fixture.states()[0].isActive)
    }

    @Test func theCommandForTheRestRepeatsTheReason() throws {
        try fixture.fleet.install(fixture.agentScript(0) { $0.runs = [.up(), .up(after: .seconds(20))] })
        try fixture.bringUp()
        fixture.options.agents = [fixture.agents[0].name, fixture.agents[1].name]
        fixture.options.maxParallel = 1
        fixture.options.repeats = ["--reason=why"]
        fixture.clock.plan(after: .seconds(1)) { [signal = fixture.signal] in
            signal.value = FleetError(.interrupted, "ended by a signal", hint: "look at the fleet")
        }
        let error = fixture.error { _ = try fixture.restart() }
        #expect(error?.hint == "to reach the rest: mosaic fleet restart a2 --reason=why")
    }

    @Test func stampsComeAtLeastEveryTwoSecondsAndLooksEvery250Milliseconds() throws {
        try fixture.fleet.install(
            fixture.holderScript {
                $0.runs = [.up(), .up(after: .seconds(6))]
                $0.answersAfter = .seconds(6)
            })
        try fixture.bringUp()
        fixture.options.stableFor = .seconds(6)
        _ = try fixture.restart()
        let stamps = fixture.lock.stamps
        #expect(zip(stamps, stamps.dropFirst()).allSatisfy { $1 - $0 <= .seconds(2) })
        #expect(fixture.observer.longestGap <= .milliseconds(250))
    }

    @Test func aFullDiskDoesNotLeaveTheFleetHalfRestarted() throws {
        try fixture.bringUp()
        fixture.lock.diskIsFull = true
        #expect(try fixture.restart().exitStatus == .done)
        #expect(fixture.observer.warnings.count == 1)
    }

    @Test func progressNamesPhaseUnitAndCount() throws {
        try fixture.bringUp()
        _ = try fixture.restart()
        let starts = fixture.lock.events.filter { $0.phase == "start" }
        #expect(starts.map(\.done) == [0, 1, 2, 3])
        #expect(starts.map(\.unit) == [nil, a1, a2, a3])
        #expect(starts.allSatisfy { $0.total == 3 })
    }

    @Test func theLogProvesWhoseCommandsTheseWere() throws {
        try fixture.bringUp()
        _ = try fixture.restart()
        let log = try fixture.fleet.log()
        #expect(log.events.filter { $0.what == .sent }.allSatisfy { $0.token == fixture.lock.token.rawValue })
        #expect(log.overlaps().isEmpty)
    }

    @Test func aPlanIsMadeWithoutSendingAnything() throws {
        try fixture.bringUp()
        let plan = try fixture.operation().plan()
        #expect(plan.steps.map(\.phase) == [.drain, .holder, .start])
        fixture.options.drain = false
        #expect(try fixture.operation().plan().steps.map(\.phase) == [.holder, .restart])
        #expect(try fixture.sent().isEmpty)
    }
}

struct UncheckedBox<Value>: @unchecked Sendable {
    let value: Value
    init(_ value: Value) { self.value = value }
}
