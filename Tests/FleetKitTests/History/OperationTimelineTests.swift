import FleetTestSupport
import Testing

@testable import FleetGuard
@testable import FleetKit

@Suite("What a record counts as a wait for the lock")
struct OperationTimelineTests {
    private let clock = ManualClock()

    private func waited(_ timeline: OperationTimeline) -> Int64 { completed(timeline).waited }

    private func completed(_ timeline: OperationTimeline) -> HistoryRecord {
        var record = HistoryRecord(
            .restart, by: ProcessIdentity(pid: 7, start: 1, pidNamespace: 1, bootID: "b", host: "h", uid: 1),
            command: "mosaic fleet restart", reason: nil, scope: .fleet, startedAt: "", endedAt: "", result: "done")
        timeline.complete(&record)
        return record
    }

    @Test func theWaitForAgentsIsNone() {
        let timeline = OperationTimeline(clock: clock)
        timeline.waitsForAgents()
        clock.advance(by: .seconds(60))
        timeline.lockWanted()
        clock.advance(by: .seconds(2))
        timeline.lockAcquired()
        clock.advance(by: .seconds(5))
        #expect(waited(timeline) == 2000)
        // It was given back, since an agent became busy: another turn.
        timeline.waitsForAgents()
        clock.advance(by: .seconds(60))
        #expect(waited(timeline) == 2000)
        timeline.lockWanted()
        clock.advance(by: .seconds(3))
        #expect(waited(timeline) == 5000, "also of a wait that ended without the lock")
        timeline.lockAcquired()
        #expect(waited(timeline) == 5000)
    }

    @Test func withoutAgentsToWaitForItIsTheTimeToTheLock() {
        let timeline = OperationTimeline(clock: clock)
        clock.advance(by: .seconds(2))
        timeline.lockAcquired()
        clock.advance(by: .seconds(5))
        #expect(waited(timeline) == 2000)
    }

    /// Else its row in the timeline would say that it was restarting all the time.
    @Test func anAgentThatFallsInARollingRestartWasWatchedSinceItsOwnRestart() throws {
        let timeline = OperationTimeline(clock: clock)
        let restart = UnitCommand(.restart, try UnitName("mosaic-agent@a.service"))
        timeline.operation(.phaseBegan(.restart, total: 2))
        clock.advance(by: .seconds(4))
        timeline.operation(.sent(restart))
        clock.advance(by: .milliseconds(100))
        timeline.operation(
            .finished(UnitOutcome(command: restart, result: .done, state: nil), phase: .restart, done: 1, total: 2))
        clock.advance(by: .milliseconds(300))
        timeline.operation(
            .finished(
                UnitOutcome(command: restart, result: .failed("exit-code"), state: nil), phase: .restart, done: 2,
                total: 2)
        )
        let record = completed(timeline)
        #expect(
            record.units.map(\.spans) == [
                [
                    HistoryRecord.Span("restart", from: 4000, to: 4100, outcome: "done"),
                    HistoryRecord.Span("verify", from: 4100, to: 4400, outcome: "failed"),
                ]
            ])
    }
}
