import Testing

@testable import FleetKit

@Suite("What a crashed restart left stopped") struct LeftStoppedTests {
    private func event(_ phase: String, _ unit: String, _ outcome: String) -> ProgressEvent {
        ProgressEvent(phase: phase, unit: unit, outcome: outcome)
    }

    @Test func aStopThatWasOnlyAboutToBeSentCounts() throws {
        let left = LeftStopped.units(in: [event("drain", "mosaic-agent@a.service", "sent")])
        #expect(left == [try UnitName("mosaic-agent@a.service")])
    }

    @Test func anAgentThatCameUpAgainIsNotLeft() throws {
        let left = LeftStopped.units(in: [
            event("drain", "mosaic-agent@a.service", "sent"), event("drain", "mosaic-agent@b.service", "done"),
            event("holder", "mosaic-tmux-holder.service", "done"),
            event("start", "mosaic-agent@a.service", "done"), event("start", "mosaic-agent@b.service", "failed"),
        ])
        #expect(left == [try UnitName("mosaic-agent@b.service")])
    }

    @Test func aDamagedNameIsNoUnit() {
        #expect(LeftStopped.units(in: [event("drain", "-H; rm", "sent"), ProgressEvent(phase: "drain")]).isEmpty)
    }
}
