import FleetGuard
import FleetKit
import Testing

@Suite struct UnitStateTests {
    @Test("A crash is not flapping, nor is a second one; a third is, until the unit is up again")
    func flapping() throws {
        func isFlapping(_ restarts: UInt32, _ subState: String = "auto-restart") throws -> Bool {
            UnitState(
                name: try UnitName("mosaic-agent@a.service"), activeState: "activating", subState: subState,
                restarts: restarts
            ).isFlapping
        }
        #expect(try !isFlapping(0))
        #expect(try !isFlapping(1))
        #expect(try isFlapping(2) && isFlapping(2, "auto-restart-queued"))
        #expect(try !isFlapping(2, "running"))
    }
}
