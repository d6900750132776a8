internal import FleetGuard

/// Asking the holder's server about an agent's own pane.
struct AgentTmux {
    let server: HolderServer
    private let client: TmuxClient

    /// - Throws: `.badRoster` where the roster names no socket; `.notActive` where the holder has no server; `.usage`
    ///   without tmux in `PATH`.
    init(of roster: Roster, manager: any ServiceManager, environment: [String: String]) throws(FleetError) {
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
        // What is sent may be large.
        client.limit = .seconds(10)
        self.client = client
    }

    /// A line for each pane of the agent's session in the format; the agent's own comes first. It is the oldest: others are
    /// an operator's.
    ///
    /// - Returns: the pane, such as `%3`, and what the format gives for it.
    /// - Throws: `.notActive` where the agent has no session or the server does not answer.
    func pane(of agent: AgentName, _ format: String) throws(FleetError) -> (id: String, text: String) {
        let output = try run(
            ["list-panes", "-s", "-t", "=\(agent.sessionName)", "-F", "#{pane_id} \(format)"], for: agent)
        let panes = output.parts(at: "\n").compactMap { line -> (number: Int, text: String)? in
            guard line.begins(with: "%"), let (id, text) = String(line).halves(at: " "),
                let number = Int(id.dropFirst())
            else { return nil }
            return (number, String(text))
        }
        guard let oldest = panes.min(by: { $0.number < $1.number }) else { throw Self.noSession(agent) }
        return ("%\(oldest.number)", oldest.text)
    }

    /// - Parameter input: for the client's standard input.
    func run(_ words: [String], for agent: AgentName, input: [UInt8]? = nil) throws(FleetError) -> String {
        let reply = try client.run(server.clientOptions + words, input: input)
        guard let status = reply.status else {
            throw FleetError(
                .notActive, "the holder's tmux server (process \(server.pid)) does not answer",
                hint: "see 'mosaic fleet doctor'")
        }
        guard status == 0 else {
            let said = Printable.oneLine(String(reply.errors.parts(at: "\n").last ?? ""))
            // An ended session and a lost socket differ by tmux's words alone.
            if said.begins(with: "can't find") { throw Self.noSession(agent) }
            throw FleetError(
                .notActive, "the holder's tmux server (process \(server.pid)) refused: \(said)",
                hint: "see 'mosaic fleet doctor'")
        }
        return reply.output
    }

    static func noSession(_ agent: AgentName) -> FleetError {
        FleetError(
            .notActive, "agent '\(agent)' has no session in the holder's tmux server",
            hint: "see why with 'mosaic fleet logs \(agent)', and start it with 'mosaic fleet start \(agent)'")
    }
}
