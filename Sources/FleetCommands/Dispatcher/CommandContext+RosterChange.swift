internal import FleetKit

extension CommandContext {
    /// Looks whether the units of these agents were written since the agents came into the roster. Where they were not,
    /// systemd has a unit without a command, or an older one, and each start would fail in its own words.
    ///
    /// - Parameter agents: nil: every agent that a start of the whole fleet reaches.
    /// - Throws: `.noSuchUnit`, naming the agents that have no unit yet; nothing was done.
    func requireWrittenUnits(of agents: [AgentName]?) throws(FleetError) {
        let new = try unwrittenAgents().filter { agents?.contains($0) ?? true }
        guard let first = new.first else { return }
        let names = new.prefix(8).map(\.rawValue).joined(separator: ", ") + (new.count > 8 ? ", …" : "")
        throw FleetError(
            .noSuchUnit,
            "the roster changed: \(names) \(new.count == 1 ? "has" : "have") no unit yet; nothing was done",
            hint:
                "run '\(try nextCommands().fleet("init"))', then '\(try nextCommands().fleet("start", first.rawValue))'"
        )
    }

    /// Agents of the roster file whose drop-in `init` has yet to write; none where the units are not `init`'s.
    func unwrittenAgents() throws(FleetError) -> [AgentName] {
        guard common.backend != .fake, case .file = try roster().origin,
            let installer = try FleetInstaller.ofInstalledUnits(
                home: home, scope: common.scope.managerScope, environment: environment)
        else { return [] }
        return try installer.preview().filter { $0.action == .created }.compactMap(\.agent)
    }
}
