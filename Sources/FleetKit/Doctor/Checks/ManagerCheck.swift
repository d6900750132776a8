internal import FleetGuard

/// The bus: whether the service manager can be reached, and by which way.
struct ManagerCheck: HealthCheck {
    let name = "manager"

    func examine(_ fleet: HealthContext) throws(FleetError) -> Diagnosis {
        let connection = fleet.managerConnection
        let manager = try connection.manager.get()
        // An open socket is not yet an answer: systemctl is only run when something is asked.
        _ = try manager.loadedUnits(matching: [AgentName.unitPrefix + "*.service"])
        if let remark = connection.remark {
            return .warning(
                "\(manager.endpoint), \(remark)",
                advice: "start dbus-user-session, or choose --backend systemctl")
        }
        return .ok(manager.endpoint)
    }
}
