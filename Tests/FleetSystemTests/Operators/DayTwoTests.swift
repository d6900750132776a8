import FleetKit
import FleetTestSupport
import Glibc
import Testing

/// What an operator does with a fleet after its first day, on a real user manager with a real tmux.
@Suite("Day two, for real", .serialized, .timeLimit(.minutes(10)))
struct DayTwoTests {
    private func run(_ fleet: RealFleet, _ words: String..., status: Int32 = 0) throws -> TestProcess {
        let process = try fleet.mosaic(words)
        let end = try process.wait(within: .seconds(60))
        #expect(end == .exit(status), "\(words): \(process.output) \(process.errors)")
        return process
    }

    private func roster(_ fleet: RealFleet) -> String { TestProcess.contents(fleet.fleetPath + "/roster.toml") }

    private func invocation(_ fleet: RealFleet, _ name: String) throws -> String {
        try fleet.systemctl("show", "--value", "-p", "InvocationID", "mosaic-agent@\(name).service")
    }

    @Test func addStartsOneAgentAndRemoveStopsIt() throws {
        let fleet = try RealFleet(agents: 2)
        let before = try fleet.units().map(\.invocation)
        let original = roster(fleet)
        let added = try run(
            fleet, "add", "new.one", "--directory", ".", "--env", "KEY=a b", "--stable-for", "0", "--", "sleep",
            "infinity")
        #expect(added.output.contains("Added 'new.one'") && added.output.contains("1 unit started"))
        #expect(try fleet.sessions() == ["a01", "a02", "new_one"])
        #expect(roster(fleet).hasPrefix(original) && roster(fleet).contains("environment = { \"KEY\" = \"a b\" }"))
        #expect(try run(fleet, "add", "new.one", "--", "x", status: 64).errors.contains("already"))
        #expect(try run(fleet, "add", "bad", "--memory-max", "4x", "--", "x", status: 64).errors.contains("memory_max"))
        #expect(!roster(fleet).contains("bad"))

        let removed = try run(fleet, "remove", "new.one")
        #expect(removed.errors.contains("stopping new.one") && removed.output.contains("Removed 'new.one'"))
        #expect(try fleet.sessions() == ["a01", "a02"])
        #expect(roster(fleet) == original)
        #expect(access(fleet.unitFolder + "/mosaic-agent@new.one.service.d", F_OK) != 0)
        #expect(try fleet.units().map(\.invocation) == before)
        #expect(try run(fleet, "remove", "new.one", status: 4).errors.contains("no such agent"))
    }

