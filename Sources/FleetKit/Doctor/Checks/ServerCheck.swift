/// Where the tmux server on the holder's socket lives: a server in an agent's cgroup dies with that agent, and every
/// session with it.
struct ServerCheck: HealthCheck {
    let name = "tmux-server"
    /// Asks the server; a test has its own.
    var probe: @Sendable (TmuxSocket, [String: String]) throws(FleetError) -> any HolderProbe = {
        (socket, environment) throws(FleetError) in try TmuxProbe(socket: socket, environment: environment)
    }
    /// Path of a process in the cgroup tree.
    var place: @Sendable (Int32) -> String? = ControlGroupScan.path(of:)

    func examine(_ fleet: HealthContext) throws(FleetError) -> Diagnosis {
        guard fleet.usesSystemd else { return .ok("a scripted service manager has none") }
        let roster = try fleet.roster()
        let holder = roster.holder.unit
        guard let socket = roster.holder.socket else {
            return .warning(
                "the roster names no socket, so the holder's server cannot be looked at",
                advice: "add a line such as socket = \"mosaic-fleet\" under [holder]")
        }
        let isUp = try fleet.state(of: holder).isActive
        switch try probe(socket, fleet.environment).ask() {
        case .silent(let why):
            guard isUp else { return .ok("\(holder) is not active, and no server answers on its socket") }
            return .failure(
                "\(holder) is active, but its tmux server does not answer: \(why)", advice: "mosaic fleet restart")
        case .answers(let server):
            guard let server else { return .ok("it answers") }
            if try fleet.manager().processes(of: holder).contains(server) {
                return .ok("process \(server), in \(holder)")
            }
            return try stray(server, holder, socket, fleet)
        }
    }

    private func stray(
        _ server: Int32, _ holder: UnitName, _ socket: TmuxSocket, _ fleet: HealthContext
    ) throws(FleetError) -> Diagnosis {
        if let path = place(server) {
            for agent in try fleet.roster().agents
            where ControlGroupScan.contains(try fleet.state(of: agent.unit).controlGroup, path) {
                return .failure(
                    "the tmux server (process \(server)) lives in \(agent.unit), not in \(holder): it dies with that"
                        + " agent, and every session with it",
                    advice: "'mosaic fleet restart' puts it right; the agent's unit must run tmux with -N")
            }
        }
        return .failure(
            "somebody else's tmux server (process \(server)) answers on the holder's socket; it is not in \(holder)",
            advice: "end it with 'tmux \(socket.arguments.map { Printable.oneLine($0) }.joined(separator: " "))"
                + " kill-server', then run 'mosaic fleet restart'")
    }
}
