internal import FleetKit

/// Whether a command whose answer was lost was taken, seen from the unit itself.
enum Uncertainty: Equatable {
    /// With the number of the job that runs for it, or nil when that is over.
    case taken(job: UInt32?)
    case notTaken

    /// - Parameters:
    ///   - before: as `Connection.brief` tells it, so of a unit that was down its run may not be known.
    ///   - now: the whole state, over a new connection, so the manager has read nothing more from the old one.
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
        // Each run has an invocation of its own; a start that fails before it leaves a trace in the state. Where the run
        // before is not known and the unit is down again, it is started again: that is what was asked.
        let isSameRun =
            before.activeState == "inactive" && before.invocationID.isEmpty
            || before.invocationID == now.invocationID && before.restarts == now.restarts
        let isUnchanged =
            isSameRun && before.activeState == now.activeState && before.subState == now.subState
            && (!now.isFailed || before.result == now.result)
        return isUnchanged ? .notTaken : .taken(job: nil)
    }
}
