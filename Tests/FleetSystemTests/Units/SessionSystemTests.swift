import FleetKit
import FleetTestSupport
import Foundation
import Testing

/// An agent against its unit: it is in the unit's cgroup with the unit's settings, and the unit says how it ended.
@Suite("An agent is its unit, for real", .serialized, .timeLimit(.minutes(10)))
struct SessionSystemTests {
    private func unit(_ name: String) -> String { "mosaic-agent@\(name).service" }

    private func agent(_ name: String, _ command: String, _ more: String = "") -> String {
        "[[agent]]\nname = '\(name)'\ncommand = \(command)\n\(more)\n"
    }

    private func text(_ path: String) -> String {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// `ActiveState/Result/status/words`.
    private func end(_ name: String, _ machine: UnitsMachine) -> String {
        ["ActiveState", "Result", "ExecMainStatus", "StatusText"].map { machine.property($0, unit(name)) }
            .joined(separator: "/")
    }

    private static let once = "[Service]\nRestart=no\n"

    @Test func theUnitsSettingsAreTheAgents() throws {
        let machine = try UnitsMachine()
        let out = try machine.folder + "/out"
        let script = "umask; nice; ulimit -n; echo \\\"$GREETING\\\"; tty; cat /proc/self/cgroup"
        try machine.install(agent("a", "['sh', '-c', \"(\(script)) > \(out).new; mv \(out).new \(out); sleep 999\"]"))
        try machine.addDropIn(
            unit("a"), "[Service]\nEnvironment='GREETING=a b'\nUMask=0027\nNice=5\nLimitNOFILE=333\n")
        #expect(machine.systemctl("start", unit("a")) == 0)
        #expect(machine.eventually(true) { FileManager.default.fileExists(atPath: out) })
        let lines = text(out).split(separator: "\n").map(String.init)
        #expect(Array(lines.prefix(4)) == ["0027", "5", "333", "a b"])
        #expect(lines.dropFirst(4).first?.hasPrefix("/dev/pts/") == true)
        #expect(lines.contains { $0.hasPrefix("0::") && $0.hasSuffix("/" + unit("a")) }, "\(lines)")
    }

    /// Before this edition an agent was a child of the tmux server, which outlived its unit's main process: it must not
    /// run twice.
    @Test func whatAnEarlierEditionLeftEndsBeforeTheAgentBegins() throws {
        let machine = try UnitsMachine()
        let folder = try machine.folder
        let script = """
            trap "echo $1 saved >> \(folder)/lines; exit 0" TERM HUP
            echo "$1 begins" >> \(folder)/lines
            while :; do sleep 0.05; done

            """
        try script.write(toFile: folder + "/agent.sh", atomically: true, encoding: .utf8)
        try machine.install(agent("a", "['sh', '\(folder)/agent.sh', 'new']"))
        #expect(machine.systemctl("start", "mosaic-tmux-holder.service") == 0)
        machine.tmux("new-session", "-d", "-s", "a", "sh", folder + "/agent.sh", "old")
        #expect(machine.eventually("old begins\n") { text(folder + "/lines") } == "old begins\n")
        #expect(machine.systemctl("start", unit("a")) == 0)
        let both = "old begins\nold saved\nnew begins\n"
        #expect(machine.eventually(both) { text(folder + "/lines") } == both)
        #expect(machine.sessions() == ["a"])
        #expect(machine.systemctl("stop", unit("a")) == 0)
        #expect(machine.eventually(both + "new saved\n") { text(folder + "/lines") } == both + "new saved\n")
    }

    /// The agent's mount namespace is not that of its tmux server: the terminal is handed over as a descriptor.
    @Test func aPrivateTmpIsTheAgents() throws {
        let machine = try UnitsMachine()
        let harness = try #require(machine.environment["MOSAIC_HARNESS_DIR"])
        let name = "mosaic-private-\(getpid())"
        let out = try machine.folder + "/out"
        try machine.install(
            agent("a", "['sh', '-c', 'echo mine > /tmp/\(name); tty > \(out).new; mv \(out).new \(out); sleep 999']"))
        // The manager of the tests has its own folders below /tmp.
        try machine.addDropIn(unit("a"), "[Service]\nPrivateTmp=yes\nBindPaths=\(harness)\nRestart=no\n")
        #expect(machine.systemctl("start", unit("a")) == 0, "\(end("a", machine))")
        #expect(machine.eventually(true) { FileManager.default.fileExists(atPath: out) })
        #expect(text(out).hasPrefix("/dev/pts/"))
        #expect(!FileManager.default.fileExists(atPath: "/tmp/\(name)"))
        #expect(machine.sessions() == ["a"])
        #expect(machine.systemctl("stop", unit("a")) == 0)
        #expect(end("a", machine).hasPrefix("inactive/success/0"), "\(end("a", machine))")
        #expect(machine.eventually([]) { machine.sessions() } == [])
    }

    @Test func aDaemonLivesAndEndsWithItsAgent() throws {
        let machine = try UnitsMachine()
        let names = (1...5).map { "a\($0)" }
        try machine.install(
            names.map {
                agent($0, "['sh', '-c', 'setsid sleep 9\($0.dropFirst())91 & exec sleep 8\($0.dropFirst())81']")
            }
            .joined())
        #expect(machine.run("systemctl", ["--user", "start"] + names.map(unit)).status == 0)
        for _ in 1...3 {
            for name in names {
                let number = name.dropFirst()
                let wanted = ["sleep 8\(number)81", "sleep 9\(number)91"]
                #expect(machine.eventually(wanted) { machine.processes(of: unit(name)) } == wanted)
                #expect(
                    machine.run("pgrep", ["-x", "-f", "sleep 9\(number)91"]).output.split(separator: "\n").count == 1)
            }
            #expect(machine.systemctl("restart", "mosaic-tmux-holder.service") == 0)
        }
        #expect(machine.run("systemctl", ["--user", "stop"] + names.map(unit)).status == 0)
        #expect(machine.run("pgrep", ["-x", "-f", "sleep [89][1-5][89]1"]).output == "")
        #expect(machine.sessions() == [])
    }

