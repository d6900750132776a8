import FleetGuard
import FleetKit
import FleetTestSupport
import Foundation
import Testing

/// Reports of real agents, as systemd shows them.
@Suite("Reports, for real", .serialized, .timeLimit(.minutes(10)))
struct ReportSystemTests {
    private func activity(_ puppet: Puppet) -> Activity {
        let shown = puppet.machine.run(
            "systemctl", ["--user", "show", "-p", "ActiveState,StatusText", puppet.unit]
        ).output.split(separator: "\n").map(String.init)
        guard shown.contains("ActiveState=active") else { return .unknown }
        return Activity(statusText: shown.first { $0.hasPrefix("StatusText=") }.map { String($0.dropFirst(11)) } ?? "")
    }

    /// `busy: tests`, without the time.
    private func words(_ puppet: Puppet) -> String {
        let activity = activity(puppet)
        return activity.state.rawValue + (activity.isGuess ? " (guess)" : "") + (activity.note.map { ": \($0)" } ?? "")
    }

    private func report(_ rest: String) throws -> String { "\(try UnitsMachine.program()) fleet report \(rest)" }

    @Test func aReportIsTheUnitsStatus() throws {
        let machine = try UnitsMachine()
        let puppet = try Puppet("a", machine)
        try machine.install(puppet.entry())
        #expect(machine.systemctl("start", puppet.unit) == 0)
        #expect(words(puppet) == "unknown")
        let before = Int64(Date().timeIntervalSince1970)
        #expect(try puppet.run(report("busy --note 'the tests'")) == ["0"])
        // What was answered is with systemd already.
        #expect(words(puppet) == "busy: the tests")
        let since = try #require(activity(puppet).since)
        #expect((before...before + 20).contains(since))
        #expect(try puppet.run(report("busy --note=other")) == ["0"])
        #expect(words(puppet) == "busy: other" && activity(puppet).since == since)
        let long = String(repeating: "x", count: 200)
        #expect(try puppet.run(report("waiting --note \(long)")) == ["0"])
        #expect(words(puppet) == "waiting: \(long)")
        // A child of a child, in a session of its own, with the least of environments.
        let variables = "MOSAIC_AGENT_SOCKET=$MOSAIC_AGENT_SOCKET MOSAIC_AGENT_RUN=$MOSAIC_AGENT_RUN"
        #expect(try puppet.run("setsid -w env -i \(variables) \(report("idle"))") == ["0"])
        #expect(words(puppet) == "idle")
        #expect(try puppet.run(report("busy --json")) == [#"{"reported":true,"schemaVersion":1,"state":"busy"}"#, "0"])
    }

