public import FleetGuard

/// What FleetKit, its backends and the commands throw beside the guard's.
extension FleetError.Code {
    public static let unitFailed = Self(rawValue: "unit-failed")
    package static let notActive = Self(rawValue: "not-active")
    public static let noSuchUnit = Self(rawValue: "no-such-unit")
    public static let usage = Self(rawValue: "usage")
    public static let noServiceManager = Self(rawValue: "no-service-manager")
    public static let badRoster = Self(rawValue: "bad-roster")
    package static let commandNotExecutable = Self(rawValue: "command-not-executable")
    package static let commandNotFound = Self(rawValue: "command-not-found")
    public static let interrupted = Self(rawValue: "interrupted")
    package static let terminated = Self(rawValue: "terminated")

    /// Every class that a command can end with.
    public static let all: [Self] = [
        .unitFailed, .notActive, .noSuchUnit, .usage, .noServiceManager, .io, .busy, .evicted, .unsafeHome, .badRoster,
        .commandNotExecutable, .commandNotFound, .interrupted, .terminated,
    ]
}
