internal import FleetGuard

/// Killing a session of the holder's tmux server. Never starts a server (`tmux -N`).
struct SessionServer {
    private let run: TmuxProbe.Runner

    init(tmux: String, socket: TmuxSocket, environment: [String: String]) {
        let client = TmuxClient(program: tmux, environment: environment)
        let front = ["-N"] + socket.arguments
        self.init { arguments throws(FleetError) in try client.run(front + arguments) }
    }

    init(run: @escaping TmuxProbe.Runner) { self.run = run }

    /// Kills the session if it is there: its processes get SIGHUP.
    ///
    /// - Returns: the processes of its panes, which may take their time to end; nil when no server answers.
    func kill(_ session: String) throws(FleetError) -> [Int32]? {
        let isThis = "#{==:#{session_name},\(session)}"
        // The server's own number, then a line for each pane of the session.
        let reply = try run([
            "display-message", "-p", "#{pid}", ";", "list-panes", "-a", "-f", isThis, "-F",
            "#{?pane_dead,,#{pane_pid}}", ";", "if-shell", "-F", "-t", "=\(session):", isThis,
            "kill-session -t '=\(session)'",
        ])
        let lines = reply.output.parts(at: "\n")
        guard !lines.isEmpty else { return nil }
        return lines.dropFirst().compactMap { Int32($0) }
    }
}
