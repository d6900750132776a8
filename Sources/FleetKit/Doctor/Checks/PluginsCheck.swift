internal import FleetGuard

/// Plug-in commands that never run, because something else has their name or anybody could replace them.
struct PluginsCheck: HealthCheck {
    let name = "plug-ins"

    func examine(_ fleet: HealthContext) throws(FleetError) -> Diagnosis {
        let search = PluginSearch(path: fleet.environment["PATH"], builtIns: fleet.builtInCommands)
        guard search.shadows.isEmpty else {
            return .warning(
                search.shadows.prefix(4).map(\.description).joined(separator: "; "),
                advice: "rename or remove the file; take others' right to write away (chmod o-w)")
        }
        guard !search.plugins.isEmpty else { return .ok("there are none in PATH") }
        return .ok(HealthContext.list(search.plugins.map(\.name)))
    }
}
