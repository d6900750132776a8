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

/// How the agent's process ended.
enum AgentEnd: Equatable {
    case exited(Int32)
    case signaled(Int32, outOfMemory: Bool)

    /// - Parameter wait: as wait(2) has it.
    init(wait: Int32, outOfMemory: Bool) {
        let signal = wait & 0x7f
        self = signal == 0 ? .exited((wait >> 8) & 0xff) : .signaled(signal, outOfMemory: outOfMemory && signal == 9)
    }

    var status: Int32 {
        switch self {
        case .exited(let status): status
        case .signaled(let signal, _): 128 + signal
        }
    }

    /// Whether a signal that a stop sends ended it.
    var isByRequest: Bool {
        switch self {
        case .exited(let status): status == 0
        case .signaled(let signal, _): [1, 2, 3, 15].contains(signal)
        }
    }

    var words: String {
        switch self {
        case .exited(let status): "exit status \(status)"
        case .signaled(_, outOfMemory: true): "out of memory: killed by the kernel (SIGKILL)"
        case .signaled(let signal, _): "killed by \(SignalName.of(signal))"
        }
    }
}

/// `SIGKILL` for 9.
public enum SignalName {
    private static let names: [Int32: String] = [
        1: "HUP", 2: "INT", 3: "QUIT", 4: "ILL", 5: "TRAP", 6: "ABRT", 7: "BUS", 8: "FPE", 9: "KILL", 10: "USR1",
        11: "SEGV", 12: "USR2", 13: "PIPE", 14: "ALRM", 15: "TERM", 24: "XCPU", 25: "XFSZ", 31: "SYS",
    ]

    /// `signal N` for one without a common name.
    public static func of(_ signal: Int32) -> String { names[signal].map { "SIG" + $0 } ?? "signal \(signal)" }
}
