public import FleetGuard

/// What FleetKit, its backends and the commands throw beside the guard's.
extension FleetError.Code {
    public static let unitFailed = Self(rawValue: "unit-failed")
    public static let notActive = Self(rawValue: "not-active")
    public static let noSuchUnit = Self(rawValue: "no-such-unit")
    public static let usage = Self(rawValue: "usage")
    public static let noServiceManager = Self(rawValue: "no-service-manager")
    public static let badRoster = Self(rawValue: "bad-roster")
    public static let commandNotExecutable = Self(rawValue: "command-not-executable")
    public static let commandNotFound = Self(rawValue: "command-not-found")
    public static let interrupted = Self(rawValue: "interrupted")
    public static let terminated = Self(rawValue: "terminated")

    /// Every class that a command can end with.
    public static let all: [Self] = [
        .unitFailed, .notActive, .noSuchUnit, .usage, .noServiceManager, .io, .busy, .evicted, .unsafeHome, .badRoster,
        .commandNotExecutable, .commandNotFound, .interrupted, .terminated,
    ]
}
