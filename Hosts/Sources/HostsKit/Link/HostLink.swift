internal import FleetGuard
public import FleetKit

/// Asks hosts, many at once, from one thread: calls are opened, and what they bring is collected by `wait`.
public protocol HostLink: AnyObject {
    /// Sends the request. Whatever fails, now or later, is the call's end.
    /// - Parameter patience: for the hello; after that, a host is silent for at most `silence`.
    /// - Returns: the call's number, never used again.
    func open(_ host: HostsFile.Host, _ request: HostRequest, patience: Duration) -> Int

    /// No event of this call comes any more. What runs on the host goes on.
    func close(_ call: Int)

    /// - Returns: what has arrived, at the latest after that time; empty also when a signal came.
    func wait(atMost limit: Duration) -> [LinkEvent]

    /// How this host is reached with a terminal, as words of a command; nil where it cannot be.
    func terminalCommand(_ host: HostsFile.Host, _ words: [String]) -> [String]?
}

public struct LinkEvent: Sendable, Equatable {
    public enum What: Sendable, Equatable {
        case frame(HostFrame)
        /// The last event of a call: the host said all that it had to say.
        case complete
        /// The last event of a call: what became of the request is not known. In words, safe for a terminal.
        case lost(String)
    }

    public var call: Int
    public var what: What

    public init(_ call: Int, _ what: What) {
        self.call = call
        self.what = what
    }
}

/// Bounds on what a host may say.
public enum LinkLimits {
    /// A host that runs an operation says something every 5 s.
    public static let silence = Duration.seconds(30)
    /// Bytes of what a login shell prints before the hello.
    public static let noise = 1 << 16
    /// Bytes of a whole answer.
    public static let total = 64 << 20
}
