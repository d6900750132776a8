internal import FleetGuard

/// The intents for units that are down: those that a restart owes, and those that were stopped on purpose.
///
/// A value, folded from the lines of the intent file (or of a test) in their order.
public struct Intents: Sendable, Equatable {
    /// One `stop` of one unit.
    public struct Stop: Sendable, Equatable {
        /// The same for all units of one command, different for each command.
        public var id: String
        /// The run that the stop was meant for (`InvocationID`); empty where the unit was down.
        public var run: String
    }

    /// Taken down by a restart that has not started them again.
    package private(set) var owed: Set<UnitName> = []
    /// Stopped by a person's `stop`, and not started by this tool since.
    public private(set) var stopped: [UnitName: Stop] = [:]

    /// Nothing is owed and nothing was stopped.
    public init() {}

    /// Applies the next line of the file. The order matters: `.owes` replaces all earlier debts.
    public mutating func apply(_ change: IntentChange) {
        switch change {
        case .owes(let runs):
            owed = []
            for (unit, run) in runs {
                // A stop that came between the restart's look at the unit and this line was meant for the same run.
                if let stop = stopped[unit], run.isEmpty || stop.run == run { continue }
                stopped[unit] = nil
                owed.insert(unit)
            }
        case .stops(let id, let runs):
            for (unit, run) in runs {
                owed.remove(unit)
                stopped[unit] = Stop(id: id, run: run)
            }
        case .runs(let known):
            for (unit, id) in known {
                owed.remove(unit)
                // One that its starter did not know of came later, and counts.
                if stopped[unit]?.id == id { stopped[unit] = nil }
            }
        }
    }

    /// Whether the unit is down because it was stopped, or about to be: not if it has run (and failed) since, without this
    /// tool.
    package func isStopped(_ state: UnitState) -> Bool {
        guard let stop = stopped[state.name] else { return false }
        guard state.isDown else {
            // `systemctl` does not tell what the job is for; the line does.
            let isUnknown = state.activeState.isExactly("deactivating") && state.job?.type.isEmpty == true
            return (state.isBeingStopped || isUnknown) && state.invocationID.isExactly(stop.run)
        }
        return !state.isFailed || state.invocationID == stop.run
    }

    /// Of these units, those that the process of a `stop` is still at work to end, also those that it has not come to: the
    /// holder is the last one of a whole stop.
    func beingStopped(_ states: [UnitState]) -> [UnitName] {
        states.filter { state in
            guard let stop = stopped[state.name], !state.isDown, state.invocationID.isExactly(stop.run) else {
                return false
            }
            return StopID.isAtWork(stop.id)
        }.map(\.name)
    }

    /// Of the units, those with a `stop` that `earlier` does not have.
    public func stopped(since earlier: Intents, among units: [UnitName]) -> [UnitName] {
        units.filter { unit in stopped[unit].map { $0.id != earlier.stopped[unit]?.id } ?? false }
    }

    /// The changes that make this value out of an empty one.
    var changes: [IntentChange] {
        var changes: [IntentChange] = []
        if !owed.isEmpty {
            changes.append(.owes(Dictionary(uniqueKeysWithValues: owed.map { ($0, "") })))
        }
        for (id, units) in Dictionary(grouping: stopped, by: \.value.id).sorted(by: { $0.key < $1.key }) {
            changes.append(.stops(id: id, Dictionary(uniqueKeysWithValues: units.map { ($0.key, $0.value.run) })))
        }
        return changes
    }
}

/// One line of the intent file.
public enum IntentChange: Sendable, Equatable {
    /// Everything that restarts owe from now on, each with the run that is taken down; empty for a run that is not known.
    /// Only the lock's owner writes it.
    case owes([UnitName: String])
    /// A person stops these; each with its run.
    case stops(id: String, [UnitName: String])
    /// These were started; each with the `id` of the last stop that its starter knew of, empty for none.
    case runs([UnitName: String])
}
