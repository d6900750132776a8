internal import FleetGuard

/// The requests of an agent's main process to the holder's tmux server, and the answers. Each is one client, which runs
/// beside the main loop. None starts a server (`-N`).
struct SessionTmux {
    var tmux: String
    var socket: TmuxSocket
    var session: String

    struct Pane: Equatable {
        /// Such as `%3`; never used again by the same server.
        var id: String
        /// Its process, a child of the server.
        var process: Int32
        var server: Int32
    }

    private func client(_ arguments: [String]) -> [String] { [tmux, "-N"] + socket.arguments + arguments }

    /// Creates the session with the window process in it. A session of that name is what an earlier run left, and gives
    /// way. `destroy-unattached` may be on in the operator's configuration.
    ///
    /// - Parameters:
    ///   - directory: of panes that an operator adds.
    ///   - server: the process of the holder's server, which alone makes the session; nil: whichever answers.
    func create(window: [String], directory: String, server: Int32?) -> [String] {
        let isOurs = server.map { "#{==:#{pid},\($0)}" } ?? "1"
        let target = "'=\(session):'"
        // Of a target that is not there, tmux fills the format in from anywhere, so its name is compared.
        let commands = [
            "if-shell -F -t \(target) '#{==:#{session_name},\(session)}' "
                + TmuxWords.quoted(
                    "list-panes -s -t \(target) -F 'left:#{?pane_dead,,#{pane_pid}}' ; kill-session -t \(target)"),
            ([
                "new-session", "-d", "-s", session, "-n", session, "-c", directory.replacing("#", with: "##"), "-P",
                "-F",
            ]
                + ["new:#{pid}:#{pane_id}:#{pane_pid}", "--"] + window).map(TmuxWords.quoted).joined(separator: " "),
            "set-option -t \(target) destroy-unattached off",
        ]
        return client([
            "if-shell", "-F", isOurs, commands.joined(separator: " ; "), "display-message -p 'foreign:#{pid}'",
        ])
    }

    /// The other server that answered to `create`, and made nothing.
    static func foreignServer(_ output: String) -> Int32? {
        output.after("foreign:")?.parts(at: "\n").first.flatMap { Int32($0) }
    }

    /// The reply to `create`.
    struct Created: Equatable {
        var pane: Pane
        /// Processes of an earlier session's panes.
        var left: [Int32]

        init?(_ output: String) {
            var left: [Int32] = []
            var pane: Pane?
            for line in output.parts(at: "\n") {
                let words = line.parts(at: ":")
                switch (words.first, words.count) {
                case ("left", 2): if let process = Int32(words[1]) { left.append(process) }
                case ("new", 4):
                    guard let server = Int32(words[1]), let process = Int32(words[3]) else { return nil }
                    pane = Pane(id: String(words[2]), process: process, server: server)
                default: break
                }
            }
            guard let pane else { return nil }
            self.pane = pane
            self.left = left
        }
    }

    /// What became of the pane when its terminal has ended.
    func ask(about pane: Pane) -> [String] {
        client([
            "display-message", "-p", "#{pid}", ";", "list-panes", "-a", "-f", "#{==:#{pane_id},\(pane.id)}", "-F",
            "#{pane_pid}:#{pane_start_command}",
        ])
    }

    enum Fate: Equatable {
        /// The same pane, respawned by an operator.
        case respawned(process: Int32)
        case replaced
        case killed
        /// It is there, and so is its terminal as far as tmux knows.
        case unchanged
        case serverLost
    }

    /// - Parameter window: a word of the window process' command line.
    static func fate(of pane: Pane, _ output: String, window: String) -> Fate {
        let lines = output.parts(at: "\n")
        // The first line proves the server, also where it has no session left and the listing fails.
        guard let server = lines.first.flatMap({ Int32($0) }), server == pane.server else { return .serverLost }
        guard lines.count > 1 else { return .killed }
        let words = lines[1].parts(at: ":", atMost: 2)
        guard let process = words.first.flatMap({ Int32($0) }) else { return .killed }
        if process == pane.process { return .unchanged }
        return words.count > 1 && words[1].contains(window) ? .respawned(process: process) : .replaced
    }

    /// Copy mode, and any other, would take the keys for its own.
    func send(keys: [String], to pane: Pane) -> [String] {
        client(
            ["copy-mode", "-q", "-t", pane.id, ";", "send-keys", "-t", pane.id, "--"]
                + keys.map(TmuxWords.literal))
    }

    /// After the agent's own end: panes that an operator has added must not keep the session. A hook would not do: seen
    /// with 3.3a, the end of one session's last pane runs the `pane-exited` hook of another session.
    ///
    /// - Parameter lines: nil, or how many lines of what scrolled off the screen are wanted with it.
    func finish(_ pane: Pane, lines: Int?) -> [String] {
        let capture = lines.map { ["capture-pane", "-p", "-t", pane.id, "-S", "-\($0)", ";"] } ?? []
        let hasOthers = "#{||:#{!=:#{window_panes},1},#{!=:#{session_windows},1}}"
        return client(capture + ["if-shell", "-F", "-t", pane.id, hasOthers, "kill-session -t '=\(session)'"])
    }

    func kill() -> [String] { client(["kill-session", "-t", "=\(session)"]) }

    /// The first line of what tmux complained about.
    static func complaint(_ errors: String) -> String {
        let line = Printable.oneLine(errors.parts(at: "\n").first.map(String.init) ?? "")
        return line.isEmpty ? "tmux says nothing" : line
    }
}
