/// The way of a terminal into an agent's session.
public struct SessionAttachment {
    private let agent: AgentName
    private let unit: UnitName
    private let holder: UnitName
    private let socket: TmuxSocket
    private let tmux: String
    private let environment: [String: String]

    /// - Parameter environment: `PATH` and `TMUX_TMPDIR` count, and `TMUX` tells where this is typed.
    /// - Throws: `.badRoster` where the roster names no socket; `.usage` without tmux in `PATH`.
    public init(_ agent: Roster.Agent, of roster: Roster, environment: [String: String]) throws(FleetError) {
        guard let socket = roster.holder.socket else {
            switch roster.origin {
            case .file(let path):
                throw FleetError(
                    .badRoster, "\(Printable.oneLine(path)): [holder] has no socket, so its server cannot be found",
                    hint: "add a line such as socket = \"mosaic-fleet\" under [holder]")
            case .discovered:
                throw FleetError(
                    .badRoster, "there is no roster, so nobody knows the socket of \(roster.holder.unit)",
                    hint: "run 'mosaic fleet init' to write a roster")
            }
        }
        self.agent = agent.name
        self.unit = agent.unit
        self.holder = roster.holder.unit
        self.socket = socket
        self.environment = environment
        tmux = try TmuxProgram.find(environment: environment)
    }

    /// What to become: a tmux client on the session. Typed in a window of the fleet's own server it is that window's
    /// client that changes over; in another tmux it is a client within a client.
    ///
    /// - Throws: `.notActive` when the holder's server does not answer or has no such session; `.io`.
    public func program() throws(FleetError) -> ProgramHandover {
        let client = TmuxClient(program: tmux, environment: environment)
        let front = ["-N"] + socket.arguments
        let target = "=" + agent.sessionName
        let probe = TmuxProbe(program: tmux, socket: socket) { _, arguments throws(FleetError) in
            try client.run(arguments)
        }
        if case .silent(let why) = try probe.ask() {
            throw FleetError(
                .notActive, "the holder's tmux server does not answer: \(why)",
                hint: "see 'mosaic fleet status', and bring \(holder) up with 'mosaic fleet start'")
        }
        // It exits 1 for a missing server too, but that one has just answered.
        guard try client.run(front + ["has-session", "-t", target]).status == 0 else {
            throw FleetError(
                .notActive, "agent '\(agent)' has no session in the holder's tmux server",
                hint: "see why with 'mosaic fleet logs \(agent)', and start it with 'mosaic fleet start \(agent)'")
        }
        if FleetResidence.isTerminalOfFleet(socket, environment) {
            return ProgramHandover(
                executable: tmux, arguments: front + ["switch-client", "-t", target], environment: environment)
        }
        var outside = environment
        // tmux refuses a client within a client while this is set; whoever types `attach` means it.
        outside["TMUX"] = nil
        outside["TMUX_PANE"] = nil
        return ProgramHandover(
            executable: tmux, arguments: front + ["attach-session", "-t", target], environment: outside)
    }
}
