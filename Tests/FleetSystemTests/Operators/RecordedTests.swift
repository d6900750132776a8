import FleetTestSupport
import Glibc
import Testing

/// What the commands around a restart leave in the history, and what they say to a script.
@Suite("Recorded, for real", .serialized, .timeLimit(.minutes(5)))
struct RecordedTests {
    private func run(_ fleet: RealFleet, _ words: String..., status: Int32 = 0) throws -> TestProcess {
        let process = try fleet.mosaic(words)
        let end = try process.wait(within: .seconds(60))
        #expect(end == .exit(status), "\(words): \(process.output) \(process.errors)")
        return process
    }

    /// `kind result unit…` of each record.
    private func records(_ fleet: RealFleet) throws -> [String] {
        let document = try JSONText(run(fleet, "history", "--json").output).object
        let records = try #require(document["records"] as? [[String: Any]])
        return records.map { record in
            let units = (record["units"] as? [[String: Any]] ?? []).compactMap { $0["unit"] as? String }
            return ([record["kind"] as? String ?? "", record["result"] as? String ?? ""] + units)
                .joined(separator: " ")
        }
    }

    @Test func whatAddRemoveApplyAndStopDoIsInTheHistory() throws {
        let fleet = try RealFleet(agents: 2)
        var known = try records(fleet)
        func expectNew(_ lines: [String], _ what: String) throws {
            let all = try records(fleet)
            #expect(Array(all.dropFirst(known.count)) == lines, "\(what)")
            known = all
        }
        let added = try run(fleet, "add", "new", "--json", "--stable-for", "0", "--", "sleep", "infinity")
        let files = try #require(JSONText(added.output).object["files"] as? [[String: Any]])
        let roster = files.first { ($0["path"] as? String)?.hasSuffix("/roster.toml") == true }
        #expect(roster?["action"] as? String == "renewed", "\(added.output)")
        try expectNew(["start done mosaic-agent@new.service"], "add")
        _ = try run(fleet, "remove", "new")
        try expectNew(["stop done mosaic-agent@new.service"], "remove")

        let path = fleet.fleetPath + "/roster.toml"
        let text = TestProcess.contents(path).replacing("name = \"a01\"", with: "name = \"b01\"")
        try ScriptedHome.write(text, to: path)
        _ = try run(fleet, "apply", "--stable-for", "0")
        try expectNew(
            ["stop done mosaic-agent@a01.service", "start done mosaic-agent@b01.service"], "apply, an operation each")

        let client = try TestProcess(
            ["/usr/bin/tmux", "-N", "-L", "mosaic-fleet", "new-session", "-d", "-s", "bare", "sleep", "infinity"],
            environment: fleet.environment)
        #expect(try client.wait() == .exit(0))
        let stopped = try run(fleet, "stop", "bare", "--json")
        #expect(try JSONText(stopped.output).object["sessions"] as? [String] == ["bare"], "\(stopped.output)")
        #expect(try fleet.sessions() == ["a02", "b01"])
        try expectNew(["stop done"], "a session")
        let plan = try #require(JSONText(run(fleet, "heal", "--json").output).object["plan"] as? [String: Any])
        #expect(plan["dryRun"] as? Bool == false)
    }

    @Test func whatHealCouldNotDoIsAHealOfItsAgents() throws {
        let fleet = try RealFleet(agents: 2)
        try fleet.addDropIn(
            fleet.agents[0],
            "[Unit]\nStartLimitBurst=1\n[Service]\nRestart=no\nExecStartPre=/usr/bin/test ! -e \(fleet.folder.path)/no\n"
        )
        try ScriptedHome.write("", to: fleet.folder.path + "/no")
        try fleet.systemctl("kill", "-s", "KILL", fleet.agents[0])
        try eventually("a01 has failed") { try fleet.units()[1].active == "failed" }
        _ = try run(fleet, "heal", "--stable-for", "0", status: 1)
        let document = try JSONText(run(fleet, "history", "last", "--json").output).object
        let record = try #require((document["records"] as? [[String: Any]])?.last)
        #expect(record["kind"] as? String == "heal" && record["result"] as? String == "failed")
        #expect("\(record["scope"] ?? "")".contains("a01"), "\(record["scope"] ?? "")")

        // With -q a failure is told all the same.
        let quiet = try run(fleet, "restart", "--only-failed", "-q", "--stable-for", "0", status: 1)
        #expect(quiet.output.isEmpty && quiet.errors.contains("\(fleet.agents[0]): failed"), "\(quiet.errors)")

        _ = try run(fleet, "restart", "a02", "--stable-for", "0")
        let shown = try run(fleet, "history", "last").output
        #expect(shown.contains("% restart") && !shown.contains("# holder"), "\(shown)")
    }