    static let ends: [(command: String, end: String)] = [
        ("['sh', '-c', 'exit 0']", "inactive/success/0"),
        ("['sh', '-c', 'exit 42']", "failed/exit-code/42/exit status 42"),
        ("['sh', '-c', 'kill -9 $$']", "failed/exit-code/137/killed by SIGKILL"),
        ("['sh', '-c', 'kill -SEGV $$']", "failed/exit-code/139/killed by SIGSEGV"),
        ("['sh', '-c', 'kill -TERM $$']", "failed/exit-code/143/killed by SIGTERM"),
        ("['/nonexistent']", "failed/exit-code/127/program /nonexistent does not exist"),
        ("['/etc/passwd']", "failed/exit-code/126/cannot execute '/etc/passwd': Permission denied"),
    ]

    @Test func anAgentsOwnEndIsTheUnits() throws {
        let machine = try UnitsMachine()
        let gone = try machine.folder + "/gone"
        try machine.install(
            Self.ends.enumerated().map { agent("e\($0.offset)", $0.element.command) }.joined()
                + agent("path", "['no-such-program']") + agent("dir", "['true']", "directory = '\(gone)'")
                + agent("left", "['sh', '-c', 'sleep 998 & exit 0']"))
        try machine.addDropIn("mosaic-agent@.service", Self.once)
        for (index, entry) in Self.ends.enumerated() {
            machine.systemctl("start", unit("e\(index)"))
            let look = { String(end("e\(index)", machine).prefix(entry.end.utf8.count)) }
            #expect(machine.eventually(entry.end, look) == entry.end)
        }
        #expect(machine.systemctl("start", unit("path")) != 0)
        #expect(end("path", machine).hasPrefix("failed/exit-code/127/'no-such-program' not found in PATH="))
        #expect(machine.systemctl("start", unit("dir")) != 0)
        #expect(end("dir", machine) == "failed/exit-code/200/directory \(gone) does not exist")
        machine.systemctl("start", unit("left"))
        #expect(machine.eventually("inactive") { machine.property("ActiveState", unit("left")) } == "inactive")
        #expect(machine.run("pgrep", ["-x", "-f", "sleep 998"]).output == "")
        #expect(machine.sessions() == [])
        // Not in the roster.
        #expect(machine.systemctl("start", unit("typo")) != 0)
        #expect(machine.property("ExecMainStatus", unit("typo")) == "64")
    }

    /// `tail -c` of a pipe keeps what it reads, so it needs as much memory.
    private static let hungry = "cat /dev/zero | tail -c 900000000"

