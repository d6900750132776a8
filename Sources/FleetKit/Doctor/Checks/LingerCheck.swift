internal import FleetGuard

/// Whether the user's manager, and with it the fleet, outlives the last login.
struct LingerCheck: HealthCheck {
    let name = "linger"

    func examine(_ fleet: HealthContext) throws(FleetError) -> Diagnosis {
        guard fleet.usesSystemd else { return .ok("not needed by a scripted service manager") }
        guard fleet.scope == .user else { return .ok("not needed with --system") }
        guard fleet.machine.isBootedBySystemd else {
            return .ok("not applicable: this machine was not booted by systemd and has no login sessions")
        }
        switch Linger.look(fleet.scope, on: fleet.machine) {
        case .on(let user):
            return .ok("the service manager of \(Printable.oneLine(user, limit: 64)) runs without a login")
        case .off(let user):
            return .warning(
                "the service manager of \(Printable.oneLine(user, limit: 64)) ends with the last login session, and stops the"
                    + " fleet with it", advice: "loginctl enable-linger")
        case .unknown:
            return .warning(
                "user \(fleet.machine.user) has no account, so this cannot be checked",
                advice: "run as a user of this machine"
            )
        case .notNeeded: return .ok("not needed here")
        }
    }
}
