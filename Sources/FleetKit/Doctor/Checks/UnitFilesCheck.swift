internal import FleetGuard

/// The files that `init` wrote: they match the roster, and systemd has loaded them.
struct UnitFilesCheck: HealthCheck {
    let name = "unit-files"

    func examine(_ fleet: HealthContext) throws(FleetError) -> Diagnosis {
        guard fleet.usesSystemd else { return .ok("not needed by a scripted service manager") }
        let roster = try fleet.roster()
        guard case .file = roster.origin else { return .ok("there is no roster, so mosaic did not write the units") }
        guard
            var found = try FleetInstaller.ofInstalledUnits(
                home: fleet.home, scope: fleet.scope, environment: fleet.environment)
        else { return .ok("not written by 'mosaic fleet init'") }
        let manager = fleet.managerConnection.manager
        if case .success(let manager) = manager { try found.keepRunning { manager } }
        let installer = found
        let changes = try installer.preview()
        if changes.contains(where: { $0.action.isRenewal }) {
            let names = changes.filter(\.action.isRenewal).map {
                $0.path.parts(at: "/").suffix(2).joined(separator: "/")
            }
            return .warning(
                "different from the roster: \(HealthContext.list(names))", advice: "mosaic fleet init",
                repair: Repair("rewrote \(HealthContext.list(names))") { () throws(FleetError) in
                    _ = try installer.install()
                    try manager.get().reload()
                })
        }
        var unread: [UnitName] = []
        for unit in roster.units where try fleet.settings(of: unit).needsReload { unread.append(unit) }
        if !unread.isEmpty {
            return .warning(
                "systemd has not read the files of \(HealthContext.list(unread)) since they changed",
                advice: fleet.scope == .user ? "systemctl --user daemon-reload" : "systemctl daemon-reload",
                repair: Repair("made systemd reload its unit files") { () throws(FleetError) in
                    try manager.get().reload()
                }
            )
        }
        let foreign = changes.compactMap { change -> String? in
            // An agent that still runs is another check's.
            guard case .kept = change.action, !(change.agent.map(installer.running.contains) ?? false) else {
                return nil
            }
            return change.path.parts(at: "/").last.map(String.init)
        }
        guard foreign.isEmpty else {
            return .ok("match the roster; not written by mosaic: \(HealthContext.list(foreign))")
        }
        return .ok("match the roster")
    }
}

extension FleetInstaller.Change.Action {
    /// `install` would write or remove something.
    var isRenewal: Bool {
        switch self {
        case .created, .renewed, .removed, .replaced: true
        case .unchanged, .kept: false
        }
    }
}
