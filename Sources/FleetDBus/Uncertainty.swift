internal import FleetKit

/// Whether a command whose answer was lost was taken, seen from the unit itself.
enum Uncertainty: Equatable {
    /// With the number of the job that runs for it, or nil when that is over.
    case taken(job: UInt32?)
    case notTaken

    /// - Parameter now: read over a new connection, so the manager has read nothing more from the old one.
    static func judge(_ command: UnitCommand, before: UnitState?, now: UnitState) -> Uncertainty {
        // Doing it twice does no harm.
        if command.verb == .resetFailed { return .notTaken }
        if let job = now.job {
            // A job of the other kind has taken the place of ours, if ours was ever there: the state decides.
            let isStop = job.type == "stop"
            return .taken(job: isStop == (command.verb == .stop) ? job.id : nil)
        }
        if command.verb == .stop && now.isDown { return .taken(job: nil) }
        if command.verb == .start && now.isActive { return .taken(job: nil) }
        guard let before else { return .taken(job: nil) }
        // Each run has an invocation of its own; a start that fails before it leaves a trace in the state. (What became of
        // the run is in `result`, which is read, and is more than `success`, where it failed.)
        let isUnchanged =
            before.invocationID == now.invocationID && before.activeState == now.activeState
            && before.subState == now.subState && (!now.isFailed || before.result == now.result)
            && before.restarts == now.restarts
        return isUnchanged ? .notTaken : .taken(job: nil)
    }
}
