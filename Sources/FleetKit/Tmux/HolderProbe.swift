public import FleetGuard

/// Whether the holder's server takes new sessions.
public enum ProbeAnswer: Sendable, Equatable {
    /// It answers; `server` is its process, where that is known.
    case answers(server: Int32?)
    /// It does not (yet); the text says what was found instead.
    case silent(String)
    /// Another process listens on the holder's socket: waiting does not help. The text names both.
    case foreign(String)
}

/// Asks the holder's server once. Must return within a few seconds, and must not hand on any descriptor.
public protocol HolderProbe: AnyObject {
    /// - Parameter processes: those of the holder's unit now; its server is one of them.
    /// - Throws: when it can never answer (no tmux program).
    func ask(among processes: [Int32]) throws(FleetError) -> ProbeAnswer

    /// The names of the sessions in the holder's server; nil where that cannot be told.
    /// - Throws: as `ask`.
    func sessions(among processes: [Int32]) throws(FleetError) -> [String]?

    /// Ends a session of the holder's server, and with it what runs there, as `tmux kill-session` does.
    /// - Parameter session: the whole name.
    /// - Throws: as `ask`; `.unitFailed` with tmux's words when it refuses, or the server is not reached.
    func end(_ session: String, among processes: [Int32]) throws(FleetError)
}

extension HolderProbe {
    /// Default: nil, for probes that cannot tell.
    public func sessions(among processes: [Int32]) throws(FleetError) -> [String]? { nil }
    /// Default: ends nothing and reports no error.
    public func end(_ session: String, among processes: [Int32]) throws(FleetError) {}
}