    @Test(
        .enabled(
            if: SystemFacts.hasMemoryController,
            "no memory controller in the unified cgroup hierarchy of this machine: the kernel ends nobody for memory_max"
        ))
    func tooMuchMemoryIsTheAgentsOwnEndAndAnEventForItsChild() throws {
        let machine = try UnitsMachine()
        let limit = "memory_max = '64M'"
        try machine.install(
            agent("a", "['bash', '-c', 'exec tail -c 900000000 < <(cat /dev/zero)']", limit)
                + agent("parent", "['sh', '-c', '\(Self.hungry); sleep 999']", limit) + agent("b", "['sleep', '999']"))
        try machine.addDropIn("mosaic-agent@.service", Self.once + "MemorySwapMax=0\n")
        for name in ["b", "parent", "a"] { machine.systemctl("start", unit(name)) }
        #expect(machine.eventually("failed") { machine.property("ActiveState", unit("a")) } == "failed")
        #expect(end("a", machine).contains("out of memory"), "\(end("a", machine))")
        #expect(
            machine.eventually(["sleep 999"]) { machine.processes(of: unit("parent")).filter { $0 == "sleep 999" } }
                == ["sleep 999"])
        for name in ["b", "parent"] { #expect(machine.property("ActiveState", unit(name)) == "active") }
    }

    @Test func aLimitOfTheUnitEndsTheAgentAlone() throws {
        let machine = try UnitsMachine()
        try machine.install(agent("a", "['sh', '-c', '\(Self.hungry)']") + agent("b", "['sleep', '999']"))
        try machine.addDropIn("mosaic-agent@.service", Self.once)
        try machine.addDropIn(unit("a"), Self.once + "LimitAS=200M\n")
        for name in ["b", "a"] { machine.systemctl("start", unit(name)) }
        let wanted = "failed/exit-code/1/exit status 1"
        #expect(machine.eventually(wanted) { end("a", machine) } == wanted)
        #expect(machine.property("ActiveState", unit("b")) == "active")
        #expect(machine.property("ActiveState", "mosaic-tmux-holder.service") == "active")
    }

    @Test(arguments: [
        "sleep 999", "trap '' HUP; while :; do sleep 0.1; done", "trap : HUP; while :; do sleep 0.1; done",
    ])
    func theLossOfTheTerminalIsTheEnd(script: String) throws {
        let machine = try UnitsMachine()
        try machine.install(agent("a", "['sh', '-c', \"\"\"\(script)\"\"\"]") + agent("b", "['sleep', '999']"))
        try machine.addDropIn("mosaic-agent@.service", Self.once)
        #expect(machine.systemctl("start", unit("b")) == 0)
        for (word, words) in [
            ("kill-session", "its session was killed in tmux"), ("SIGKILL", "its window process was killed"),
            ("other", "its pane was given another command in tmux"), ("kill-server", "its tmux server is gone"),
        ] {
            #expect(machine.systemctl("start", unit("a")) == 0)
            let process = try #require(machine.agentProcess(unit("a")))
            switch word {
            case "kill-session": machine.tmux("kill-session", "-t", "=a")
            case "SIGKILL":
                let window = machine.tmux("list-panes", "-t", "=a:", "-F", "#{pane_pid}").output
                #expect(kill(try #require(Int32(window.trimmingCharacters(in: .whitespacesAndNewlines))), SIGKILL) == 0)
            case "other": machine.tmux("respawn-pane", "-k", "-t", "=a:", "sleep 888")
            default: machine.tmux("kill-server")
            }
            let wanted = "failed/exit-code/1/\(words)"
            if word != "kill-server" {
                #expect(machine.eventually(wanted) { end("a", machine) } == wanted)
                #expect(machine.property("ActiveState", unit("b")) == "active", "\(word)")
            }
            #expect(machine.eventually(nil) { machine.commandLine(process) } == nil)
        }
    }

    @Test func aRespawnedPaneBeginsTheAgentAnew() throws {
        let machine = try UnitsMachine()
        try machine.install(agent("a", "['sh', '-c', \"trap '' HUP; setsid sleep 7771 & exec sleep 999\"]"))
        try machine.addDropIn(unit("a"), Self.once)
        #expect(machine.systemctl("start", unit("a")) == 0)
        let invocation = machine.property("InvocationID", unit("a"))
        var before = try #require(machine.agentProcess(unit("a")))
        for _ in 1...3 {
            machine.tmux("respawn-pane", "-k", "-t", "=a:")
            let isNew = { machine.agentProcess(unit("a")).map { $0 != before } ?? false }
            #expect(machine.eventually(true, isNew))
            #expect(machine.commandLine(before) == nil)
            let wanted = ["sleep 7771", "sleep 999"]
            #expect(machine.eventually(wanted) { machine.processes(of: unit("a")) } == wanted)
            before = try #require(machine.agentProcess(unit("a")))
        }
        #expect(machine.state(unit("a")) == "active/running/success")
        #expect(machine.property("InvocationID", unit("a")) == invocation)
        #expect(kill(before, SIGKILL) == 0)
        let wanted = "failed/exit-code/137/killed by SIGKILL"
        #expect(machine.eventually(wanted) { end("a", machine) } == wanted)
    }

