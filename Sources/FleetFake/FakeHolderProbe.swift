package import FleetGuard
package import FleetKit

/// Answers as a tmux client would find the scripted holder's server (`FakeUnit.answersAfter`).
package final class FakeHolderProbe: HolderProbe {
    private let store: FakeStore
    private let holder: UnitName
    private let clock: any OperationClock

    package init(directory: String, holder: UnitName, clock: any OperationClock = SystemClock()) {
        self.store = FakeStore(directory: directory)
        self.holder = holder
        self.clock = clock
    }

    package func ask(among processes: [Int32]) throws(FleetError) -> ProbeAnswer {
        var known: FakeStore.Known?
        let answers = try store.change(known: &known, by: clock) { world, now in
            world.answers(holder.rawValue, at: now)
        }
        return answers ? .answers(server: nil) : .silent("no server running")
    }
}
