internal import FleetGuard

/// Units and sessions that are not in the roster. They end with the holder, and no command starts them again.
struct UnmanagedCheck: HealthCheck {
    let name = "unmanaged"
    /// Asks the server; a test has its own.
    var probe: @Sendable (TmuxSocket, [String: String]) throws(FleetError) -> any HolderProbe = {
        (socket, environment) throws(FleetError) in try TmuxProbe(socket: socket, environment: environment)
    }

    func examine(_ fleet: HealthContext) throws(FleetError) -> Diagnosis {
        let roster = try fleet.roster()
        let manager = try fleet.manager()
        let socket = roster.holder.socket
        var server: (any HolderProbe)?
        if let socket, fleet.usesSystemd, try fleet.state(of: roster.holder.unit).isActive {
            server = try probe(socket, fleet.environment)
        }
        let found = try UnmanagedMembers.find(beside: roster, in: manager, probe: server)
        guard !found.isEmpty else { return .ok("every unit and session of the fleet belongs to the roster") }
        var advice: [String] = []
        if let step = found.stop(fleet.commands) { advice.append("\(step), or add it to the roster") }
        if let socket, let session = found.sessions.first {
            let path = socket.path(in: try manager.footing(of: []).environment, user: fleet.machine.user)
            let attach = ShellWord.line(["tmux", "-S", path, "attach-session", "-t", "=\(session)"])
            advice.append("look at the session with '\(attach)'; a restart of the whole fleet ends it")
        }
        return .warning("not in the roster: \(found.words)", advice: advice.joined(separator: "; "))
    }
}
