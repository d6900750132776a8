package import FleetGuard

/// Ends the rest of an agent's session whose main process was killed: `mosaic fleet session --remove`, which units of
/// the kind before the terminal changed hands run on every end. Their agents are children of the tmux server.
package struct SessionRemoval {
    private let name: String
    private let server: SessionServer

    /// - Parameters:
    ///   - tmux: absolute path.
    ///   - environment: of the tmux client; `TMUX_TMPDIR` counts.
    package init(name: String, tmux: String, socket: TmuxSocket, environment: [String: String]) {
        self.name = name
        server = SessionServer(tmux: tmux, socket: socket, environment: environment)
    }

    /// Kills the session if it is there, and waits until its processes have ended.
    package func run() throws(FleetError) {
        var processes = TerminalSessions()
        // No answer: then the terminals are closed.
        for pane in try server.kill(name) ?? [] { processes.add(pane: pane) }
        try processes.end()
    }
}
