/// Whether the user's manager, and with it the fleet, outlives the last login.
struct LingerCheck: HealthCheck {
    let name = "linger"

    func examine(_ fleet: HealthContext) throws(FleetError) -> Diagnosis {
        guard fleet.usesSystemd else { return .ok("not needed by a scripted service manager") }
        guard fleet.scope == .user else { return .ok("not needed with --system") }
        guard fleet.machine.isBootedBySystemd else {
            return .ok("not possible here: this machine was not booted by systemd, so there are no logins to outlive")
        }
        guard let user = fleet.machine.userName else {
            return .warning(
                "user \(fleet.machine.user) has no account, so nobody can tell", advice: "run as a user of this machine"
            )
        }
        let shown = Printable.oneLine(user, limit: 64)
        // What `loginctl enable-linger` makes, logind.conf(5).
        guard fleet.machine.exists("/var/lib/systemd/linger/\(user)") else {
            return .warning(
                "the service manager of \(shown) ends with the last login, and takes the fleet with it",
                advice: "loginctl enable-linger")
        }
        return .ok("the service manager of \(shown) runs without a login")
    }
}
