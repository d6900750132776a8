import FleetKit
import Foundation
import Testing

/// The unit files under a real user manager with a real tmux.
@Suite("The units, for real", .serialized, .timeLimit(.minutes(10)))
struct UnitsSystemTests {
    private let holder = "mosaic-tmux-holder.service"
    private func unit(_ name: String) -> String { "mosaic-agent@\(name).service" }

    static let vectors: [[String]] = [
        [], [""], ["", ""], [";"], ["a;", ";", "\\;", "a\\;", ";;", "\\\\;"], ["$HOME", "${HOME}", "$$", "$", "a$"],
        ["%i", "%%", "%", "%Y"], ["\"", "'", "\\", "a b", " a ", "\"a\" 'b'"],
        ["\n", "\t", "\r", "a\n\nb", "\u{1}\u{7F}"],
        ["é😀", "\u{202E}"], ["--", "-t", "-", "@-:+!|x"], ["#{pid}", "#(touch pwned)", "#", "##", "#[fg=red]"],
        ["{", "}", "{ kill-server }", "~", "*", "?", "`id`", "&& id", "| id", "> pwned", "kill-server"],
        ["\\x41", "\\n", "\\\\", "\\\"", "\\u0041"], [String(repeating: "x", count: 10_000)],
    ]

    @Test func everyArgumentArrivesAsItWasWritten() throws {
        let machine = try UnitsMachine()
        let folder = try machine.folder + "/d #{pid} %h $HOME #(touch pwned);"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var roster = ""
        for (index, vector) in Self.vectors.enumerated() {
            let program = try machine.folder + "/dump\(index)"
            // A program of its own for each, so that the vector can be empty: its output goes beside it.
            try "#!/bin/sh\nprintf '%s\\0' \"$PWD\" $# \"$@\" > \"$0.new\"\nmv \"$0.new\" \"$0.out\"\n"
                .write(toFile: program, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
            let words = ([program] + vector).map(Self.toml).joined(separator: ", ")
            roster += "[[agent]]\nname = \"v.\(index)\"\ncommand = [\(words)]\ndirectory = \(Self.toml(folder))\n"
        }
        try machine.install(roster)
        for (index, vector) in Self.vectors.enumerated() {
            machine.systemctl("start", unit("v.\(index)"))
            let wanted = [folder, "\(vector.count)"] + vector
            let path = try machine.folder + "/dump\(index).out"
            let seen = machine.eventually(wanted) {
                guard let data = FileManager.default.contents(atPath: path) else { return [] }
                return data.split(separator: 0, omittingEmptySubsequences: false).dropLast()
                    .map { String(decoding: $0, as: UTF8.self) }
            }
            #expect(seen == wanted)
        }
        #expect(try !FileManager.default.contentsOfDirectory(atPath: folder).contains("pwned"))
    }

    @Test func theUnitFollowsTheLifeOfTheCommand() throws {
        let machine = try UnitsMachine()
        let agent = { (name: String, command: String) in "[[agent]]\nname = \"\(name)\"\ncommand = \(command)\n" }
        try machine.install(
            agent("good", "['sleep', '0.2']") + agent("bad", "['sh', '-c', 'exit 7']")
                + agent("long", "['sleep', '999']")
                + agent("none", "['/nonexistent']") + agent("lost", "['sleep', '999']\ndirectory = '/nonexistent'"))
        for name in ["bad", "none", "long"] { try machine.addDropIn(unit(name), "[Service]\nRestart=no\n") }

        #expect(machine.systemctl("start", unit("good"), unit("bad"), unit("long")) == 0)
        // "Started" means that the agent runs.
        #expect(machine.systemctl("start", unit("none")) != 0)
        #expect(machine.property("ActiveState", holder) == "active")
        #expect(machine.eventually("inactive/dead/success") { machine.state(unit("good")) } == "inactive/dead/success")
        let failed = "failed/failed/exit-code"
        #expect(machine.eventually(failed) { machine.state(unit("bad")) } == failed)
        #expect(machine.eventually(failed) { machine.state(unit("none")) } == failed)
        #expect(machine.systemctl("start", unit("lost")) != 0)
        #expect(machine.state(unit("long")) == "active/running/success")
        #expect(machine.sessions() == ["long"])

        // The operator's own window in the session does not keep the unit up.
        machine.tmux("split-window", "-t", "=long:", "sleep 999")
        let pane = machine.tmux("list-panes", "-s", "-t", "=long", "-F", "#{pane_pid}").output.split(separator: "\n")
        let process = try #require(pane.first.flatMap { Int32($0) })
        #expect(kill(process, SIGKILL) == 0)
        #expect(machine.eventually(failed) { machine.state(unit("long")) } == failed)
        #expect(machine.eventually([]) { machine.sessions() } == [])

        // A killed session is a failure; a stop is none, and takes the session with it.
        #expect(machine.systemctl("start", unit("long")) == 0)
        machine.tmux("kill-session", "-t", "=long")
        #expect(machine.eventually(failed) { machine.state(unit("long")) } == failed)
        for _ in 1...5 {
            #expect(machine.systemctl("start", unit("long")) == 0)
            #expect(machine.systemctl("stop", unit("long")) == 0)
            #expect(machine.state(unit("long")) == "inactive/dead/success")
            #expect(machine.sessions() == [])
            machine.systemctl("reset-failed", unit("long"))
        }

        // A session that was left over gives way.
        machine.tmux("new-session", "-d", "-s", "long", "sleep", "555")
        #expect(machine.systemctl("start", unit("long")) == 0)
        #expect(machine.agentProcess(unit("long")).map(machine.commandLine) == "sleep 999")
        #expect(machine.sessions() == ["long"])
    }

    /// An end that tmux notices while it does something else counts too.
    @Test func manyEndsAtOnceAreAllSeen() throws {
        let machine = try UnitsMachine()
        let names = (0..<20).map { "n\($0)" }
        try machine.install(
            names.map { "[[agent]]\nname = '\($0)'\ncommand = ['sleep', '0.2']\n" }.joined())
        for _ in 1...5 {
            #expect(machine.run("systemctl", ["--user", "start"] + names.map(unit)).status == 0)
            let down = names.map { _ in "inactive" }
            #expect(machine.eventually(down) { names.map { machine.property("ActiveState", unit($0)) } } == down)
        }
    }

    @Test func theFleetSurvivesTheLossOfItsServer() throws {
        let machine = try UnitsMachine()
        // What an operator's tmux.conf may well have, each of them deadly to a server without attached clients.
        try
            "set -g destroy-unattached on\nset -s exit-unattached on\nset -s exit-empty on\nset -g detach-on-destroy off\n"
            .write(toFile: machine.folder + "/.tmux.conf", atomically: true, encoding: .utf8)
        let names = ["a", "b.c", "d"]
        try machine.install(names.map { "[[agent]]\nname = '\($0)'\ncommand = ['sleep', '999']\n" }.joined())
        try machine.addDropIn("mosaic-agent@.service", "[Service]\nRestartSec=100ms\n")
        let up = names.map { _ in "active/running/success" } + ["a b_c d"]
        let look = { names.map { machine.state(unit($0)) } + [machine.sessions().joined(separator: " ")] }
        for name in names { #expect(machine.systemctl("start", unit(name)) == 0) }
        #expect(look() == up)

        for word in ["kill-server", "SIGKILL", "restart"] {
            let before = machine.property("InvocationID", unit("a"))
            switch word {
            case "kill-server": machine.tmux("kill-server")
            case "SIGKILL": kill(try #require(Int32(machine.property("MainPID", holder))), SIGKILL)
            default: #expect(machine.systemctl("restart", holder) == 0)
            }
            let isNew = { machine.property("InvocationID", unit("a")) != before }
            #expect(machine.eventually(true, isNew), "\(word)")
            #expect(machine.eventually(up, look) == up, "\(word)")
        }

        #expect(machine.systemctl("stop", holder) == 0)
        #expect(names.map { machine.state(unit($0)) } == names.map { _ in "inactive/dead/success" })
    }

    @Test func anotherServerOnTheSocketIsAnErrorAndNotTheHolder() throws {
        let machine = try UnitsMachine()
        try machine.install("[[agent]]\nname = 'a'\ncommand = ['sleep', '999']\n")
        try machine.addDropIn(holder, "[Service]\nRestart=no\n")
        // An agent may not start a server, so a server without the holder takes an operator.
        try machine.startServerBesideTheHolder(session: "alien")
        #expect(machine.systemctl("start", holder) != 0)
        #expect(machine.state(holder) == "failed/failed/exit-code")
        #expect(machine.systemctl("start", unit("a")) != 0)
        #expect(machine.sessions() == ["alien"])
        machine.tmux("kill-server")
        #expect(machine.systemctl("start", unit("a")) == 0)
        #expect(machine.sessions() == ["a"])
        let server = machine.tmux("display-message", "-p", "#{pid}").output
        #expect(machine.property("MainPID", holder) + "\n" == server)
    }

    static func toml(_ text: String) -> String {
        "\""
            + text.unicodeScalars.map { scalar in
                switch scalar {
                case "\"": "\\\""
                case "\\": "\\\\"
                case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                    "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
                default: String(Character(scalar))
                }
            }.joined() + "\""
    }
}
