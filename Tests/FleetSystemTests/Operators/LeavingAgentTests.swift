import FleetTestSupport
import Glibc
import Testing

/// An agent that left the roster while it runs is ended with its own stop_timeout, not with the template's.
@Suite("Agents that leave the roster, for real", .serialized, .timeLimit(.minutes(5)))
struct LeavingAgentTests {
    /// Notes, when it is stopped, how long systemd would wait for it.
    private static let script = """
        note() {
            systemctl --user show --value -p TimeoutStopUSec "mosaic-agent@$2.service" > "$1/patience-$2"
            exit 0
        }
        trap 'note "$1" "$2"' TERM
        sleep infinity &
        wait

        """

    /// Two agents with a stop_timeout of 47 s, up; the roster file then lists the first alone.
    private func fleetWithoutSecond() throws -> RealFleet {
        let fleet = try RealFleet(agents: 2, startsIt: false, script: Self.script)
        let roster = fleet.fleetPath + "/roster.toml"
        let text = TestProcess.contents(roster).replacing(
            "[[agent]]\n", with: "[[agent]]\nstop_timeout = \"47s\"\n")
        try ScriptedHome.write(text, to: roster)
        try fleet.must(fleet.mosaic("init"))
        try fleet.must(fleet.mosaic("start", "--stable-for", "1s"))
        let second = try #require(text.firstRange(of: "[[agent]]\nstop_timeout = \"47s\"\nname = \"a02\""))
        try ScriptedHome.write(String(text[..<second.lowerBound]), to: roster)
        return fleet
    }

    private func dropInExists(_ fleet: RealFleet) -> Bool {
        access(fleet.unitFolder + "/\(fleet.agents[1]).d/10-mosaic.conf", F_OK) == 0
    }

    private func patience(_ fleet: RealFleet) -> String { TestProcess.contents(fleet.folder.path + "/patience-a02") }

    @Test("apply stops it before its drop-in goes", arguments: ["dbus", "systemctl"])
    func apply(_ backend: String) throws {
        let fleet = try fleetWithoutSecond()
        let apply = try fleet.mosaic("apply", backend: backend)
        try fleet.must(apply)
        #expect(apply.output.contains("1 unit stopped"), "\(apply.output) \(apply.errors)")
        #expect(patience(fleet) == "47s\n")
        #expect(!dropInExists(fleet))
        #expect(try fleet.systemctl("show", "--value", "-p", "TimeoutStopUSec", fleet.agents[1]) == "20s\n")
        let again = try fleet.mosaic("apply", backend: backend)
        try fleet.must(again)
        #expect(again.output == "Everything matches the roster.\n")
    }

    @Test("init and doctor --fix leave its drop-in until it is down", arguments: ["dbus", "systemctl"])
    func initKeeps(_ backend: String) throws {
        let fleet = try fleetWithoutSecond()
        let first = try fleet.mosaic("init", backend: backend)
        try fleet.must(first)
        #expect(dropInExists(fleet))
        let warning = "a02 left the roster and still runs: 'mosaic fleet apply' stops it and removes its unit"
        // Said once.
        #expect(first.errors.contains("\(warning)\n"), "\(first.errors)")
        #expect(first.errors.split(separator: "a02").count == 2 && !first.output.contains("a02"), "\(first.output)")
        #expect(!first.output.contains("Everything matches"), "\(first.output)")
        let quiet = try fleet.mosaic("init", "-q", backend: backend)
        try fleet.must(quiet)
        #expect(quiet.errors.contains(warning) && quiet.output.isEmpty, "\(quiet.errors) \(quiet.output)")
        let json = try fleet.mosaic("init", "--json", backend: backend)
        try fleet.must(json)
        #expect(json.output.contains(warning) && !json.errors.contains(warning), "\(json.output) \(json.errors)")
        _ = try fleet.mosaic("doctor", "--fix", backend: backend).wait()
        #expect(dropInExists(fleet))
        try fleet.must(fleet.mosaic("stop", "a02", backend: backend))
        #expect(patience(fleet) == "47s\n")
        let last = try fleet.mosaic("init", backend: backend)
        try fleet.must(last)
        #expect(last.output.contains("Removed from the roster: a02."), "\(last.output)")
        #expect(!dropInExists(fleet))
    }
}
