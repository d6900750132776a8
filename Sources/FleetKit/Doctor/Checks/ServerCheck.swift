internal import FleetGuard

/// The tmux server: the holder's own, reachable by its socket, and no other in its place. A server in an agent's cgroup
/// dies with that agent, and every session with it.
struct ServerCheck: HealthCheck {
    let name = "tmux-server"
    /// Asks the server; a test has its own.
    var probe: @Sendable (TmuxSocket, [String: String]) throws(FleetError) -> any HolderProbe = {
        (socket, environment) throws(FleetError) in try TmuxProbe(socket: socket, environment: environment)
    }
    var find: @Sendable ([Int32], TmuxSocket) -> HolderServer? = HolderServer.find(among:socket:)
    /// Whose process listens at a path.
    var listener: @Sendable (String) -> Int32? = {
        if case .listener(let pid) = ListeningSocket.look(at: $0) { pid } else { nil }
    }
    /// Path of a process in the cgroup tree.
    var place: @Sendable (Int32) -> String? = ControlGroupScan.path(of:)

    func examine(_ fleet: HealthContext) throws(FleetError) -> Diagnosis {
        guard fleet.usesSystemd else { return .ok("a scripted service manager has none") }
        let roster = try fleet.roster()
        let holder = roster.holder.unit
        guard let socket = roster.holder.socket else {
            return .warning(
                "the roster names no socket, so the holder's server cannot be checked",
                advice: "add a line such as socket = \"mosaic-fleet\" under [holder]")
        }
        let members = try fleet.manager().processes(of: holder)
        guard let server = find(members, socket) else { return try missing(socket, holder, fleet) }
        switch server.presence {
        case .lost:
            return .failure(
                "the socket of the holder's tmux server (process \(server.pid)) is gone: \(server.shown)",
                advice: "'mosaic fleet doctor --fix' restores it; no agent is touched",
                repair: Repair("restored the socket \(server.shown)") { () throws(FleetError) in
                    try server.revive()
                })
        case .foreign(let other): return stray(server.foreign(other))
        case .unclear, .reachable: break
        }
        switch try probe(socket, fleet.environment).ask(among: members) {
        case .answers: return .ok("process \(server.pid), in \(holder)")
        case .silent(let why):
            return .failure(
                "\(holder) is active, but its tmux server (process \(server.pid)) does not answer: \(why)",
                advice:
                    "inspect it with 'mosaic fleet logs --holder'; 'mosaic fleet restart' replaces a server that hangs")
        case .foreign(let what): return .failure(what, advice: "end that server, then run 'mosaic fleet doctor' again")
        }
    }

    private func stray(_ error: FleetError) -> Diagnosis { .failure(error.message, advice: error.hint) }

    /// The holder has no server: it is down, or runs something else. Then its socket must at least be free.
    private func missing(
        _ socket: TmuxSocket, _ holder: UnitName, _ fleet: HealthContext
    ) throws(FleetError) -> Diagnosis {
        let path = try socket.path(in: fleet.manager().footing(of: []).environment, user: fleet.machine.user)
        if let other = listener(path) { return try inPlace(of: holder, other, path, fleet) }
        guard try fleet.state(of: holder).isActive else {
            return .ok("\(holder) is not active, and no server listens on its socket")
        }
        return .failure(
            "\(holder) is active, but none of its processes is a tmux server that listens on \(socket.shown)",
            advice:
                "see what it runs with 'mosaic fleet logs --holder', and compare its ExecStart= with the roster's socket"
        )
    }

    private func inPlace(
        of holder: UnitName, _ server: Int32, _ path: String, _ fleet: HealthContext
    ) throws(FleetError) -> Diagnosis {
        if let group = place(server) {
            for agent in try fleet.roster().agents
            where ControlGroupScan.contains(try fleet.state(of: agent.unit).controlGroup, group) {
                return .failure(
                    "the tmux server (process \(server)) runs in \(agent.unit), not in \(holder): it ends with that"
                        + " agent, and so does every session",
                    advice: "'mosaic fleet restart' corrects this; the agent's unit must run tmux with -N")
            }
        }
        return .failure(
            "process \(server), which is not in \(holder), listens on the holder's socket \(Printable.oneLine(path)):"
                + " the holder cannot start",
            advice: "end it with 'tmux -S \(ShellWord.quoted(path)) kill-server', then run 'mosaic fleet start'")
    }
}
