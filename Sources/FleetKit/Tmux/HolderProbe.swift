/// Whether the holder's server takes new sessions.
public enum ProbeAnswer: Sendable, Equatable {
    /// It answers; `server` is its process, where that is known.
    case answers(server: Int32?)
    /// It does not (yet); the text says what was found instead.
    case silent(String)
}

/// Asks the holder's server once. Must return within a few seconds, and must not hand on any descriptor.
public protocol HolderProbe: AnyObject {
    /// - Throws: when it can never answer (no tmux program).
    func ask() throws(FleetError) -> ProbeAnswer
}