    @Test func statusAndPeekShowWhatAgentsDo() throws {
        let machine = try UnitsMachine()
        let (a, b) = (try Puppet("a", machine), try Puppet("b", machine))
        try machine.install(a.entry() + b.entry("activity = 'quiet 1s'"))
        #expect(machine.run("systemctl", ["--user", "start", a.unit]).status == 0)
        let mosaic = { try machine.run(UnitsMachine.program(), ["fleet"] + $0).output }
        #expect(try !mosaic(["status"]).contains("ACTIVITY"))
        try a.run(report("busy --note 'the tests'"))
        #expect(machine.systemctl("start", b.unit) == 0)
        #expect(machine.eventually("idle (guess)") { words(b) } == "idle (guess)")
        let table = try mosaic(["status"]).split(separator: "\n")
        #expect(table[0].hasSuffix("  ACTIVITY") && table[1].hasSuffix("  -"))
        #expect(table[2].contains(/busy [0-9]+m?s: the tests$/), "\(table[2])")
        #expect(table[3].contains(/idle [0-9]+m?s \(guess\)$/), "\(table[3])")
        #expect(try mosaic(["status", "a"]).contains(": the tests"))
        let units = try #require(
            JSONSerialization.jsonObject(with: Data(mosaic(["status", "--json"]).utf8)) as? [String: Any])["units"]
        let shown = try #require(units as? [[String: Any]]).map { $0["activity"] as? [String: Any] }
        #expect(shown.count == 3 && shown[0] == nil)
        #expect(shown[1]?["state"] as? String == "busy" && shown[1]?["note"] as? String == "the tests")
        #expect(shown[1]?["guess"] as? Bool == false)
        let since = try #require(shown[1]?["since"] as? String)
        #expect(Timestamp.parse(since).map { Int64($0) } == activity(a).since)
        #expect(shown[2]?["state"] as? String == "idle" && shown[2]?["guess"] as? Bool == true)
        #expect(try mosaic(["peek", "a", "--json"]).contains(#""note":"the tests""#))
    }

    @Test func whatCannotBeReportedChangesNothingAndFailsNoHook() throws {
        let machine = try UnitsMachine()
        let puppet = try Puppet("a", machine)
        try machine.install(puppet.entry())
        #expect(machine.systemctl("start", puppet.unit) == 0)
        try puppet.run(report("busy --note tests"))
        let lineEnd = "\"$(printf 'x\\nSTATUS=idle since 2026-01-02T03:04:05Z')\""
        for note in [lineEnd, "\"$(printf '\\033[2J')\"", String(repeating: "x", count: 201)] {
            let said = try puppet.run(report("idle --note \(note)"))
            #expect(said.last == "0" && said.first?.contains("warning: nothing was reported: the note") == true)
            #expect(words(puppet) == "busy: tests")
        }
        // Outside of a window, with no home at all.
        let said = try puppet.run("env -i \(report("idle"))")
        #expect(said.last == "0" && said.first?.contains("this process does not belong to an agent's unit") == true)
        #expect(try puppet.run(report("idle") + " 2>&-") == ["0"])
        #expect(try puppet.run(report("idel")).last == "64")
        let process = try #require(Int32(machine.property("MainPID", puppet.unit)))
        #expect(kill(process, SIGSTOP) == 0)
        let hung = try puppet.run(report("waiting"))
        #expect(hung.last == "0" && hung.first?.contains("hung or stopped") == true)
        #expect(kill(process, SIGCONT) == 0)
        // Whoever asked has gone by now, so nothing is known of it.
        try puppet.run(report("busy --note again"))
        #expect(words(puppet) == "busy: again")
    }

    @Test func onlyThePresentRunOfTheAgentItselfReports() throws {
        let machine = try UnitsMachine()
        let (a, b) = (try Puppet("a", machine), try Puppet("b", machine))
        try machine.install(a.entry() + b.entry())
        #expect(machine.run("systemctl", ["--user", "start", a.unit, b.unit]).status == 0)
        let variables = "echo MOSAIC_AGENT_SOCKET=$MOSAIC_AGENT_SOCKET MOSAIC_AGENT_RUN=$MOSAIC_AGENT_RUN"
        let first = try #require(try a.run(variables).first)
        try a.run(report("busy"))
        // Another agent, and a process of no agent.
        #expect(try b.run("\(first) \(report("idle"))").first?.contains("from outside the agent's unit") == true)
        #expect(words(a) == "busy" && words(b) == "unknown")
        #expect(try machine.run("sh", ["-c", "\(first) \(report("idle"))"]).status == 0)
        #expect(words(a) == "busy")
        // A respawned pane is another run in the same invocation.
        let before = try #require(machine.agentProcess(a.unit))
        a.clear()
        machine.tmux("respawn-pane", "-k", "-t", "=a:")
        #expect(machine.eventually(true) { machine.agentProcess(a.unit).map { $0 != before } ?? false })
        #expect(machine.eventually("unknown") { words(a) } == "unknown")
        #expect(try a.run("\(first) \(report("idle"))").first?.contains("from an earlier run") == true)
        #expect(words(a) == "unknown")
        try a.run(report("waiting"))
        #expect(words(a) == "waiting")
        // So is a new invocation: its socket has another name.
        #expect(machine.systemctl("restart", a.unit) == 0)
        #expect(words(a) == "unknown")
        let second = try #require(try a.run(variables).first)
        #expect(second != first)
        #expect(try a.run("\(first) \(report("idle"))").first?.contains("does not answer") == true)
        let socket = try #require(second.split(separator: " ").first)
        let run = try #require(first.split(separator: " ").last)
        #expect(try a.run("\(socket) \(run) \(report("idle"))").first?.contains("from an earlier run") == true)
        #expect(words(a) == "unknown")
    }

    @Test func nothingIsLeftOfAMainProcessThatWasKilled() throws {
        let machine = try UnitsMachine()
        let puppet = try Puppet("a", machine)
        try machine.install(puppet.entry())
        try machine.addDropIn(puppet.unit, "[Service]\nRestart=no\n")
        #expect(machine.systemctl("start", puppet.unit) == 0)
        try puppet.run(report("idle"))
        #expect(words(puppet) == "idle")
        let socket =
            try #require(machine.environment["XDG_RUNTIME_DIR"]) + "/mosaic-fleet/"
            + machine.property("InvocationID", puppet.unit)
        let isThere = { FileManager.default.fileExists(atPath: socket) }
        #expect(isThere())
        #expect(kill(try #require(Int32(machine.property("MainPID", puppet.unit))), SIGKILL) == 0)
        #expect(machine.eventually("failed") { machine.property("ActiveState", puppet.unit) } == "failed")
        #expect(words(puppet) == "unknown")
        #expect(!machine.eventually(false, isThere))
    }

    @Test func silenceIsAGuess() throws {
        let machine = try UnitsMachine()
        let puppet = try Puppet("a", machine)
        try machine.install(puppet.entry("activity = 'quiet 2s'"))
        #expect(machine.systemctl("start", puppet.unit) == 0)
        #expect(machine.eventually("idle (guess)") { words(puppet) } == "idle (guess)")
        // Told before the script that writes has ended: no moment of it is taken for idle.
        try puppet.run("echo x >/dev/tty 2>/dev/null; echo x >$(readlink /proc/$PPID/fd/0)")
        #expect(machine.eventually("busy (guess)") { words(puppet) } == "busy (guess)")
        let until = try #require(activity(puppet).since) + 2
        #expect(machine.eventually("idle (guess)") { words(puppet) } == "idle (guess)")
        #expect(Int64(Date().timeIntervalSince1970) >= until)
        // Its own word ends the guessing.
        try puppet.run(report("busy"))
        #expect(words(puppet) == "busy")
        try puppet.run("sleep 3")
        #expect(words(puppet) == "busy")
        #expect(machine.systemctl("restart", puppet.unit) == 0)
        #expect(machine.eventually("idle (guess)") { words(puppet) } == "idle (guess)")
    }

    /// What each step makes of the activity; nil: unknown.
    @Test("fifty random sequences of reports and new runs: what is shown is what was said last in this run")
    func randomSequences() throws {
        let machine = try UnitsMachine()
        let puppets = try (1...5).map { try Puppet("p\($0)", machine) }
        try machine.install(puppets.map { $0.entry() }.joined())
        try machine.addDropIn("mosaic-agent@.service", "[Unit]\nStartLimitIntervalSec=0\n")
        #expect(machine.run("systemctl", ["--user", "start"] + puppets.map(\.unit)).status == 0)
        var expected = [String](repeating: "unknown", count: puppets.count)
        var earlier = [String?](repeating: nil, count: puppets.count)
        let variables = "echo MOSAIC_AGENT_SOCKET=$MOSAIC_AGENT_SOCKET MOSAIC_AGENT_RUN=$MOSAIC_AGENT_RUN"
        var random = SeededRandom(seed: 20_261_128)
        for _ in 0..<10 {
            for (index, puppet) in puppets.enumerated() {
                var steps: [String] = []
                for _ in 0..<5 {
                    let step = Int.random(in: 0..<10, using: &random)
                    let state = try #require(["busy", "waiting", "idle"].randomElement(using: &random))
                    switch step {
                    case 0:
                        steps.append("restart")
                        earlier[index] = try puppet.run(variables).first
                        #expect(machine.systemctl("restart", puppet.unit) == 0)
                        expected[index] = "unknown"
                    case 1:
                        steps.append("respawn")
                        earlier[index] = try puppet.run(variables).first
                        let before = try #require(machine.agentProcess(puppet.unit))
                        machine.tmux("respawn-pane", "-k", "-t", "=\(puppet.name):")
                        #expect(
                            machine.eventually(true) { machine.agentProcess(puppet.unit).map { $0 != before } ?? false }
                        )
                        expected[index] = "unknown"
                        #expect(machine.eventually("unknown") { words(puppet) } == "unknown")
                    case 2:
                        steps.append("late \(state)")
                        if let late = earlier[index] { try puppet.run("\(late) \(report(state))") }
                    case 3:
                        steps.append("another's \(state)")
                        let mine = try #require(try puppet.run(variables).first)
                        try puppets[(index + 1) % puppets.count].run("\(mine) \(report(state))")
                    case 4:
                        steps.append("bad \(state)")
                        try puppet.run(report("\(state) --note \"$(printf 'a\\nb')\""))
                    default:
                        steps.append(state)
                        try puppet.run(report("\(state) --note n\(step)"))
                        expected[index] = "\(state): n\(step)"
                    }
                    #expect(words(puppet) == expected[index], "\(puppet.name): \(steps)")
                }
            }
        }
    }
}
