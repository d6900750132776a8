public import FleetGuard

/// What FleetKit, its backends and the commands throw beside the guard's.
extension FleetError.Code {
    /// A unit failed or did not stay up, or an obstacle was found before anything was stopped.
    public static let unitFailed = Self(rawValue: "unit-failed")
    package static let notActive = Self(rawValue: "not-active")
    /// The roster or the service manager does not know the agent or unit.
    public static let noSuchUnit = Self(rawValue: "no-such-unit")
    /// An argument, option, variable or name is invalid.
    public static let usage = Self(rawValue: "usage")
    /// The service manager, or the program that leads to it, cannot be reached or refused the request.
    public static let noServiceManager = Self(rawValue: "no-service-manager")
    /// The roster cannot be read; the message gives file, line and column where they are known.
    public static let badRoster = Self(rawValue: "bad-roster")
    package static let commandNotExecutable = Self(rawValue: "command-not-executable")
    package static let commandNotFound = Self(rawValue: "command-not-found")
    /// Ended by a signal other than SIGTERM, usually SIGINT.
    public static let interrupted = Self(rawValue: "interrupted")
    package static let terminated = Self(rawValue: "terminated")

    /// Every class that a command can end with.
    public static let all: [Self] = [
        .unitFailed, .notActive, .noSuchUnit, .usage, .noServiceManager, .io, .busy, .evicted, .unsafeHome, .badRoster,
        .commandNotExecutable, .commandNotFound, .interrupted, .terminated,
    ]
}
