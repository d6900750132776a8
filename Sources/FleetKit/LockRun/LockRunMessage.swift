internal import FleetGuard
internal import Glibc

/// What a `lock run` and the keeper of its command tell each other, one packet each.
enum LockRunMessage: Equatable {
    // To the keeper
    /// Send this signal to the command's process group.
    case signal(CInt)
    /// The lock is lost: end everything.
    case end
    /// Execute the program; the process has been moved into its scope, or not.
    case go(isInScope: Bool)

    // From the keeper
    /// The command's process is there and waits for `go`.
    case forked(pid_t)
    case started(pid_t)
    /// `errno` of the attempt to execute it.
    case notStarted(CInt)
    /// By this signal; told each time.
    case stopped(CInt)
    /// The last word: the command has ended, and so has everything that it left in its session.
    case exited(status: CInt, leftOver: CInt)
    case killed(signal: CInt, leftOver: CInt)

    private var fields: [CInt] {
        switch self {
        case .signal(let number): [1, number, 0]
        case .end: [2, 0, 0]
        case .started(let pid): [3, pid, 0]
        case .notStarted(let number): [4, number, 0]
        case .stopped(let number): [5, number, 0]
        case .exited(let status, let count): [6, status, count]
        case .killed(let number, let count): [7, number, count]
        case .forked(let pid): [8, pid, 0]
        case .go(let isInScope): [9, isInScope ? 1 : 0, 0]
        }
    }

    private init?(_ fields: [CInt]) {
        switch fields[0] {
        case 1: self = .signal(fields[1])
        case 2: self = .end
        case 3: self = .started(fields[1])
        case 4: self = .notStarted(fields[1])
        case 5: self = .stopped(fields[1])
        case 6: self = .exited(status: fields[1], leftOver: fields[2])
        case 7: self = .killed(signal: fields[1], leftOver: fields[2])
        case 8: self = .forked(fields[1])
        case 9: self = .go(isInScope: fields[1] != 0)
        default: return nil
        }
    }

    /// A peer that is gone is seen when its end of the socket is read.
    func send(to socket: CInt) {
        let fields = fields
        while Glibc.send(socket, fields, fields.count * MemoryLayout<CInt>.size, CInt(MSG_NOSIGNAL)) < 0
            && errno == EINTR
        {}
    }

    enum Received: Equatable {
        case message(LockRunMessage)
        case nothing
        /// The peer has ended.
        case closed
    }

    /// Does not wait.
    static func receive(from socket: CInt) -> Received {
        var fields: [CInt] = [0, 0, 0]
        while true {
            let count = recv(
                socket, &fields, fields.count * MemoryLayout<CInt>.size, CInt(MSG_DONTWAIT))
            if count < 0 && errno == EINTR { continue }
            if count < 0 { return errno == EAGAIN ? .nothing : .closed }
            guard count == fields.count * MemoryLayout<CInt>.size, let message = LockRunMessage(fields) else {
                return .closed
            }
            return .message(message)
        }
    }

    /// Two ends of a socket that keeps the packets apart, closed on exec.
    /// - Throws: `.io`.
    static func pair() throws(FleetError) -> (CInt, CInt) {
        var ends: [CInt] = [-1, -1]
        let kind = CInt(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            throw FleetError(
                .io, "cannot make a socket for the command's keeper: \(String(cString: strerror(errno)))",
                hint: "raise the limit of open files (ulimit -n)")
        }
        return (ends[0], ends[1])
    }
}
