public import FleetGuard

/// The exit statuses of `mosaic fleet`, the same for every command. 64 to 78 follow sysexits(3).
public enum ExitStatus: Int32, Sendable, CaseIterable {
    case done = 0
    /// A unit failed, or did not stay up through the settle window.
    case unitFailed = 1
    /// `status`: something is not active. `lock inspect`: a lock is there.
    case attention = 3
    case noSuchUnit = 4
    case usage = 64
    case noServiceManager = 69
    /// I/O error in the run directory.
    case io = 74
    case busy = 75
    /// This process lost the lock and stopped.
    case evicted = 76
    case unsafeHome = 77
    case badRoster = 78
    /// `lock run`: its command is there and cannot be executed; as in a shell.
    case commandNotExecutable = 126
    /// `lock run`: there is no such command; as in a shell.
    case commandNotFound = 127
    /// 128 + SIGINT.
    case interrupted = 130
    /// 128 + SIGTERM.
    case terminated = 143

    init(_ code: FleetError.Code) {
        self =
            switch code {
            case .unitFailed: .unitFailed
            case .notActive: .attention
            case .noSuchUnit: .noSuchUnit
            case .usage: .usage
            case .noServiceManager: .noServiceManager
            case .io: .io
            case .busy: .busy
            case .evicted: .evicted
            case .unsafeHome: .unsafeHome
            case .badRoster: .badRoster
            case .commandNotExecutable: .commandNotExecutable
            case .commandNotFound: .commandNotFound
            case .interrupted: .interrupted
            case .terminated: .terminated
            default: .io  // another program's own class; none of ours
            }
    }
}

extension FleetError {
    public var exitStatus: ExitStatus { ExitStatus(code) }
}
