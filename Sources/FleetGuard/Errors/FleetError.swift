/// The one error type of FleetKit and its backends: what happened, to which file or unit, and what to do next.
///
/// `message` names the file, unit or option and never ends in a full stop; `hint` is the next step for a person who
/// has only a terminal. The command line prints both; `--json` prints them with `code.rawValue`.
public struct FleetError: Error, Sendable, Equatable {
    /// The class of a failure, stable for scripts. One exit status belongs to each.
    public enum Code: String, Sendable, CaseIterable {
        case unitFailed = "unit-failed"
        case notActive = "not-active"
        case noSuchUnit = "no-such-unit"
        case usage = "usage"
        case noServiceManager = "no-service-manager"
        case io = "io"
        case busy = "busy"
        case evicted = "evicted"
        case unsafeHome = "unsafe-home"
        case badRoster = "bad-roster"
        case commandNotExecutable = "command-not-executable"
        case commandNotFound = "command-not-found"
        case interrupted = "interrupted"
        case terminated = "terminated"
    }

    public var code: Code
    public var message: String
    public var hint: String

    public init(_ code: Code, _ message: String, hint: String) {
        self.code = code
        self.message = message
        self.hint = hint
    }
}

extension FleetError: CustomStringConvertible {
    public var description: String { hint.isEmpty ? message : "\(message); \(hint)" }
}
