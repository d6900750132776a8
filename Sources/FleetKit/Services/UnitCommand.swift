/// One command to a service manager for one unit.
public struct UnitCommand: Hashable, Sendable, CustomStringConvertible {
    public enum Verb: String, Sendable, CaseIterable {
        case start, stop, restart
        /// Zeroes Result, NRestarts and the start-limit counter; makes no job.
        case resetFailed = "reset-failed"
    }

    public var verb: Verb
    public var unit: UnitName

    public init(_ verb: Verb, _ unit: UnitName) {
        self.verb = verb
        self.unit = unit
    }

    public var description: String { "\(verb.rawValue) \(unit)" }
}
