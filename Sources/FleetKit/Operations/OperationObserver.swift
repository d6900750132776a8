/// The steps of an operation, in its own words; they also name the phase in the lock record.
public enum OperationPhase: String, Sendable, CaseIterable, Codable {
    /// Stopping the agents before the holder goes down.
    case drain
    /// The holder's restart or start.
    case holder
    /// Waiting until the old teardown is over and the new holder answers.
    case settle
    /// Starting the agents.
    case start
    /// Restarting agents one by one.
    case restart
    /// Stopping what `stop` was asked to stop.
    case stop
    /// Watching that the agents stay up.
    case verify
}

/// Progress that an operation reports while it runs.
public enum OperationEvent: Sendable {
    /// Once, before the first phase; never when there is nothing to do or the operation is refused.
    case planned(OperationOutline)
    /// `total`: the units that the phase is about.
    case phaseBegan(OperationPhase, total: Int)
    case sent(UnitCommand)
    /// The n-th of `total` is done; a watched unit that fell is reported this way too.
    case finished(UnitOutcome, phase: OperationPhase, done: Int, total: Int)
    case phaseEnded(OperationPhase, took: Duration)
    /// What a waiting phase still waits for, each time that changes.
    case waiting(OperationPhase, for: String)
    /// Something that does not stop the operation.
    case warning(String)
    /// Nothing new; at least every 250 ms.
    case tick
}

/// Live progress. Called on the operation's own thread; must not block.
public protocol OperationObserver: AnyObject {
    /// Called for each event, in the order in which they occur.
    func operation(_ event: OperationEvent)
}

/// For callers that show nothing.
public final class Unobserved: OperationObserver {
    /// Has no state, so one instance can serve any number of operations.
    public init() {}
    /// Ignores every event.
    public func operation(_ event: OperationEvent) {}
}