    @Test func aStopGivesEachItsTime() throws {
        let machine = try UnitsMachine()
        let folder = try machine.folder
        let save = "trap 'sleep 1; sleep 1; echo saved > \(folder)/NAME; exit 7' TERM; while :; do sleep 0.1; done"
        try save.replacing("NAME", with: "inner").write(toFile: folder + "/inner.sh", atomically: true, encoding: .utf8)
        try machine.install(
            agent("own", "['sh', '-c', \"\(save.replacing("NAME", with: "own"))\"]")
                + agent("two", "['sh', '-c', 'cd / && sh \(folder)/inner.sh']")
                + agent("shell", "['bash', '--norc', '-i']") + agent("plain", "['sleep', '999']")
                + agent("stopped", "['sh', '-c', 'kill -STOP $$; sleep 999']"))
        let names = ["own", "two", "shell", "plain", "stopped"]
        #expect(machine.run("systemctl", ["--user", "start"] + names.map(unit)).status == 0)
        machine.systemctl("stop", unit("own"))
        #expect(text(folder + "/own") == "saved\n")
        #expect(end("own", machine) == "failed/exit-code/7/stopped: exit status 7")
        #expect(machine.systemctl("stop", unit("two")) == 0)
        #expect(text(folder + "/inner") == "saved\n")
        for name in ["two", "shell", "plain", "stopped"] {
            #expect(machine.systemctl("stop", unit(name)) == 0)
            #expect(machine.state(unit(name)) == "inactive/dead/success", "\(name)")
        }
        #expect(machine.sessions() == [])
    }

    @Test func theLastSignalIsSystemdsAndFollowsTheUnitsTime() throws {
        let machine = try UnitsMachine()
        let folder = try machine.folder
        let script =
            "trap 'sleep 11; echo saved > \(folder)/slow' TERM; while [ ! -e \(folder)/slow ]; do sleep 0.1; done"
        try machine.install(
            agent("deaf", "['sh', '-c', \"trap '' HUP TERM; while :; do sleep 0.1; done\"]", "stop_timeout = '1s'")
                + agent("slow", "['sh', '-c', \"\(script)\"]", "stop_timeout = '2s'"))
        try machine.addDropIn(unit("slow"), "[Service]\nTimeoutStopSec=90\n")
        #expect(machine.systemctl("start", unit("deaf"), unit("slow")) == 0)
        #expect(machine.systemctl("stop", unit("deaf"), unit("slow")) == 0)
        #expect(machine.state(unit("deaf")) == "failed/failed/timeout")
        #expect(machine.state(unit("slow")) == "inactive/dead/success")
        #expect(text(folder + "/slow") == "saved\n")
        #expect(machine.sessions() == [])
    }

    @Test func aStopAsksFirst() throws {
        let machine = try UnitsMachine()
        let folder = try machine.folder
        let reader =
            "trap 'echo TERM >> \(folder)/keys' TERM; while read -r line; do echo $line >> \(folder)/keys; "
            + "[ $line = /exit ] && exit 0; done"
        try machine.install(
            agent("keys", "['bash', '-c', '''\(reader)''']", "stop_keys = ['/exit', 'Enter']")
                + agent(
                    "word", "['sh', '-c', 'sleep 999']", "stop_command = ['sh', '-c', 'echo asked > \(folder)/asked']"))
        #expect(machine.systemctl("start", unit("keys"), unit("word")) == 0)
        // Copy mode would take the keys for its own.
        machine.tmux("copy-mode", "-t", "=keys:")
        #expect(machine.systemctl("stop", unit("keys"), unit("word")) == 0)
        #expect(text(folder + "/keys") == "/exit\n")
        #expect(text(folder + "/asked") == "asked\n")
        #expect(machine.state(unit("keys")) == "inactive/dead/success")
        #expect(machine.state(unit("word")) == "inactive/dead/success")
    }