    @Test func applyNamesAProgramOfEventsThatIsNotThere() throws {
        let fleet = try RealFleet(agents: 1)
        let path = fleet.fleetPath + "/roster.toml"
        let text = TestProcess.contents(path)
        try ScriptedHome.write(
            text.replacing("[[agent]]", with: "[events]\ncommand = [\"/nowhere/tell\"]\n[[agent]]", maxReplacements: 1),
            to: path)
        let applied = try run(fleet, "apply")
        #expect(applied.errors.contains("events will not be delivered"), "\(applied.errors)")
    }

    @Test func aChangedSocketIsToldAtOnceAndEndsNothing() throws {
        let fleet = try RealFleet(agents: 2)
        let path = fleet.fleetPath + "/roster.toml"
        try ScriptedHome.write(
            TestProcess.contents(path).replacing("socket = \"mosaic-fleet\"", with: "socket = \"elsewhere\""), to: path)
        let before = try fleet.units().map(\.invocation)
        let applied = try run(fleet, "apply", "--restart", status: 1)
        #expect(applied.errors.contains("does not answer on the roster's socket"), "\(applied.errors)")
        #expect(applied.errors.contains("mosaic fleet restart"), "\(applied.errors)")
        #expect(!applied.errors.contains("waited"), "\(applied.errors)")
        #expect(try fleet.units().map(\.invocation) == before)
        try fleet.must(fleet.mosaic("restart", "--stable-for", "0"))
        #expect(try run(fleet, "status").output.contains("3 active"))
    }

    @Test func theHintOfInitLeavesOutWhatIsStartedByNameAlone() throws {
        let fleet = try RealFleet(agents: 1)
        let path = fleet.fleetPath + "/roster.toml"
        try ScriptedHome.write(
            TestProcess.contents(path)
                + "[[agent]]\nname = \"auto\"\ncommand = [\"true\"]\n[[agent]]\nname = \"manual\"\ncommand = [\"true\"]\n"
                + "autostart = false\n", to: path)
        let output = try run(fleet, "init").output
        #expect(output.contains("'mosaic fleet start auto'") && !output.contains("start auto manual"), "\(output)")
    }

    @Test func theProgramIsSearchedInTheAgentsOwnPathAlone() throws {
        let fleet = try RealFleet(agents: 2)
        let bin = fleet.folder.path + "/bin"
        try ScriptedHome.makeFolder(bin, mode: 0o755)
        try ScriptedHome.write("#!/bin/sh\nexec /bin/sleep infinity\n", to: bin + "/sleep")
        chmod(bin + "/sleep", 0o755)
        let path = fleet.fleetPath + "/roster.toml"
        try ScriptedHome.write(
            TestProcess.contents(path).replacing("name = \"a01\"", with: "path = \"\(bin)\"\nname = \"a01\""), to: path)
        _ = try run(fleet, "apply")
        _ = try run(fleet, "restart", "a01", "--stable-for", "0")
        let before = try fleet.units().map(\.invocation)
        #expect(unlink(bin + "/sleep") == 0)
        let refused = try run(fleet, "restart", "a01", "--stable-for", "0", status: 1)
        #expect(refused.errors.contains("its program sleep is not found in PATH=\(bin)"), "\(refused.errors)")
        #expect(try fleet.units().map(\.invocation) == before)
        // The other one's is the manager's.
        _ = try run(fleet, "restart", "a02", "--stable-for", "0")
    }

    @Test func afterRemoveAFailedUnitIsForgotten() throws {
        let fleet = try RealFleet(agents: 2)
        try fleet.addDropIn(fleet.agents[0], "[Service]\nRestart=no\n")
        try fleet.systemctl("kill", "-s", "KILL", fleet.agents[0])
        try eventually("a01 has failed") { try fleet.units()[1].active == "failed" }
        _ = try run(fleet, "remove", "a01")
        #expect(try fleet.systemctl("list-units", "--failed", "--no-legend", "mosaic-agent@*").isEmpty)

        // Gone from the roster by hand, and stopped by name.
        try fleet.addDropIn(fleet.agents[1], "[Service]\nRestart=no\n")
        try fleet.systemctl("kill", "-s", "KILL", fleet.agents[1])
        try eventually("a02 has failed") { try fleet.units()[2].active == "failed" }
        let path = fleet.fleetPath + "/roster.toml"
        let text = TestProcess.contents(path)
        try ScriptedHome.write(
            text.replacing("name = \"a02\"", with: "name = \"other\""), to: path)
        _ = try run(fleet, "stop", "a02")
        #expect(try fleet.systemctl("list-units", "--failed", "--no-legend", "mosaic-agent@*").isEmpty)
    }
}
