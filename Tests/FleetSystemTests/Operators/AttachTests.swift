import FleetKit
import FleetTestSupport
import Glibc
import Testing

/// `attach`: a real terminal, a real tmux, a real fleet.
@Suite("Attach", .serialized, .timeLimit(.minutes(5)))
struct AttachTests {
    private func program() throws -> String { try BuiltProduct.path("mosaic") }

    private func clients(_ fleet: RealFleet) throws -> [String] {
        let list = try TestProcess(
            ["/usr/bin/tmux", "-N", "-L", "mosaic-fleet", "list-clients", "-F", "#{session_name} #{client_pid}"],
            environment: fleet.environment)
        try list.wait()
        return list.output.split(separator: "\n").map(String.init)
    }

    private func pane(_ fleet: RealFleet, _ agent: String) throws -> String {
        let capture = try TestProcess(
            ["/usr/bin/tmux", "-N", "-L", "mosaic-fleet", "capture-pane", "-p", "-t", "=\(agent):"],
            environment: fleet.environment)
        try capture.wait()
        return capture.output
    }

    @Test("the terminal is the agent's until the operator leaves it, and from one agent to the next")
    func attach() throws {
        let fleet = try RealFleet(agents: 2)
        // A terminal within a tmux server of the operator's own, which tmux refuses unless it is told.
        let terminal = try TmuxTerminal(
            [try program(), "fleet", "attach", "a01"],
            environment: fleet.environment.merging(["TMUX": "/tmp/another/socket,1,0", "TMUX_PANE": "%0"]) { $1 })
        let attached = try eventually("a client on a01") {
            try clients(fleet).first { $0.hasPrefix("a01 ") }
        }
        try terminal.type("typed by the operator")
        try eventually("the text on the agent's own terminal") {
            try pane(fleet, "a01").contains("typed by the operator")
        }
        let folder = try #require(fleet.environment["TMUX_TMPDIR"])
        let socket = "\(folder)/tmux-\(geteuid())/mosaic-fleet"
        // No descriptor but the terminal's and tmux's own, and no process beside it: this one became the client.
        let client = try #require(attached.split(separator: " ").last)
        let words = TestProcess.contents("/proc/\(client)/cmdline").split(separator: "\0").map(String.init)
        let said = ["display-message", "-d", "5000", "detach with C-b d; agent a01 keeps running"]
        #expect(words == ["/usr/bin/tmux", "-N", "-S", socket, "attach-session", "-t", "=a01", ";"] + said, "\(words)")

        // From inside: the same client goes over to the other agent.
        let window = try TestProcess(
            ["/usr/bin/tmux", "-N", "-L", "mosaic-fleet", "new-window", "-t", "=a01:"]
                + [
                    "-e", "MOSAIC_HOME=" + fleet.fleetPath.dropLast("/fleet".count), try program(), "fleet", "attach",
                    "a02",
                ],
            environment: fleet.environment)
        #expect(try window.wait() == .exit(0))
        try eventually("the client on a02") { try clients(fleet) == ["a02 \(client)"] }

        try terminal.press("C-b", "d")
        #expect(try eventually("the end of the client") { try terminal.exitStatus() } == 0)
        #expect(try clients(fleet) == [])
        #expect(try fleet.troubles() == [])
    }

    @Test(
        "inside another tmux it says how to get out, with the keys that these two servers have",
        arguments: ["C-b", "C-a"])
    func nested(_ prefix: String) throws {
        let fleet = try RealFleet(agents: 1)
        let outer = try SizedTerminal(
            columns: 80, rows: 24, environment: fleet.environment,
            ["/bin/sh", "-c", "tmux set -g prefix \(prefix); exec \"$0\" fleet attach a01", try program()])
        let keys = prefix == "C-b" ? "C-b C-b d" : "C-b d"
        try outer.wait(for: "detach with \(keys); agent a01 keeps running")
        // As somebody types it on the outer terminal, whose tmux is asked to pass it on.
        try outer.type("C-b")
        try outer.type("d")
        try outer.wait(for: "ended 0")
    }

    @Test("what cannot be attached to is an error that says what to do")
    func errors() throws {
        let fleet = try RealFleet(agents: 2)
        func attach(_ words: String..., path: String? = nil, isTerminal: Bool = true) throws -> TestProcess {
            let terminal = try PseudoTerminal()
            var environment = fleet.environment
            if let path { environment["PATH"] = path }
            let process = try TestProcess(
                [try program(), "fleet", "attach"] + words, environment: environment,
                input: isTerminal ? .descriptor(terminal.descriptor) : .none)
            try process.wait()
            return process
        }
        let unknown = try attach("a09")
        #expect(try unknown.wait() == .exit(4))
        #expect(unknown.errors.contains("did you mean a0"))
        #expect(try attach("--", "-C").wait() == .exit(4))

        let blind = try attach("a01", isTerminal: false)
        #expect(try blind.wait() == .exit(64))
        #expect(blind.errors.contains("needs a terminal"))

        let without = try attach("a01", path: "/nonexistent")
        #expect(try without.wait() == .exit(64))
        #expect(without.errors.contains("no tmux in PATH"))

        try fleet.must(fleet.mosaic("stop", "a02"))
        let down = try attach("a02")
        #expect(try down.wait() == .exit(3))
        #expect(down.errors.contains("agent 'a02' has no session"))
        #expect(down.errors.contains("mosaic fleet start a02"))

        try fleet.must(fleet.mosaic("stop"))
        let dark = try attach("a01", "--json")
        #expect(try dark.wait() == .exit(3))
        let error = try JSONText(dark.errors).object
        #expect(error["code"] as? String == "not-active")
        #expect((error["message"] as? String)?.contains("tmux server does not answer") == true)
        #expect((error["hint"] as? String)?.contains("mosaic fleet start") == true)
        // It asked, and did not start a server by asking.
        #expect(try fleet.sessions() == [])

        try ScriptedHome.write("version = 1\n[[agent]]\nname = \"a01\"\n", to: fleet.fleetPath + "/roster.toml")
        let socketless = try attach("a01")
        #expect(try socketless.wait() == .exit(78))
        #expect(socketless.errors.contains("[holder] has no socket"))
    }

    @Test("logs that had to ask the manager over D-Bus hand no descriptor on")
    func descriptors() throws {
        let fleet = try RealFleet(agents: 1)
        #expect(unlink(fleet.fleetPath + "/roster.toml") == 0)
        let bin = fleet.folder.path + "/bin"
        try ScriptedHome.makeFolder(bin)
        try ScriptedHome.write("#!/bin/sh\necho \"$@\"; ls /proc/$$/fd\n", to: bin + "/journalctl")
        chmod(bin + "/journalctl", 0o755)
        let logs = try TestProcess(
            [try program(), "fleet", "logs", "--backend", "dbus"],
            environment: fleet.environment.merging(["PATH": bin + ":/usr/bin:/bin"]) { $1 })
        #expect(try logs.wait() == .exit(0))
        let lines = logs.output.split(separator: "\n").map(String.init)
        #expect(lines.first == "--user-unit=mosaic-tmux-holder.service --user-unit=mosaic-agent@a01.service --")
        // What the program has anyway, here: nothing came along.
        let direct = try TestProcess([bin + "/journalctl"], environment: ["PATH": "/usr/bin:/bin"])
        #expect(try direct.wait() == .exit(0))
        #expect(lines.dropFirst().sorted() == direct.output.split(separator: "\n").map(String.init).sorted())
    }
}