    @Test func anAgentOfAFrozenServerLivesAndCanBeStopped() throws {
        let machine = try UnitsMachine()
        try machine.install(agent("a", "['sleep', '999']") + agent("b", "['sh', '-c', 'sleep 1; exit 3']"))
        try machine.addDropIn(unit("b"), Self.once)
        #expect(machine.systemctl("start", unit("a"), unit("b")) == 0)
        let server = try #require(Int32(machine.property("MainPID", "mosaic-tmux-holder.service")))
        #expect(kill(server, SIGSTOP) == 0)
        defer { kill(server, SIGCONT) }
        let wanted = "failed/exit-code/3/exit status 3"
        #expect(machine.eventually(wanted) { end("b", machine) } == wanted)
        #expect(machine.state(unit("a")) == "active/running/success")
        #expect(machine.systemctl("stop", unit("a")) == 0)
        #expect(machine.state(unit("a")) == "inactive/dead/success")
    }

    @Test func systemctlKillReachesTheAgent() throws {
        let machine = try UnitsMachine()
        let file = try machine.folder + "/usr1"
        try machine.install(
            agent("a", "['sh', '-c', \"trap 'echo usr1 > \(file)' USR1; trap '' HUP; while :; do sleep 0.1; done\"]"))
        #expect(machine.systemctl("start", unit("a")) == 0)
        let main = machine.property("MainPID", unit("a"))
        for signal in ["USR1", "HUP", "WINCH"] {
            #expect(machine.systemctl("kill", "-s", signal, unit("a")) == 0)
        }
        #expect(machine.eventually("usr1\n") { text(file) } == "usr1\n")
        #expect(machine.property("MainPID", unit("a")) == main)
        #expect(machine.state(unit("a")) == "active/running/success")
        #expect(machine.systemctl("kill", unit("a")) == 0)
        #expect(machine.eventually("inactive") { machine.property("ActiveState", unit("a")) } == "inactive")
    }

    @Test func theLastScreenOfAFailureIsKeptForItsOwner() throws {
        let machine = try UnitsMachine()
        try machine.install(
            agent("a", "['sh', '-c', 'echo last words; exit 9']")
                + agent("off", "['sh', '-c', 'echo secret; exit 9']", "last_screen = false"))
        try machine.addDropIn("mosaic-agent@.service", Self.once)
        for name in ["a", "off"] {
            #expect(machine.systemctl("start", unit(name)) == 0)
            #expect(machine.eventually("failed") { machine.property("ActiveState", unit(name)) } == "failed")
        }
        #expect(machine.systemctl("stop", "mosaic-tmux-holder.service") == 0)
        #expect(try LastScreen.read(home: machine.home, agent: AgentName("a"))?.lines == ["last words"])
        let path = LastScreen.path(home: machine.home, session: "a")
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(try LastScreen.read(home: machine.home, agent: AgentName("off")) == nil)
    }

    @Test func anOperatorLooksOn() throws {
        let machine = try UnitsMachine()
        try machine.install(agent("a", "['sleep', '999']"))
        #expect(machine.systemctl("start", unit("a")) == 0)
        let terminal = try TestProcess(
            [
                "/usr/bin/env", "script", "-qec",
                "stty rows 40 cols 133; exec tmux -N -L mosaic-fleet attach -d -t =a", "/dev/null",
            ], environment: machine.environment.merging(["TERM": "xterm"]) { $1 }, input: .open)
        let size = { machine.tmux("list-windows", "-t", "=a", "-F", "#{window_width}x#{window_height}").output }
        #expect(machine.eventually("133x39\n", size) == "133x39\n")
        machine.tmux("detach-client", "-s", "=a")
        _ = try terminal.wait()
        #expect(machine.state(unit("a")) == "active/running/success")
    }

    @Test func aKilledMainProcessLeavesNothing() throws {
        let machine = try UnitsMachine()
        try machine.install(agent("a", "['sh', '-c', \"trap '' HUP TERM; setsid sleep 7772 & sleep 7773\"]"))
        try machine.addDropIn(unit("a"), Self.once)
        #expect(machine.systemctl("start", unit("a")) == 0)
        #expect(kill(try #require(Int32(machine.property("MainPID", unit("a")))), SIGKILL) == 0)
        let failed = "failed/failed/signal"
        #expect(machine.eventually(failed) { machine.state(unit("a")) } == failed)
        #expect(machine.eventually([]) { machine.sessions() } == [])
        #expect(machine.eventually("") { machine.run("pgrep", ["-x", "-f", "sleep 777[23]"]).output } == "")
    }
}