    @Test func anErrorOfRemoveAfterTheRosterWasWrittenSaysSo() throws {
        // The units cannot be written without tmux, which goes while the agent is stopped.
        let script = "trap 'rm -f \"$1/bin/tmux\"; exit 0' TERM\nsleep infinity &\nwait\n"
        let fleet = try RealFleet(agents: 2, script: script)
        let programs = fleet.folder.path + "/bin"
        try ScriptedHome.makeFolder(programs)
        #expect(symlink("/usr/bin/tmux", programs + "/tmux") == 0)
        let remove = try TestProcess(
            ["/usr/bin/env", "PATH=\(programs)", try BuiltProduct.path("mosaic"), "fleet", "remove", "a02"],
            environment: fleet.environment)
        #expect(try remove.wait(within: .seconds(60)) == .exit(64))
        #expect(
            remove.errors.contains("a02 is removed from the roster, but: there is no tmux in PATH"), "\(remove.errors)")
        #expect(
            remove.errors.contains("run 'mosaic fleet apply' after this: install tmux 3.2 or newer"),
            "\(remove.errors)")
        let dropIn = fleet.unitFolder + "/\(fleet.agents[1]).d"
        #expect(!roster(fleet).contains("a02") && access(dropIn, F_OK) == 0)
        _ = try run(fleet, "apply")
        #expect(access(dropIn, F_OK) != 0)
    }

    @Test func applyStartsTheNewStopsTheGoneAndNamesTheOutdated() throws {
        let fleet = try RealFleet(agents: 3)
        let holder = try fleet.units()[0].invocation
        let changed = roster(fleet).replacing("name = \"a01\"", with: "name = \"b01\"")
            .replacing("name = \"a02\"", with: "tasks_max = 77\nname = \"a02\"")
        try ScriptedHome.write(changed, to: fleet.fleetPath + "/roster.toml")
        let old = try invocation(fleet, "a02")
        let third = try invocation(fleet, "a03")
        let applied = try run(fleet, "apply", "--stable-for", "0")
        #expect(try fleet.sessions() == ["a02", "a03", "b01"])
        #expect(
            applied.output.contains(
                "Running with an older unit: a02. Restart just it with: mosaic fleet apply --restart"))
        #expect(try invocation(fleet, "a02") == old)

        let restarted = try run(fleet, "apply", "--restart", "--stable-for", "0")
        #expect(restarted.output.contains("1 unit restarted"))
        #expect(try invocation(fleet, "a02") != old && invocation(fleet, "a03") == third)
        #expect(try fleet.units()[0].invocation == holder)
        #expect(try fleet.systemctl("show", "--value", "-p", "TasksMax", "mosaic-agent@a02.service") == "77\n")
        #expect(try run(fleet, "apply").output == "Everything matches the roster.\n")

        // Patterns are the roster's names, whatever systemd has loaded.
        #expect(try run(fleet, "stop", "a*").output.contains("2 units stopped"))
        #expect(try fleet.sessions() == ["b01"])
        #expect(try run(fleet, "status", "b*").output.contains("1 active"))
        #expect(try run(fleet, "start", "zz*", status: 4).errors.contains("no agent matches: 'zz*'"))
        #expect(try run(fleet, "apply").output.contains("Left down: a02, a03."))
    }

    @Test(arguments: ["dbus", "systemctl"])
    func whatIsInNoRosterIsNamedAndStoppedByName(backend: String) throws {
        let fleet = try RealFleet(agents: 2)
        let tmux = { (words: [String]) in
            let client = try TestProcess(
                ["/usr/bin/tmux", "-N", "-L", "mosaic-fleet"] + words, environment: fleet.environment)
            #expect(try client.wait() == .exit(0), "\(client.errors)")
        }
        // Its name begins like that of another one.
        for name in ["bare", "bare2"] { try tmux(["new-session", "-d", "-s", name, "sleep", "infinity"]) }
        let stopped = try fleet.mosaic(["stop", "bare"], backend: backend)
        #expect(try stopped.wait() == .exit(0), "\(stopped.errors)")
        #expect(try fleet.sessions() == ["a01", "a02", "bare2"])

        let rest = roster(fleet).split(separator: "[[agent]]").filter { !$0.contains("\"a02\"") }
        try ScriptedHome.write(rest.joined(separator: "[[agent]]"), to: fleet.fleetPath + "/roster.toml")
        let shown = try fleet.mosaic(["status", "a02"], backend: backend)
        #expect(try shown.wait() == .exit(3), "\(shown.errors)")
        #expect(shown.output.contains("mosaic-agent@a02.service: not in the roster"))
        #expect(!shown.output.contains("a01"))
        #expect(try run(fleet, "status", "a03", status: 4).errors.contains("no such agent: 'a03'"))
        let both = try fleet.mosaic(["stop", "a01", "a02"], backend: backend)
        #expect(try both.wait() == .exit(0), "\(both.errors)")
        #expect(try fleet.sessions() == ["bare2"])
    }

    @Test(arguments: ["dbus", "systemctl"])
    func statusSaysWhoStoppedAnAgent(backend: String) throws {
        let fleet = try RealFleet(agents: 2)
        try fleet.must(fleet.mosaic(["stop", "a01"], backend: backend))
        try fleet.systemctl("stop", fleet.agents[1])
        let status = try fleet.mosaic(["status"], backend: backend)
        #expect(try status.wait() == .exit(3))
        let lines = status.output.split(separator: "\n").filter { $0.hasPrefix("  ") }
        #expect(lines.contains { $0.contains("mosaic-agent@a01.service: stopped by ") }, "\(status.output)")
        #expect(!lines.contains { $0.contains("a02") && $0.contains("stopped by") }, "\(status.output)")
    }

    @Test(arguments: ["dbus", "systemctl"])
    func enabledUnitsAreWantedAtBootAndNewAgentsFollow(backend: String) throws {
        let fleet = try RealFleet(agents: 2, startsIt: false)
        let wants = fleet.unitFolder + "/default.target.wants"
        func links() -> [String] { FolderListing(wants, isDeep: false).entries.map(\.name) }
        try ScriptedHome.write(
            roster(fleet).replacing("name = \"a02\"", with: "autostart = false\nname = \"a02\""),
            to: fleet.fleetPath + "/roster.toml")
        try fleet.must(fleet.mosaic("init", "--enable", backend: backend))
        #expect(links() == ["mosaic-agent@a01.service", RealFleet.holder])
        let again = try fleet.mosaic("enable", backend: backend)
        try fleet.must(again)
        #expect(again.output == "Already enabled: the holder and 1 agent start at boot.\n")
        try fleet.must(fleet.mosaic("add", "new", "--stable-for", "0", "--", "sleep", "99", backend: backend))
        #expect(links() == ["mosaic-agent@a01.service", "mosaic-agent@new.service", RealFleet.holder])
        try fleet.must(fleet.mosaic("remove", "new", backend: backend))
        #expect(links() == ["mosaic-agent@a01.service", RealFleet.holder])
        // What a boot does.
        try fleet.must(fleet.mosaic("stop", backend: backend))
        try fleet.systemctl("start", "default.target")
        try fleet.systemctl("start", "mosaic-agent@a01.service")
        #expect(try fleet.sessions() == ["a01"])
        let disabled = try fleet.mosaic("disable", backend: backend)
        try fleet.must(disabled)
        #expect(disabled.output.contains("2 units will no longer start at boot"))
        #expect(links() == [])
        #expect(try fleet.sessions() == ["a01"])
    }

    @Test func peekPrintsTheScreenOfOneThatRunsAndOfOneThatFailed() throws {
        let fleet = try RealFleet(
            agents: 2, script: "seq 1 100; printf '\\033[31mred\\033[0m %s' \"$2\"; exec sleep infinity\n")
        let seen = try eventually("the agent's words") {
            let process = try fleet.mosaic("peek", "a01")
            guard try process.wait() == .exit(0), process.output.contains("red a01") else { return nil as TestProcess? }
            return process
        }
        #expect(seen.output.hasSuffix("100\nred a01\n") && !seen.output.hasPrefix("1\n"))
        let history = try run(fleet, "peek", "a01", "-n", "200")
        #expect(history.output.hasPrefix("1\n2\n3\n"))
        #expect(try JSONText(run(fleet, "peek", "a01", "--json").output).object["running"] as? Bool == true)

        _ = try run(fleet, "stop", "a02")
        #expect(try run(fleet, "peek", "a02", status: 3).errors.contains("its last screen was not kept"))
        try ScriptedHome.makeFolder(fleet.fleetPath + "/screens", mode: 0o700)
        try ScriptedHome.write("boom\n\u{1B}[2J\n", to: fleet.fleetPath + "/screens/a02.txt")
        let kept = try run(fleet, "peek", "a02")
        #expect(kept.output == "boom\n\\u{1b}[2J\n" && kept.errors.contains("its screen when it failed"))
        #expect(try run(fleet, "peek", "a*", status: 64).errors.contains("matches 2 agents"))
    }
}
