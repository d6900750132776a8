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
