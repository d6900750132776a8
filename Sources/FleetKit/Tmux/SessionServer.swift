/// What an agent's session needs of the holder's tmux server. Never starts a server (`tmux -N`).
struct SessionServer {
    /// The pane in which the agent's command runs, wherever an operator may move it.
    struct Pane: Equatable {
        /// Such as `%3`; never used again by the same server.
        var id: String
        /// Its process, a child of the server.
        var process: Int32
        var server: Int32
    }

    enum Look: Equatable {
        /// tmux has not seen an end (yet). The number changes when an operator respawns the pane.
        case runs(process: Int32)
        case exited(Int32)
        /// By the signal of this number; nil where tmux does not say it (before 3.3).
        case signaled(Int32?)
        /// The server answers, but the pane is gone: somebody killed it or its session.
        case noPane
        case noServer(String)
    }

    typealias Runner = (_ arguments: [String]) throws(FleetError) -> TmuxProbe.Reply

    private let run: Runner

    init(tmux: String, socket: TmuxSocket, environment: [String: String]) {
        let client = TmuxClient(program: tmux, environment: environment)
        let front = ["-N"] + socket.arguments
        self.init { arguments throws(FleetError) in try client.run(front + arguments) }
    }

    init(run: @escaping Runner) { self.run = run }

    /// Creates the session, with nobody attached, and lets its command run.
    ///
    /// All in one message to the server, so the command cannot end before the pane is set to outlive it; its end
    /// could not be told otherwise. `destroy-unattached` may be on in the operator's configuration.
    /// - Throws: `.unitFailed`, with what tmux said.
    func create(_ session: String, directory: String, command: [String]) throws(FleetError) -> Pane {
        let reply = try run(
            ["new-session", "-d", "-s", session, "-n", session, "-c", TmuxWords.withoutFormats(directory)]
                + ["-P", "-F", "#{pid}:#{pane_id}:#{pane_pid}", "--"] + TmuxWords.program(command)
                + [";", "set-option", "-p", "-t", "=\(session):", "remain-on-exit", "on"]
                + [";", "set-option", "-t", "=\(session):", "destroy-unattached", "off"])
        let words = reply.output.parts(at: "\n").first?.parts(at: ":") ?? []
        guard reply.status == 0, words.count == 3, let server = Int32(words[0]), let process = Int32(words[2]) else {
            throw FleetError(
                .unitFailed, "tmux did not create the session '\(session)': \(Self.complaint(of: reply))",
                hint: "see whether the holder's unit is active, and try 'mosaic fleet restart'")
        }
        return Pane(id: String(words[1]), process: process, server: server)
    }

    func look(at pane: Pane) throws(FleetError) -> Look {
        let reply = try run(
            list("#{==:#{pane_id},\(pane.id)}", "#{pane_pid}:#{pane_dead_status}:#{pane_dead_signal}"))
        let lines = reply.output.parts(at: "\n")
        // The first line proves the server, also where it has no session left and the listing fails.
        guard let server = lines.first.flatMap({ Int32($0) }) else { return .noServer(Self.complaint(of: reply)) }
        guard server == pane.server else { return .noServer("another server listens on the socket") }
        guard lines.count > 1 else { return .noPane }
        let words = lines[1].parts(at: ":", keepingEmpty: true)
        guard words.count == 3, let process = Int32(words[0]) else {
            return .noServer("it gives an answer that makes no sense")
        }
        guard process == pane.process else { return .runs(process: process) }
        if let status = Int32(words[1]) { return .exited(status) }
        if !words[2].isEmpty { return .signaled(Int32(words[2])) }
        return .runs(process: process)
    }

    /// Kills the session if it is there: its processes get SIGHUP.
    ///
    /// - Returns: the processes of its panes, which may take their time to end; nil when no server answers.
    func kill(_ session: String) throws(FleetError) -> [Int32]? {
        let isThis = "#{==:#{session_name},\(session)}"
        let reply = try run(
            list(isThis, "#{?pane_dead,,#{pane_pid}}")
                + [";", "if-shell", "-F", "#{S:#{?\(isThis),1,}}", "kill-session -t '=\(session)'"])
        let lines = reply.output.parts(at: "\n")
        guard !lines.isEmpty else { return nil }
        return lines.dropFirst().compactMap { Int32($0) }
    }

    /// The server's own number, then a line for each pane that passes the filter.
    private func list(_ filter: String, _ format: String) -> [String] {
        ["display-message", "-p", "#{pid}", ";", "list-panes", "-a", "-f", filter, "-F", format]
    }

    private static func complaint(of reply: TmuxProbe.Reply) -> String {
        guard reply.status != nil else { return "the server hangs" }
        let line = Printable.oneLine(reply.errors.parts(at: "\n").first.map(String.init) ?? "")
        return line.isEmpty ? "it says nothing" : line
    }
}
