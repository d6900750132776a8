import FleetFake
import FleetTestSupport
import Testing

@testable import FleetKit

/// A restart is a wish: every target runs, in a run that began after the wish.
@Suite("A wish that others fulfil", .timeLimit(.minutes(10)))
struct JoinTests {
    let fixture: OperationFixture

    init() throws {
        fixture = try OperationFixture(agents: 3)
        try fixture.bringUp()
    }

    private func send(_ verb: UnitCommand.Verb, _ units: UnitName...) throws {
        _ = try fixture.manager.perform(
            units.map { UnitCommand(verb, $0) }, maxParallel: nil, supervisor: Unsupervised())
    }

    /// Asks for a restart, lets others do something, and then runs it under the lock.
    private func restart(after meanwhile: () throws -> Void) throws -> (report: RestartReport, sent: [String]) {
        fixture.options.wish = try fixture.operation().wish()
        try meanwhile()
        let before = try fixture.sent().count
        let report = try fixture.restart()
        fixture.options.wish = nil
        return (report, Array(try fixture.sent().dropFirst(before)))
    }

    @Test func aWholeRestartThatBeganLaterLeavesNothingToDo() throws {
        let second = try restart { _ = try fixture.restart() }
        #expect(second.sent == [])
        #expect(second.report.exitStatus == .done)
        #expect(Set(second.report.fulfilled) == Set(fixture.units))
        #expect(second.report.skipped.allSatisfy { $0.why.hasPrefix("it was restarted meanwhile") })
    }

    @Test func withoutAWishEverythingIsRestartedEachTime() throws {
        _ = try fixture.restart()
        let before = try fixture.sent().count
        #expect(try fixture.restart().units.count == 4)
        #expect(try fixture.sent().count > before)
    }

    @Test func whatHadBeenRestartedBeforeTheWishIsRestartedAgain() throws {
        // A restart under way: it has restarted the holder and the first agent when the other one is asked for.
        try send(.restart, fixture.holder)
        try send(.start, fixture.agents[0].unit)
        let played = try restart { try send(.start, fixture.agents[1].unit, fixture.agents[2].unit) }
        #expect(played.sent.contains("restart holder.service"))
        #expect(played.report.exitStatus == .done)
        #expect(try fixture.states().allSatisfy(\.isActive))
    }

    @Test func oneBrokenAgentAloneIsRestartedAgain() throws {
        let played = try restart {
            try fixture.fleet.install(
                fixture.agentScript(1) {
                    $0.restart = .no
                    $0.runs = [.dies(after: .zero)]
                })
            #expect(try fixture.restart().exitStatus == .unitFailed)
            try fixture.fleet.install(fixture.agentScript(1) { _ in })
        }
        let unit = fixture.agents[1].unit
        #expect(played.sent.filter { !$0.hasPrefix("reset-failed") } == ["start \(unit)"])
        #expect(played.report.exitStatus == .done)
        #expect(try fixture.states().allSatisfy(\.isActive))
    }

    @Test func aPartialRestartInBetweenCountsForThatAgentAlone() throws {
        fixture.options.agents = [fixture.agents[0].name, fixture.agents[1].name]
        let played = try restart { try send(.restart, fixture.agents[1].unit) }
        #expect(played.sent == ["restart \(fixture.agents[0].unit)"])
        #expect(played.report.fulfilled == [fixture.agents[1].unit])
    }

    @Test func aPartialRestartInBetweenDoesNotCountForTheWhole() throws {
        let played = try restart { try send(.restart, fixture.agents[1].unit) }
        #expect(played.sent.contains("restart holder.service"))
        #expect(played.report.fulfilled == [])
    }

    @Test func anAgentThatCameBackByItselfCounts() throws {
        fixture.options.agents = [fixture.agents[0].name]
        try fixture.fleet.install(fixture.agentScript(0) { $0.restartDelay = .milliseconds(100) })
        let played = try restart {
            try fixture.fleet.kill(fixture.agents[0].unit)
            fixture.clock.advance(by: .seconds(1))
            #expect(try fixture.states()[1].isActive)
        }
        #expect(played.sent == [])
        #expect(played.report.fulfilled == [fixture.agents[0].unit])
    }

    @Test func anAgentThatDiedMeanwhileIsBroughtUp() throws {
        fixture.options.agents = [fixture.agents[0].name]
        try fixture.fleet.install(fixture.agentScript(0) { $0.restart = .no })
        let played = try restart {
            try send(.restart, fixture.agents[0].unit)
            try fixture.fleet.kill(fixture.agents[0].unit)
        }
        #expect(played.sent.last == "start \(fixture.agents[0].unit)")
        #expect(played.report.exitStatus == .done)
    }

    @Test func anAgentWithoutAutostartCountsOnlyWhereItRuns() throws {
        fixture.roster.agents[2].autostart = false
        let played = try restart {
            _ = try fixture.restart()
            try send(.stop, fixture.agents[2].unit)
        }
        #expect(played.sent == [])
        #expect(played.report.skipped.contains { $0.unit == fixture.agents[2].unit && $0.why.contains("autostart") })
        #expect(try !fixture.states()[3].isActive)
    }

    @Test func whatWasStoppedOnPurposeSinceTheWishStaysDown() throws {
        let played = try restart {
            _ = try StopOperation(
                manager: fixture.manager, roster: fixture.roster, agents: [fixture.agents[1].name],
                surroundings: fixture.surroundings()
            ).run()
        }
        #expect(try fixture.states().map(\.isActive) == [true, true, false, true])
        #expect(played.report.exitStatus == .done)
        #expect(played.report.skipped.map(\.unit) == [fixture.agents[1].unit])
    }
}
