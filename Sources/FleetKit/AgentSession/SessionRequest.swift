internal import FleetGuard

/// What an agent's unit asks its main process for: the options of `mosaic fleet session`.
package struct SessionRequest: Equatable {
    /// The session's name in tmux.
    package var name: String
    /// Where the agent runs; absolute.
    package var directory: String
    package var command: [String]
    /// Absolute path of tmux.
    package var tmux: String
    package var socket: TmuxSocket
    /// Typed into the agent's terminal first when it is to end, as `tmux send-keys` reads them.
    package var stopKeys: [String] = []
    /// Runs first when the agent is to end.
    package var stopCommand: [String] = []
    /// The unit's own: keys or command get at most half of it.
    package var stopTimeout: Duration = .seconds(20)
    /// Whether the last lines of the screen are kept after a failure.
    package var keepsLastScreen = true
    /// The holder's unit, whose server alone may get the session.
    package var holder: String?
    /// After this much terminal silence the agent counts as idle, as long as it reports nothing itself; nil: never.
    package var idleAfter: Duration?
    /// `--mosaic-home`, below which they are kept.
    package var mosaicHome: String?

    package init(name: String, directory: String, command: [String], tmux: String, socket: TmuxSocket) {
        self.name = name
        self.directory = directory
        self.command = command
        self.tmux = tmux
        self.socket = socket
    }

    /// Reads a line as `init` writes it, without the argument parser: its tables would be most of what the main process
    /// of an agent has in memory. `SessionRequestTests` holds both to the same reading.
    ///
    /// - Parameter line: the words after `mosaic`.
    /// - Returns: nil where the parser must decide: another command, a wrong or unusual line.
    package static func read(_ line: [String]) -> SessionRequest? {
        guard line.count > 3, line[0] == "fleet", line[1] == "session", let end = line.firstIndex(of: "--"),
            line.count > end + 1
        else { return nil }
        var request = SessionRequest(
            name: "", directory: "", command: Array(line[(end + 1)...]), tmux: "", socket: .name(""))
        var sockets = 0
        var index = 2
        while index < end {
            let option = line[index]
            index += 1
            if option == "--no-last-screen" {
                request.keepsLastScreen = false
                continue
            }
            guard index < end else { return nil }
            let value = line[index]
            index += 1
            // The parser has its own rules for a value that looks like an option.
            if value.begins(with: "-"), option != "--stop-keys", option != "--stop-command" { return nil }
            switch option {
            case "--name": request.name = value
            case "--tmux": request.tmux = value
            case "--directory": request.directory = value
            case "--holder": request.holder = value
            case "--mosaic-home": request.mosaicHome = value
            case "--stop-keys": request.stopKeys.append(value)
            case "--stop-command": request.stopCommand.append(value)
            case "--stop-timeout":
                guard let timeout = stopTimeout(value) else { return nil }
                request.stopTimeout = timeout
            case "--idle-after":
                guard let duration = idleAfter(value) else { return nil }
                request.idleAfter = duration
            case "--socket-name", "--socket-path":
                request.socket = option == "--socket-name" ? .name(value) : .path(value)
                sockets += 1
            default: return nil
            }
        }
        guard sockets == 1, !request.name.isEmpty, !request.tmux.isEmpty, request.directory.begins(with: "/") else {
            return nil
        }
        return request
    }

    /// A duration above 0; less than a second is one, and more than a year is a year.
    package static func idleAfter(_ text: String) -> Duration? {
        // The parser says what is wrong.
        guard let duration = try? DurationText.parse(text), duration > .zero else { return nil }
        return min(max(duration, .seconds(1)), .seconds(366 * 86_400))
    }

    /// Whole seconds, as `init` writes them.
    package static func stopTimeout(_ text: String) -> Duration? {
        guard let seconds = Int64(text), (0...1_000_000_000).contains(seconds) else { return nil }
        return .seconds(seconds)
    }
}
