package import FleetGuard
package import FleetKit

/// Answers as a tmux client would find the scripted holder's server (`FakeUnit.answersAfter`).
package final class FakeHolderProbe: HolderProbe {
    private let fleet: FakeFleet
    private let holder: UnitName

    package init(_ fleet: FakeFleet, holder: UnitName) {
        self.fleet = fleet
        self.holder = holder
    }

    package func ask(among processes: [Int32]) throws(FleetError) -> ProbeAnswer {
        try fleet.answers(holder) ? .answers(server: nil) : .silent("no server running")
    }
}
