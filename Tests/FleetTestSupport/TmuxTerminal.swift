internal import Glibc

/// A terminal that can be looked at: a private tmux server with one window, in which a program runs.
package final class TmuxTerminal {
    private let folder = FakeDirectory()
    private let environment: [String: String]

    /// - Parameters:
    ///   - command: absolute path of a program, and its arguments.
    ///   - environment: the program's whole environment; TERM is set for it.
    package init(
        _ command: [String], environment: [String: String], columns: Int = 100, rows: Int = 40
    ) throws {
        self.environment = ["PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": folder.path]
        // The screen of a program that has ended can still be read.
        try ScriptedHome.write(
            "set -g remain-on-exit on\nset -g status off\nset -s escape-time 0\n", to: folder.path + "/conf")
        var variables = environment
        variables["TERM"] = "screen-256color"
        let words =
            ["/usr/bin/env", "-i"] + variables.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" } + command
        let start = try TestProcess(
            [
                Self.tmux, "-S", socket, "-f", folder.path + "/conf", "new-session", "-d", "-x", "\(columns)", "-y",
                "\(rows)", "--",
            ]
                + words, environment: self.environment)
        guard try start.wait() == .exit(0) else { throw DeadlineMissed("no terminal: \(start.errors)") }
    }

    deinit {
        // The server ends its program and itself; its socket goes with the folder.
        if let end = try? TestProcess([Self.tmux, "-S", socket, "kill-server"], environment: environment) {
            _ = try? end.wait()
        }
    }

    private static let tmux = "/usr/bin/tmux"
    private var socket: String { folder.path + "/t" }

    /// `$TMUX` as this terminal's server gives it to its programs.
    package var variable: String { get throws { try ask("display-message", "-p", "#{socket_path},#{pid},0") } }

    @discardableResult
    private func ask(_ words: String...) throws -> String {
        let client = try TestProcess([Self.tmux, "-S", socket, "-N"] + words, environment: environment)
        guard try client.wait() == .exit(0) else { throw DeadlineMissed("tmux \(words): \(client.errors)") }
        return client.output.hasSuffix("\n") ? String(client.output.dropLast()) : client.output
    }

    /// Text as it is.
    package func type(_ text: String) throws { try ask("send-keys", "-l", "--", text) }

    /// Keys by tmux's names: `Tab`, `Enter`, `C-u`.
    package func press(_ keys: String...) throws { for key in keys { try ask("send-keys", "--", key) } }

    /// The lines of the screen, without blanks at their ends.
    package func screen() throws -> String { try ask("capture-pane", "-p") }

    /// The exit status of the program; nil while it runs.
    package func exitStatus() throws -> Int32? {
        let words = try ask("display-message", "-p", "#{pane_dead_status},#{pane_pid},#{pid}").split(
            separator: ",", omittingEmptySubsequences: false)
        if let status = words.first.flatMap({ Int32($0) }) { return status }
        // tmux 3.3a now and then leaves a child that has ended to its next SIGCHLD.
        if words.count == 3, let program = Int32(words[1]), let server = Int32(words[2]),
            TestProcess.contents("/proc/\(program)/stat").contains(") Z ")
        {
            kill(server, SIGCHLD)
        }
        return nil
    }

    /// Returns the screen as soon as it satisfies the condition.
    @discardableResult
    package func wait(
        for what: String, within limit: Duration = .seconds(60), _ condition: (String) throws -> Bool
    ) throws -> String {
        var last = ""
        return try eventually("\(what) on the screen", within: limit, state: "\n" + last) {
            last = try screen()
            return try condition(last) ? last : nil
        }
    }
}
