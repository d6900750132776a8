internal import FleetGuard

/// Runs of agents that somebody asked to end: `stopped-UNIT` in the run directory with the run's InvocationID, made by the
/// agent's main process when it gets the signal of a stop, and removed by it at the next start.
///
/// An agent that answers a stop with a failure, or has to be killed in the end, is failed to systemd, as one that failed by
/// itself is.
package struct AskedEnds {
    private let marks: UnitMarks

    package init(home: MosaicHome) { marks = UnitMarks(home: home, prefix: "stopped-") }

    /// - Parameter run: nil: a new run has begun.
    /// - Throws: `.io`, `.unsafeHome`.
    func set(_ unit: UnitName, run: String?) throws(FleetError) { try marks.set(unit, run) }

    /// The run of the unit that was asked to end last; nil for none.
    /// - Throws: `.io`, `.unsafeHome`.
    func run(of unit: UnitName) throws(FleetError) -> String? { try marks.text(of: unit) }

    /// Whether the run of this unit that is under way was asked to end; false where that cannot be read.
    package func isAsked(_ unit: UnitName) -> Bool {
        do throws(FleetError) { return try run(of: unit) != nil } catch { return false }
    }

    /// Of these, those whose last run was asked to end.
    /// - Throws: `.io`, `.unsafeHome`.
    func among(_ states: [UnitState]) throws(FleetError) -> Set<UnitName> {
        var found: Set<UnitName> = []
        for state in states where !state.invocationID.isEmpty {
            if try run(of: state.name)?.isExactly(state.invocationID) == true { found.insert(state.name) }
        }
        return found
    }
}
