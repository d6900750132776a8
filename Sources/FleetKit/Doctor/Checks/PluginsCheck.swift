internal import FleetGuard

/// Plug-in commands that never run, because another has their name or any user could replace them.
struct PluginsCheck: HealthCheck {
    let name = "plug-ins"

    func examine(_ fleet: HealthContext) throws(FleetError) -> Diagnosis {
        let search = PluginSearch(
            path: fleet.environment["PATH"], program: try? MosaicProgram.running(),  // nil says it
            builtIns: fleet.builtInCommands)
        guard search.shadows.isEmpty else {
            return .warning(
                search.shadows.prefix(4).map(\.description).joined(separator: "; "),
                advice: "rename or remove the file; remove write permission for others (chmod o-w)")
        }
        guard !search.plugins.isEmpty else { return .ok("none in PATH") }
        return .ok(HealthContext.list(search.plugins.map(\.name)))
    }
}
