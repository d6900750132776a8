/// Whether a user's service manager, and with it the fleet, runs without a login.
package enum Linger: Sendable, Equatable {
    /// It does; the text is the user's name.
    case on(String)
    /// It ends with the last login session, and is not there at boot.
    case off(String)
    /// The machine's own manager, or a machine without logins.
    case notNeeded
    /// The user has no account.
    case unknown

    package static func look(_ scope: ManagerScope, on machine: Machine = Machine()) -> Linger {
        guard scope == .user, machine.isBootedBySystemd else { return .notNeeded }
        guard let user = machine.userName else { return .unknown }
        // What `loginctl enable-linger` makes, logind.conf(5).
        return machine.exists("/var/lib/systemd/linger/\(user)") ? .on(user) : .off(user)
    }
}
