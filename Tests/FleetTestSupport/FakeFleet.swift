package import FleetFake
package import FleetGuard
package import FleetKit

/// The director's side of the scripted manager: installs units, makes accidents happen, reads the log.
package struct FakeFleet: Sendable {
    package let directory: String
    private let clock: any OperationClock

    package init(directory: String, clock: any OperationClock = SystemClock()) {
        self.directory = directory
        self.clock = clock
    }

    /// Adds the units, or replaces the scripts of those that are there; what is running goes on.
    package func install(_ units: [FakeUnit]) throws(FleetError) {
        try change { world, _ in
            for unit in units { world.units[unit.name.rawValue] = unit }
        }
    }

    package func install(_ units: FakeUnit...) throws(FleetError) { try install(units) }

    /// Makes the units active at once, in this order, without a command in the log.
    package func bringUp(_ units: [UnitName]) throws(FleetError) {
        try change { world, now in
            for unit in units {
                let hadEvents = world.events
                world.enqueue(.start, unit.rawValue, by: .manager, at: now)
                world.runJobs(at: now)
                if world.runtimes[unit.rawValue]?.next == .started { world.runtimes[unit.rawValue]?.deadline = now }
                world.advance(to: now)
                world.events = hadEvents
                world.runtimes[unit.rawValue]?.starts = []
                world.runtimes[unit.rawValue]?.answersAt = now
            }
        }
    }

    /// The unit's main process ends now, by itself.
    package func kill(_ unit: UnitName, _ end: FakeUnit.End = .signal(9)) throws(FleetError) {
        try change { world, now in
            guard let script = world.units[unit.rawValue] else { return }
            world.processEnded(script, end, at: now)
        }
    }

    /// Somebody else stops the unit, and does not wait for it.
    package func stop(_ unit: UnitName) throws(FleetError) {
        try change { world, now in
            world.enqueue(.stop, unit.rawValue, by: .manager, at: now)
        }
    }

    /// The unit's main process says this of itself (`STATUS=`).
    package func say(_ text: String, of unit: UnitName) throws(FleetError) {
        try change { world, _ in
            guard world.runtimes[unit.rawValue]?.isRunning == true else { return }
            world.runtimes[unit.rawValue]?.statusText = text
        }
    }

    package func log() throws(FleetError) -> FakeEventLog { try FakeEventLog(directory: directory) }

    /// Asks this fleet's holder, by this fleet's clock.
    package func probe(of holder: UnitName) -> FakeHolderProbe {
        FakeHolderProbe(directory: directory, holder: holder, clock: clock)
    }

    private func change(_ body: (inout FakeWorld, Int64) throws(FleetError) -> Void) throws(FleetError) {
        var known: FakeStore.Known?
        try FakeStore(directory: directory).change(known: &known, by: clock, body)
    }
}
