/// How an agent's unit came to its end, for the unit's exit status and for people.
enum SessionEnd: Equatable {
    /// The agent's own end.
    case agent(AgentEnd)
    /// systemd asked for it; nil: before the agent had started.
    case stopped(AgentEnd?)
    /// It lost its terminal; the text says why.
    case terminalLost(String)
    case notStarted(status: Int32, String)

    /// systemd's own number for a directory that cannot be entered, systemd.exec(5).
    static let noDirectory: Int32 = 200

    /// The unit's exit status. That of the agent, with 128 + N for signal N as a shell has it: dying by the same signal
    /// would not do, since systemd takes SIGHUP, SIGINT, SIGPIPE and SIGTERM for a success.
    var status: Int32 {
        switch self {
        case .agent(let end): end.status
        // As systemd has it: the signal that asked for the end is no failure.
        case .stopped(let end): end.map { $0.isByRequest ? 0 : $0.status } ?? 0
        case .terminalLost: ExitStatus.unitFailed.rawValue
        case .notStarted(let status, _): status
        }
    }

    var words: String {
        switch self {
        case .agent(let end): end.words
        case .stopped(let end?) where !end.isByRequest: "stopped: \(end.words)"
        case .stopped: "stopped"
        case .terminalLost(let why), .notStarted(_, let why): why
        }
    }
}
