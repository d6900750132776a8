import FleetTestSupport
import Testing

@testable import FleetGuard
@testable import FleetKit

@Suite("What a record counts as a wait for the lock")
struct OperationTimelineTests {
    private let clock = ManualClock()

    private func waited(_ timeline: OperationTimeline) -> Int64 {
        var record = HistoryRecord(
            .restart, by: ProcessIdentity(pid: 7, start: 1, pidNamespace: 1, bootID: "b", host: "h", uid: 1),
            command: "mosaic fleet restart", reason: nil, scope: .fleet, startedAt: "", endedAt: "", result: "done")
        timeline.complete(&record)
        return record.waited
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
}
