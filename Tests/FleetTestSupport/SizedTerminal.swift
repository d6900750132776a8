package import Glibc

/// A terminal of a given size, as real as an operator's: the one window of a private tmux server, with a program on its
/// pseudo terminal. What it shows is asked of the terminal, not guessed from what the program wrote.
package final class SizedTerminal {
    private let folder = FakeDirectory()
    private let socket: String
    private let environment: [String: String]

    /// - Parameters:
    ///   - words: the program's absolute path and its arguments. When it has ended, `ended STATUS` stands on the line where
    ///     the cursor was left, and the terminal stays.
    ///   - environment: the program's whole environment, but for what tmux adds (TERM).
    package init(columns: Int, rows: Int, environment: [String: String], _ words: [String]) throws {
        socket = folder.path + "/s"
        self.environment = environment
        let settings = folder.path + "/tmux.conf"
        try ScriptedHome.write("set -g status off\nset -g history-limit 5000\nset -sg escape-time 0\n", to: settings)
        // Ctrl-C is the program's alone, as under an interactive shell.
        let script = "trap : INT; \"$@\"; printf 'ended %s\\n' $?; exec sleep 600"
        let start = try TestProcess(
            ["/usr/bin/tmux", "-S", socket, "-f", settings, "new-session", "-d", "-x", "\(columns)", "-y", "\(rows)"]
                + ["/bin/sh", "-c", script, "sh"] + words, environment: environment)
        guard try start.wait(within: .seconds(10)) == .exit(0) else { throw DeadlineMissed("tmux: \(start.errors)") }
    }

    deinit {
        do {
            try ask("kill-server")
        } catch {
            // There is none any more: nothing to end.
        }
    }

    // MARK: What it shows

    /// Its lines from the top, without the empty ones at the end.
    package func lines() throws -> [String] { try Self.split(ask("capture-pane", "-p")) }

    /// The same, with everything that has left it at the top.
    package func history() throws -> [String] { try Self.split(ask("capture-pane", "-p", "-S", "-")) }

    /// The same, with the escape sequences of its colours.
    package func screenWithColors() throws -> String { try ask("capture-pane", "-p", "-e") }

    package var screen: String { (try? lines().joined(separator: "\n")) ?? "(no terminal)" }

    private static func split(_ text: String) -> [String] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        while lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }

    package struct Cursor: Equatable, Sendable {
        package var column: Int
        package var row: Int
        package var isVisible: Bool

        package init(column: Int, row: Int, isVisible: Bool) {
            self.column = column
            self.row = row
            self.isVisible = isVisible
        }
    }

    package func cursor() throws -> Cursor {
        let fields = try ask("display-message", "-p", "#{cursor_x} #{cursor_y} #{cursor_flag}")
            .split { " \n".contains($0) }.compactMap { Int($0) }
        guard fields.count == 3 else { throw DeadlineMissed("no cursor: \(fields)") }
        return Cursor(column: fields[0], row: fields[1], isVisible: fields[2] == 1)
    }

    /// Whether long lines go on in the next row.
    package func wraps() throws -> Bool { try ask("display-message", "-p", "#{wrap_flag}").hasPrefix("1") }

    /// Returns the lines as soon as one of them contains the text.
    @discardableResult
    package func wait(for text: String, within limit: Duration = .seconds(60)) throws -> [String] {
        try eventually("'\(text)' on the terminal", within: limit, state: screen) {
            let lines = try lines()
            return lines.contains { $0.contains(text) } ? lines : nil
        }
    }

    /// Returns the lines as soon as they are as wanted.
    @discardableResult
    package func wait(
        until what: String, within limit: Duration = .seconds(60), _ condition: ([String]) -> Bool
    ) throws -> [String] {
        try eventually(what, within: limit, state: screen) {
            let lines = try lines()
            return condition(lines) ? lines : nil
        }
    }

    // MARK: What is done to it

    package func resize(columns: Int, rows: Int) throws {
        try ask("resize-window", "-x", "\(columns)", "-y", "\(rows)")
    }

    /// Keys by tmux's names: `C-c`, `Enter`, or text.
    package func type(_ keys: String...) throws { try ask(["send-keys"] + keys) }

    /// The program's process, once it runs.
    package func program() throws -> pid_t {
        try eventually("a program on the terminal", state: screen) {
            guard let shell = pid_t(try ask("display-message", "-p", "#{pane_pid}").prefix { $0.isNumber }) else {
                return nil
            }
            return ChildList(of: shell).pids.first
        }
    }

    @discardableResult
    private func ask(_ words: String...) throws -> String { try ask(words) }

    @discardableResult
    private func ask(_ words: [String]) throws -> String {
        let question = try TestProcess(["/usr/bin/tmux", "-S", socket] + words, environment: environment)
        guard try question.wait(within: .seconds(10)) == .exit(0) else {
            throw DeadlineMissed("tmux \(words): \(question.errors)")
        }
        return question.output
    }
}
