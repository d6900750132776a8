import FleetKit
import Foundation
import Testing

/// An agent's session against its unit: who sees which end, and what is left.
@Suite("An agent's session, for real", .serialized, .timeLimit(.minutes(2)))
struct SessionSystemTests {
    private func unit(_ name: String) -> String { "mosaic-agent@\(name).service" }

    private func agent(_ name: String, _ command: String) -> String {
        "[[agent]]\nname = '\(name)'\ncommand = \(command)\n"
    }

    private func process(_ name: String, _ machine: UnitsMachine) throws -> Int32 {
        let output = machine.tmux("list-panes", "-t", "=\(name):", "-F", "#{pane_pid}").output
        return try #require(Int32(output.trimmingCharacters(in: .whitespacesAndNewlines)))
    }

    private func lives(_ pid: Int32) -> Bool {
        // A zombie still has a number, and is not what a test asks for.
        let stat = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
        return !stat.isEmpty && !stat.contains(") Z ")
    }

    /// Writes its name into the file `overlap` when another of its kind still runs: every process of the session
    /// holds the file `held` as long as it lives.
    private func exclusive(_ folder: String) -> String {
        "['sh', '-c', '''trap : HUP; exec 9>>\(folder)/held; flock -n 9 || echo overlap >>\(folder)/overlap; "
            + "echo run >>\(folder)/runs; while :; do sleep 0.1; done''']"
    }

    @Test func aStopEndsOnlyWithTheCommand() throws {
        let machine = try UnitsMachine()
        try machine.install(agent("deaf", "['sh', '-c', 'trap : HUP TERM; while :; do sleep 0.1; done']"))
        #expect(machine.systemctl("start", unit("deaf")) == 0)
        let command = try process("deaf", machine)
        let begin = ContinuousClock.now
        #expect(machine.systemctl("stop", "--no-block", unit("deaf")) == 0)
        var looks = 0
        while lives(command), ContinuousClock.now - begin < .seconds(30) {
            let state = machine.property("ActiveState", unit("deaf"))
            if lives(command) {
                try #require(!["inactive", "failed"].contains(state))
                looks += 1
            }
        }
        #expect(looks > 0)
        #expect(!lives(command))
        #expect((.seconds(9) ... .seconds(15)).contains(ContinuousClock.now - begin))
        let down = "inactive/dead/success"
        #expect(machine.eventually(down) { machine.state(unit("deaf")) } == down)
        #expect(machine.sessions() == [])
    }

    @Test func noRestartRunsTheOldCommandBesideTheNewOne() throws {
        let machine = try UnitsMachine()
        let folder = try machine.folder
        try machine.install(agent("one", exclusive(folder)))
        try machine.addDropIn(unit("one"), "[Unit]\nStartLimitBurst=99\n[Service]\nRestartSec=50ms\n")
        let runs = {
            ((try? String(contentsOfFile: folder + "/runs", encoding: .utf8)) ?? "").split(separator: "\n").count
        }
        #expect(machine.systemctl("start", unit("one")) == 0)
        for round in 1...6 {
            #expect(machine.eventually(round, runs) == round)
            // By hand; the waiting process killed, which leaves only ExecStopPost=; the session killed.
            switch round % 3 {
            case 0: #expect(machine.systemctl("restart", unit("one")) == 0)
            case 1: #expect(kill(try #require(Int32(machine.property("MainPID", unit("one")))), SIGKILL) == 0)
            // As the SIGHUP of a killed session is ignored, so would be its end for a while: the process is told.
            default: #expect(kill(try process("one", machine), SIGKILL) == 0)
            }
        }
        #expect(machine.eventually(7, runs) == 7)
        #expect(!FileManager.default.fileExists(atPath: folder + "/overlap"))
        #expect(machine.sessions() == ["one"])
    }

    @Test func aKilledMainProcessLeavesNoSession() throws {
        let machine = try UnitsMachine()
        try machine.install(agent("a", "['sh', '-c', 'trap : HUP; sleep 999']"))
        try machine.addDropIn(unit("a"), "[Service]\nRestart=no\n")
        #expect(machine.systemctl("start", unit("a")) == 0)
        let command = try process("a", machine)
        #expect(kill(try #require(Int32(machine.property("MainPID", unit("a")))), SIGKILL) == 0)
        let failed = "failed/failed/signal"
        #expect(machine.eventually(failed) { machine.state(unit("a")) } == failed)
        #expect(machine.sessions() == [])
        #expect(!lives(command))
    }

    @Test func theUnitHasTheCommandsStatus() throws {
        let machine = try UnitsMachine()
        try machine.install(
            agent("seven", "['sh', '-c', 'exit 7']") + agent("shot", "['sh', '-c', 'kill -9 $$']")
                + agent("term", "['sh', '-c', 'kill -TERM $$']") + agent("left", "['sh', '-c', 'sleep 998 & exit 0']"))
        for name in ["seven", "shot", "term"] { try machine.addDropIn(unit(name), "[Service]\nRestart=no\n") }
        for (name, state) in [
            ("seven", "failed/7"), ("shot", "failed/137"), ("term", "failed/143"), ("left", "inactive/0"),
        ] {
            #expect(machine.systemctl("start", unit(name)) == 0)
            let look = {
                machine.property("ActiveState", unit(name)) + "/" + machine.property("ExecMainStatus", unit(name))
            }
            #expect(machine.eventually(state, look) == state)
        }
        #expect(machine.sessions() == [])
        // What the command left in the background of its terminal is gone too.
        #expect(machine.run("pgrep", ["-x", "-f", "sleep 998"]).output == "")
        // Not in the roster.
        #expect(machine.systemctl("start", unit("typo")) != 0)
        #expect(machine.property("ExecMainStatus", unit("typo")) == "64")
    }

    @Test func anOperatorLooksOnAndRespawns() throws {
        let machine = try UnitsMachine()
        try machine.install(agent("a", "['sleep', '999']"))
        try machine.addDropIn(unit("a"), "[Service]\nRestart=no\n")
        #expect(machine.systemctl("start", unit("a")) == 0)
        let invocation = machine.property("InvocationID", unit("a"))

        let terminal = Process()
        terminal.executableURL = URL(filePath: "/usr/bin/env")
        terminal.arguments = [
            "script", "-qec", "stty rows 40 cols 133; exec tmux -N -L mosaic-fleet attach -d -t =a", "/dev/null",
        ]
        terminal.environment = machine.environment.merging(["TERM": "xterm"]) { $1 }
        terminal.standardInput = Pipe()
        terminal.standardOutput = FileHandle.nullDevice
        try terminal.run()
        defer { terminal.terminate() }
        let size = { machine.tmux("list-windows", "-t", "=a", "-F", "#{window_width}x#{window_height}").output }
        #expect(machine.eventually("133x39\n", size) == "133x39\n")
        machine.tmux("detach-client", "-s", "=a")
        terminal.waitUntilExit()
        #expect(machine.state(unit("a")) == "active/running/success")

        let before = try process("a", machine)
        machine.tmux("respawn-pane", "-k", "-t", "=a:", "sleep 888")
        let after = try process("a", machine)
        #expect(after != before)
        #expect(machine.eventually(false) { lives(before) } == false)
        #expect(machine.state(unit("a")) == "active/running/success")
        #expect(machine.property("InvocationID", unit("a")) == invocation)
        #expect(kill(after, SIGKILL) == 0)
        let failed = "failed/failed/exit-code"
        #expect(machine.eventually(failed) { machine.state(unit("a")) } == failed)
    }
}
