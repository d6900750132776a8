import FleetTestSupport
import Synchronization
import Testing

@testable import FleetGuard
@testable import FleetKit

/// A question to a manager that does not answer ends with a signal.
struct QuestionerTests {
    private final class Box: Sendable {
        let isInterrupted = Atomic(false)
    }

    @Test("an answer that is on its way is taken, and a silent manager is given up")
    func patience() throws {
        let clock = ManualClock()
        let box = Box()
        let questioner = Questioner(
            { box.isInterrupted.load(ordering: .acquiring) ? FleetError(.terminated, "ended", hint: "") : nil },
            clock: clock)
        clock.sleep(for: .seconds(20))
        try questioner.handle(.tick)
        box.isInterrupted.store(true, ordering: .releasing)
        #expect(throws: FleetError.self) { try questioner.handle(.tick) }
        let second = Questioner({ FleetError(.interrupted, "ended", hint: "") }, clock: clock)
        try second.handle(.tick)
        clock.sleep(for: Questioner.patience)
        #expect(throws: FleetError.self) { try second.handle(.tick) }
    }
}
