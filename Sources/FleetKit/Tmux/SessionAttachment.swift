package import FleetGuard

/// The way of a terminal into an agent's session.
package struct SessionAttachment {
    private let agent: AgentName
    private let holder: UnitName
    private let socket: TmuxSocket
    private let tmux: String
    private let environment: [String: String]

    /// - Parameter environment: `PATH` is used, and `TMUX` shows where this is run.
    /// - Throws: `.badRoster` where the roster names no socket; `.usage` without tmux in `PATH`.
    package init(_ agent: Roster.Agent, of roster: Roster, environment: [String: String]) throws(FleetError) {
        socket = try roster.holderSocket()
        self.agent = agent.name
        self.holder = roster.holder.unit
        self.environment = environment
        tmux = try TmuxProgram.find(environment: environment)
    }

    /// What to become: a tmux client on the session. Typed in a window of the fleet's own server it is that window's
    /// client that changes over; in another tmux it is a client within a client.
    ///
    /// A lost socket of the holder's server is restored.
    /// - Throws: `.notActive` when the holder's server does not answer or has no such session, or when another server
    ///   listens in its place; `.noServiceManager`; `.io`.
    package func program(through manager: any ServiceManager) throws(FleetError) -> ProgramHandover {
        let processes = try manager.processes(of: holder)
        let client = TmuxClient(program: tmux, environment: environment)
        let target = "=" + agent.sessionName
        guard let server = HolderServer.find(among: processes, socket: socket) else {
            throw silent("none of its processes is a tmux server that listens on \(socket.shown)")
        }
        try server.revive()
        let front = server.clientOptions
        let probe = TmuxProbe(socket: socket) { arguments throws(FleetError) in try client.run(arguments) }
        switch try probe.ask(among: processes) {
        case .answers: break
        case .silent(let why), .foreign(let why): throw silent(why)
        }
        // It exits 1 for a missing server too, but that one has just answered.
        guard try client.run(front + ["has-session", "-t", target]).status == 0 else {
            throw AgentTmux.noSession(agent)
        }
        if FleetResidence.server(of: environment) == server.pid {
            return ProgramHandover(
                executable: tmux, arguments: front + ["switch-client", "-t", target], environment: environment)
        }
        var outside = environment
        // tmux refuses a nested client while this is set, but `attach` is deliberate.
        outside["TMUX"] = nil
        outside["TMUX_PANE"] = nil
        let inner = try Self.prefix(front, client)
        let keys = try LeavingKeys(inner: inner, outer: outerPrefix(client))
        return ProgramHandover(
            executable: tmux,
            arguments: front + [
                "attach-session", "-t", target, ";", "display-message", "-d", "5000", keys.words(agent),
            ],
            environment: outside)
    }

    private func silent(_ why: String) -> FleetError {
        FleetError(
            .notActive, "the holder's tmux server does not answer: \(why)",
            hint: "see 'mosaic fleet status', and bring \(holder) up with 'mosaic fleet start'")
    }

    /// Of the tmux that this terminal is a window of; nil: of none, or of one that does not say.
    private func outerPrefix(_ client: TmuxClient) throws(FleetError) -> String? {
        guard let path = environment["TMUX"]?.parts(at: ",").first, path.begins(with: "/") else { return nil }
        return try Self.prefix(["-N", "-S", String(path)], client)
    }

    private static func prefix(_ server: [String], _ client: TmuxClient) throws(FleetError) -> String? {
        let reply = try client.run(server + ["show-options", "-gv", "prefix"])
        let key = reply.output.parts(at: "\n").first.map(String.init) ?? ""
        return reply.status == 0 && !key.isEmpty && key != "None" ? Printable.oneLine(key, limit: 16) : nil
    }
}

/// What is typed to leave an attached session; shown by tmux itself, in its status line, when the client is there.
struct LeavingKeys: Equatable {
    /// Of the fleet's server, and of the tmux around it.
    var inner: String?
    var outer: String?

    /// The outer tmux keeps its own prefix to itself; typed twice, it passes one on.
    var keys: String {
        let inner = inner ?? "C-b"
        return outer == inner ? "\(inner) \(inner) d" : "\(inner) d"
    }

    /// For `display-message`, where `#` begins a format.
    func words(_ agent: AgentName) -> String {
        "detach with \(keys.replacing("#", with: "##")); agent \(agent) keeps running"
    }
}

extension Roster {
    /// - Throws: `.badRoster` where it names none.
    func holderSocket() throws(FleetError) -> TmuxSocket {
        if let socket = holder.socket { return socket }
        switch origin {
        case .file(let path):
            throw FleetError(
                .badRoster, "\(Printable.oneLine(path)): [holder] has no socket, so its server cannot be found",
                hint: "add a line such as socket = \"mosaic-fleet\" under [holder]")
        case .discovered:
            throw FleetError(
                .badRoster, "there is no roster, so the socket of \(holder.unit) is not known",
                hint: "run 'mosaic fleet init' to write a roster")
        }
    }
}
