public import FleetGuard

/// The exit status of `mosaic fleet`: one of these, the same for every command, or that of a program which a command ran.
/// 64 to 78 follow sysexits(3).
public struct ExitStatus: RawRepresentable, Hashable, Sendable, CaseIterable {
    /// 0 to 255.
    public let rawValue: Int32

    /// For the status of a program that a command ran; the command line's own are the constants below.
    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// All that was asked for was done. `status`: all active; `lock inspect`: the lock is free.
    public static let done = ExitStatus(rawValue: 0)
    /// A unit failed, or did not stay up through the settle window.
    public static let unitFailed = ExitStatus(rawValue: 1)
    /// `status`: something is not active. `lock inspect`: a lock is there.
    public static let attention = ExitStatus(rawValue: 3)
    /// An agent or unit that the roster or the service manager does not know.
    public static let noSuchUnit = ExitStatus(rawValue: 4)
    /// Invalid arguments, options or environment variables.
    public static let usage = ExitStatus(rawValue: 64)
    /// The service manager cannot be reached, or refused the request.
    public static let noServiceManager = ExitStatus(rawValue: 69)
    /// I/O error in the run directory.
    public static let io = ExitStatus(rawValue: 74)
    /// The lock is busy, or an agent was busy until the deadline (`--when-idle`); safe to try again later.
    public static let busy = ExitStatus(rawValue: 75)
    /// This process lost the lock and stopped.
    package static let evicted = ExitStatus(rawValue: 76)
    package static let unsafeHome = ExitStatus(rawValue: 77)
    /// The roster cannot be read, or is invalid.
    public static let badRoster = ExitStatus(rawValue: 78)
    /// `lock run`: its command is there and cannot be executed; as in a shell.
    package static let commandNotExecutable = ExitStatus(rawValue: 126)
    /// `lock run`: there is no such command; as in a shell.
    package static let commandNotFound = ExitStatus(rawValue: 127)
    /// 128 + SIGINT.
    public static let interrupted = ExitStatus(rawValue: 130)
    /// 128 + SIGTERM.
    package static let terminated = ExitStatus(rawValue: 143)

    /// In ascending order; the manual's list of exit statuses is made of it.
    public static let allCases: [ExitStatus] = [
        .done, .unitFailed, .attention, .noSuchUnit, .usage, .noServiceManager, .io, .busy, .evicted, .unsafeHome,
        .badRoster, .commandNotExecutable, .commandNotFound, .interrupted, .terminated,
    ]

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
    /// A class that this library does not know counts as `.io`.
    public var exitStatus: ExitStatus { ExitStatus(code) }
}
