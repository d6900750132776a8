internal import FleetGuard

/// Killing a session of the holder's tmux server. Never starts a server (`tmux -N`).
struct SessionServer {
    typealias Runner = (_ arguments: [String]) throws(FleetError) -> TmuxProbe.Reply

    private let run: Runner

    init(tmux: String, socket: TmuxSocket, environment: [String: String]) {
        let client = TmuxClient(program: tmux, environment: environment)
        let front = ["-N"] + socket.arguments
        self.init { arguments throws(FleetError) in try client.run(front + arguments) }
    }

    init(run: @escaping Runner) { self.run = run }

    /// Kills the session if it is there: its processes get SIGHUP.
    ///
    /// - Returns: the processes of its panes, which may take their time to end; nil when no server answers.
    func kill(_ session: String) throws(FleetError) -> [Int32]? {
        let isThis = "#{==:#{session_name},\(session)}"
        let reply = try run(
            list(isThis, "#{?pane_dead,,#{pane_pid}}")
                + [";", "if-shell", "-F", "-t", "=\(session):", isThis, "kill-session -t '=\(session)'"])
        let lines = reply.output.parts(at: "\n")
        guard !lines.isEmpty else { return nil }
        return lines.dropFirst().compactMap { Int32($0) }
    }

    /// The server's own number, then a line for each pane that passes the filter.
    private func list(_ filter: String, _ format: String) -> [String] {
        ["display-message", "-p", "#{pid}", ";", "list-panes", "-a", "-f", filter, "-F", format]
    }
}
