import FleetTestSupport
import Foundation
import Testing

/// A program that draws on its terminal, once as an agent and once in a plain tmux pane of the same size: both get the
/// same keys, and their screens, with colours, are the same after each of them.
@Suite("An agent's terminal is a plain pane's", .serialized, .timeLimit(.minutes(10)))
struct TerminalSystemTests {
    /// What an operator's hands do.
    enum Step: Sendable, CustomStringConvertible {
        /// By tmux's names.
        case keys([String])
        case text(String)
        case resize(columns: Int, rows: Int)
        /// As a terminal that has the program's bracketed paste on.
        case paste(String)
        /// Until both screens show it: the next key is for a program that is there by then.
        case awaits(String)

        var description: String {
            switch self {
            case .keys(let keys): "keys \(keys)"
            case .text(let text): "text \(text)"
            case .resize(let columns, let rows): "\(columns) by \(rows)"
            case .paste(let text): "paste \(text)"
            case .awaits(let text): "waiting for \(text)"
            }
        }
    }

    struct Program: Sendable, CustomTestStringConvertible {
        var name: String
        var command: [String]
        var steps: [Step]
        /// What must have been on the screen at some time, so that two empty screens prove nothing.
        var shown: [String]

        var testDescription: String { name }
    }

    static let programs = [
        Program(
            name: "bash: job control, size, paste, colours",
            command: ["bash", "--norc", "--noprofile", "-i"],
            steps: [
                .text("printf '\\033[31mred\\033[0m %s\\n' \"$TERM\""), .keys(["Enter"]),
                .text("sh -c 'trap \"echo aga\"in CONT; echo beg\"un\"; while :; do sleep 0.05; done'"),
                .keys(["Enter"]),
                .awaits("begun"), .keys(["C-z"]), .awaits("Stopped"), .text("fg"), .keys(["Enter"]), .awaits("again"),
                .keys(["C-c"]),
                .text("jobs; stty size"), .keys(["Enter"]), .resize(columns: 100, rows: 31),
                .text("stty size"), .keys(["Enter"]), .paste("echo one\necho two"), .keys(["Enter"]),
                .text("ulimit -c 0; cat"), .keys(["Enter"]), .text("hey"), .keys(["Enter"]), .awaits("hey\nhey"),
                .keys(["C-\\"]), .awaits("Quit"), .text("echo $?"), .keys(["Enter"]),
            ],
            shown: ["Stopped", "24 80", "31 100", "two", "131"]),
        Program(
            name: "less",
            command: ["less", "-R", "lines"],
            steps: [
                .keys(["Space"]), .keys(["G"]), .text("?line 17"), .keys(["Enter"]), .resize(columns: 61, rows: 17),
                .keys(["g"]), .resize(columns: 90, rows: 40), .keys(["-", "N", "Enter"]),
            ],
            shown: ["line 1", "line 17", "line 300"]),
        Program(
            name: "vim",
            command: ["vi", "-u", "NONE", "-U", "NONE", "-n", "-N", "lines"],
            steps: [
                .text(":set number"), .keys(["Enter"]), .keys(["G"]), .text("ohello"), .keys(["Escape"]),
                .resize(columns: 70, rows: 19), .text("gg"), .text("dd"), .text("u"), .text(":sh"), .keys(["C-c"]),
                .resize(columns: 101, rows: 33),
            ],
            shown: ["hello", "300"]),
        Program(
            name: "a program that asks for the mouse",
            command: ["sh", "-c", "stty raw -echo; printf '\\033[?1000h\\033[?1006hready'; exec cat -v"],
            steps: [.text("x"), .text("\u{1b}[<0;5;3M"), .text("\u{1b}[<0;5;3m")],
            shown: ["ready"]),
    ]

    @Test(arguments: programs)
    func theScreensAreTheSame(program: Program) throws {
        let machine = try UnitsMachine()
        let folder = try machine.folder
        let lines = (1...300).map { "\u{1b}[3\($0 % 7)mline \($0)\u{1b}[0m" }.joined(separator: "\n") + "\n"
        try lines.write(toFile: folder + "/lines", atomically: true, encoding: .utf8)
        let literal = program.command.map { "\"\($0.replacing("\\", with: "\\\\"))\"" }
        try machine.install(
            "[[agent]]\nname = 'a'\ncommand = [\(literal.joined(separator: ", "))]\ndirectory = '\(folder)'\n")
        #expect(machine.systemctl("start", "mosaic-agent@a.service") == 0)
        let plain = ["-L", "plain"]
        // By the manager, as the holder's: a server keeps what it inherits.
        let start = ["tmux"] + plain + ["new-session", "-d", "-s", "a", "-c", folder, "--"] + program.command
        try #require(machine.run("systemd-run", ["--user", "-q", "-p", "Type=forking", "--"] + start).status == 0)
        defer { _ = machine.run("tmux", plain + ["kill-server"]) }
        let agent = ["-N", "-L", "mosaic-fleet"]
        for server in [plain, agent] { machine.run("tmux", server + ["set-option", "-g", "window-size", "manual"]) }

        var seen = ""
        func compare(_ step: String) {
            func screen(_ server: [String]) -> String {
                machine.run("tmux", server + ["capture-pane", "-p", "-e", "-t", "=a:"]).output
            }
            // The plain one first comes to rest: it is what the other is held to.
            var wanted = screen(plain)
            #expect(
                machine.eventually(true) {
                    let next = screen(plain)
                    defer { wanted = next }
                    return next == wanted && next.contains { !$0.isWhitespace }
                })
            let found = machine.eventually(true) {
                wanted = screen(plain)
                return screen(agent) == wanted
            }
            #expect(found, "after \(step):\n\(wanted)\nthe agent's:\n\(screen(agent))")
            seen += machine.run("tmux", agent + ["capture-pane", "-p", "-t", "=a:"]).output
        }
        compare("the start")
        for step in program.steps {
            for server in [plain, agent] {
                switch step {
                case .awaits(let text):
                    #expect(
                        machine.eventually(true) {
                            machine.run("tmux", server + ["capture-pane", "-p", "-t", "=a:"]).output.contains(text)
                        }, "\(server): \(text)")
                case .keys(let keys): machine.run("tmux", server + ["send-keys", "-t", "=a:", "--"] + keys)
                case .text(let text): machine.run("tmux", server + ["send-keys", "-t", "=a:", "-l", "--", text])
                case .resize(let columns, let rows):
                    machine.run("tmux", server + ["resize-window", "-t", "=a:", "-x", "\(columns)", "-y", "\(rows)"])
                case .paste(let text):
                    machine.run("tmux", server + ["set-buffer", "-b", "p", "--", text])
                    machine.run("tmux", server + ["paste-buffer", "-p", "-d", "-b", "p", "-t", "=a:"])
                }
            }
            compare("\(step)")
        }
        for text in program.shown { #expect(seen.contains(text), "\(text) was never on the screen") }
    }
}
