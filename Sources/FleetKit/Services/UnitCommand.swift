/// One command to a service manager for one unit.
public struct UnitCommand: Hashable, Sendable, CustomStringConvertible {
    /// The raw value is systemctl's word for it.
    public enum Verb: String, Sendable, CaseIterable {
        case start, stop, restart
        /// Zeroes Result, NRestarts and the start-limit counter; makes no job.
        case resetFailed = "reset-failed"
    }

    /// Every verb but `resetFailed` makes a job.
    public var verb: Verb
    /// May be an alias; the outcome keeps this name.
    public var unit: UnitName

    /// Checks nothing: what a masked or missing unit makes of the command is in its outcome.
    public init(_ verb: Verb, _ unit: UnitName) {
        self.verb = verb
        self.unit = unit
    }

    /// As typed after `systemctl`: `restart UNIT`.
    public var description: String { "\(verb.rawValue) \(unit)" }
}
