/// What an agent has on its screen, read without attaching.
public struct SessionScreen {
    private let server: HolderServer
    private let client: TmuxClient

    /// - Throws: `.badRoster` where the roster names no socket; `.notActive` where the holder has no server; `.usage`
    ///   without tmux in `PATH`.
    public init(
        of roster: Roster, manager: any ServiceManager, environment: [String: String]
    ) throws(FleetError) {
        let socket = try roster.holderSocket()
        guard let server = HolderServer.find(among: try manager.processes(of: roster.holder.unit), socket: socket)
        else {
            throw FleetError(
                .notActive, "\(roster.holder.unit) has no tmux server",
                hint: "see 'mosaic fleet status', and bring it up with 'mosaic fleet start'")
        }
        try server.revive()
        self.server = server
        var client = TmuxClient(program: try TmuxProgram.find(environment: environment), environment: environment)
        client.outputLimit = 4 << 20
        self.client = client
    }

    /// The lines of the agent's own pane, from the top, without the empty ones at the end. Not safe for a terminal.
    ///
    /// - Parameter history: lines above the screen to begin with.
    /// - Throws: `.notActive` where the agent has no session or the server does not answer.
    public func lines(of agent: AgentName, history: Int) throws(FleetError) -> [String] {
        let session = "=\(agent.sessionName)"
        // The oldest pane is the agent's; others are an operator's.
        let panes = try run(["list-panes", "-s", "-t", session, "-F", "#{pane_id}"], agent)
        let oldest = panes.parts(at: "\n").filter { $0.begins(with: "%") }.compactMap { Int($0.dropFirst()) }.min()
        guard let oldest else { throw noSession(agent) }
        let start = history > 0 ? ["-S", "-\(history)"] : []
        return LastScreen.lines(try run(["capture-pane", "-p", "-t", "%\(oldest)"] + start, agent))
    }

    private func run(_ words: [String], _ agent: AgentName) throws(FleetError) -> String {
        let reply = try client.run(server.clientOptions + words)
        guard let status = reply.status else {
            throw FleetError(
                .notActive, "the holder's tmux server (process \(server.pid)) does not answer",
                hint: "see 'mosaic fleet doctor'")
        }
        guard status == 0 else {
            let said = Printable.oneLine(String(reply.errors.parts(at: "\n").last ?? ""))
            // An ended session and a lost socket differ by tmux's words alone.
            if said.begins(with: "can't find") { throw noSession(agent) }
            throw FleetError(
                .notActive, "the holder's tmux server (process \(server.pid)) refused: \(said)",
                hint: "see 'mosaic fleet doctor'")
        }
        return reply.output
    }

    private func noSession(_ agent: AgentName) -> FleetError {
        FleetError(
            .notActive, "agent '\(agent)' has no session in the holder's tmux server",
            hint: "see why with 'mosaic fleet logs \(agent)', and start it with 'mosaic fleet start \(agent)'")
    }
}
