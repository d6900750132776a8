internal import FleetGuard
internal import FleetKit

/// What an operator's words name: agents of the roster, and what lives with the fleet and is not in the roster.
struct NamedMembers {
    /// nil: none was named.
    var agents: [AgentName]?
    /// Units of the agents' template that have left the roster.
    var units: [UnitName] = []
    /// Sessions in the holder's tmux server that belong to no agent.
    var sessions: [String] = []

    /// Only where a name is not the roster's is the service manager asked, and then tmux.
    /// - Throws: `.noSuchUnit` for a name that nothing has; `.noServiceManager`, `.badRoster`.
    init(_ names: [String], in context: CommandContext) throws(FleetError) {
        let roster = try context.roster()
        do throws(FleetError) {
            agents = try roster.selection(names)
        } catch {
            guard error.code == .noSuchUnit else { throw error }
            let found = try context.unmanaged(beside: roster)
            units = names.compactMap { found.unit(named: $0)?.name }
            sessions = names.filter { name in
                found.unit(named: name) == nil && found.sessions.contains { $0.utf8.elementsEqual(name.utf8) }
            }
            let rest = names.filter { found.unit(named: $0) == nil && !sessions.contains($0) }
            guard rest.count < names.count else { throw error }
            agents = rest.isEmpty ? [] : try roster.selection(rest)
        }
    }
}
