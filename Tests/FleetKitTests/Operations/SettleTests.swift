import FleetFake
import FleetTestSupport
import Testing

@testable import FleetGuard
@testable import FleetKit

/// Answers what the test wrote down.
final class ScriptedProbe: HolderProbe {
    var answer: ProbeAnswer
    var asked = 0

    init(_ answer: ProbeAnswer) { self.answer = answer }

    func ask(among processes: [Int32]) throws(FleetError) -> ProbeAnswer {
        asked += 1
        return answer
    }
}

struct ScriptedProcesses: ProcessLook {
    var starts: [Int32: UInt64]
    func start(of pid: Int32) -> UInt64? { starts[pid] }
    func name(of pid: Int32) -> String? { "tmux: server" }
}

@Suite("Settle", .timeLimit(.minutes(10)))
struct SettleTests {
    let fixture: OperationFixture

    init() throws {
        fixture = try OperationFixture()
        try fixture.bringUp()
    }

    private func settle(
        _ probe: (any HolderProbe)? = nil, _ processes: any ProcessLook = ProcProcessLook()
    ) -> Settle {
        let supervisor = FencedSupervisor(
            fixture.lock, OperationSurroundings(observer: fixture.observer, clock: fixture.clock))
        return Settle(
            manager: fixture.manager, holder: fixture.holder, probe: probe, processes: processes,
            clock: fixture.clock, supervisor: supervisor)
    }

    private func pid() throws -> Int32 { try #require(try fixture.manager.processes(of: fixture.holder).first) }

    @Test func theOldRunIsNotTheNewOne() throws {
        var before = try settle().before()
        before.processes = []
        let obstacle = try settle().run(since: before, timeout: .seconds(1))
        #expect(obstacle?.text == "holder.service is still in its old run (waited 1s)")
    }

    @Test func aSettledHolderTakesNoTime() throws {
        let begin = fixture.clock.now()
        #expect(try settle().run(since: .init(invocationID: "old", processes: []), timeout: .seconds(9)) == nil)
        #expect(fixture.clock.now() == begin)
    }

    @Test func anOldProcessIsNamedAndAReusedNumberIsNotIt() throws {
        let pid = try pid()
        let look = ScriptedProcesses(starts: [pid: 500])
        let old = Settle.Before(invocationID: "old", processes: [.init(pid: pid, start: 500)])
        let obstacle = try settle(nil, look).run(since: old, timeout: .milliseconds(100))
        #expect(obstacle?.text.contains("still running: \(pid) (tmux: server)") == true)
        let reused = Settle.Before(invocationID: "old", processes: [.init(pid: pid, start: 499)])
        #expect(try settle(nil, look).run(since: reused, timeout: .milliseconds(100)) == nil)
    }

    @Test func aForeignServerOnTheSocketIsNotTheHolder() throws {
        let old = Settle.Before(invocationID: "old", processes: [])
        let foreign = ScriptedProbe(.answers(server: 4242))
        let obstacle = try settle(foreign).run(since: old, timeout: .milliseconds(200))
        #expect(obstacle?.text.contains("process 4242, which is not in holder.service") == true)
        #expect(try settle(ScriptedProbe(.answers(server: pid()))).run(since: old, timeout: .seconds(1)) == nil)
    }

    /// Somebody has stopped it: nothing brings it up.
    @Test func aHolderThatIsDownWithoutAJobIsNotWaitedForLong() throws {
        try fixture.fleet.stop(fixture.holder)
        fixture.clock.advance(by: .seconds(1))
        let begin = fixture.clock.now()
        let obstacle = try settle().run(since: .init(invocationID: "old", processes: []), timeout: .seconds(30))
        #expect(obstacle?.text == "holder.service is inactive (dead)")
        #expect(fixture.clock.now() - begin < .seconds(4))
    }

    @Test func aFailedHolderIsNotWaitedFor() throws {
        try fixture.fleet.kill(fixture.holder, .status(3))
        let begin = fixture.clock.now()
        let obstacle = try settle().run(since: .init(invocationID: "old", processes: []), timeout: .seconds(30))
        #expect(obstacle?.text == "holder.service failed: exit status 3")
        #expect(fixture.clock.now() - begin < .milliseconds(100))
    }

    @Test func looksBecomeRarerAndStayFrequent() throws {
        let silent = ScriptedProbe(.silent("no server running"))
        _ = try settle(silent).run(since: .init(invocationID: "old", processes: []), timeout: .seconds(1))
        #expect(silent.asked >= 20 && silent.asked <= 30)
        #expect(fixture.observer.waits.count == 1)
    }
}
