/// How one command ended, judged by what the unit *is* afterwards.
public struct UnitOutcome: Sendable, Equatable {
    /// What became of the unit; `.done` alone is success.
    public enum Result: Sendable, Equatable {
        /// The unit is what the command asked for: active after start and restart, down after stop.
        case done
        /// systemd gave up on the unit; the text is its `Result`: `exit-code`, `signal`, `timeout` (the *start* took
        /// too long), `protocol`, `resources`, …
        case failed(String)
        /// Refused because the unit was started too often (`StartLimitBurst`); `reset-failed` clears it.
        case startLimitHit
        /// The job (not the service) ran into `JobTimeoutSec`.
        case timeout
        /// A conflicting job took its place.
        case canceled
        /// A unit that this one requires did not come up.
        case dependency
        /// A Condition…= of the unit did not hold: nothing was started, and systemd calls that success.
        case skipped
        case masked
        case notFound
        /// The unit file cannot be loaded: `bad-setting`, `error`.
        case loadFailed(String)
        /// The job ended well but the unit is not up (it ended at once); the text is its sub state.
        case exited(String)
        /// The manager refused: access denied, only by dependency, transaction is destructive, …
        case refused(String)
        /// An unknown job result; never counted as success.
        case unknown(String)
    }

    /// As given to `perform`.
    public var command: UnitCommand
    /// Judged by the unit's state, not by the job's result alone.
    public var result: Result
    /// The state after the command; nil only where the manager went away.
    public var state: UnitState?
    /// From sending the command to its end.
    public var duration: Duration

    /// - Parameter duration: the default suits a command that was not sent.
    public init(command: UnitCommand, result: Result, state: UnitState?, duration: Duration = .zero) {
        self.command = command
        self.result = result
        self.state = state
        self.duration = duration
    }

    /// The name in the command, even where it is an alias.
    public var unit: UnitName { command.unit }
    /// False for a skipped start too, although systemd calls that success.
    public var isDone: Bool { result == .done }
}
