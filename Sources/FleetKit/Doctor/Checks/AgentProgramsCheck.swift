internal import FleetGuard

/// What the roster names for each agent: its directory is there, and its program can be found and executed.
struct AgentProgramsCheck: HealthCheck {
    let name = "agent-programs"

    func examine(_ fleet: HealthContext) throws(FleetError) -> Diagnosis {
        let roster = try fleet.roster()
        guard case .file = roster.origin else { return .ok("there is no roster") }
        let preflight = Preflight(
            roster: roster, userHome: try HomeDirectory.path(environment: fleet.environment), commands: fleet.commands)
        let found = try preflight.obstacles(of: roster.agents, from: fleet.manager())
        guard let first = found.first else { return .ok("every directory and program exists") }
        let some = found.prefix(4).map { "\($0.subject): \($0.what)" }.joined(separator: "; ")
        return .failure(
            found.count > 4 ? "\(some); and \(found.count - 4) more agents" : some, advice: first.hint)
    }
}
