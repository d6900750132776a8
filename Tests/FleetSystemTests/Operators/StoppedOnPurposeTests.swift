import FleetTestSupport
import Glibc
import Testing

/// What a stop leaves behind, on a real user manager: nothing that looks like a failure, and nothing that comes back by
/// itself.
@Suite("Stopped on purpose, for real", .serialized, .timeLimit(.minutes(5)))
struct StoppedOnPurposeTests {
    /// a01 answers a stop with exit status 1; a02 has to be killed.
    private static let agent = """
        case $2 in
        a01) trap 'exit 1' TERM ;;
        a02) trap '' TERM HUP ;;
        esac
        while :; do sleep 0.1; done

        """
    private let fleet: RealFleet

    init() throws {
        fleet = try RealFleet(agents: 3, script: Self.agent)
        try fleet.addDropIn("mosaic-agent@a02.service", "[Service]\nTimeoutStopSec=1s\n")
    }

    private func run(_ backend: String, _ words: String..., status: Int32 = 0) throws -> TestProcess {
        let process = try fleet.mosaic(words, backend: backend)
        let end = try process.wait(within: .seconds(60))
        #expect(end == .exit(status), "\(words): \(process.output) \(process.errors)")
        return process
    }

    @Test(
        "What systemctl stopped is left failed by systemd, and neither heal nor --only-failed starts it",
        arguments: ["dbus", "systemctl"])
    func leftFailed(_ backend: String) throws {
        try fleet.systemctl("stop", fleet.agents[0], fleet.agents[1])
        #expect(try fleet.units().map(\.active) == ["active", "failed", "failed", "active"])
        #expect(try run(backend, "heal").output.contains("Nothing to heal"))
        let dry = try run(backend, "heal", "--dry-run").output
        #expect(dry.contains("left alone: \(fleet.agents[0]), because it was stopped on purpose"), "\(dry)")
        _ = try run(backend, "restart", "--only-failed", "--stable-for", "0")
        #expect(try fleet.units().map(\.active) == ["active", "failed", "failed", "active"])
        // A later run that fails by itself is another matter.
        _ = try run(backend, "start", "a01", "--stable-for", "0")
        try fleet.addDropIn(fleet.agents[0], "[Service]\nRestart=no\n")
        try fleet.systemctl("kill", "-s", "KILL", fleet.agents[0])
        try eventually("a01 has failed by itself") { try fleet.units()[1].active == "failed" }
        _ = try run(backend, "heal", "--stable-for", "0")
        #expect(try fleet.units().map(\.active) == ["active", "active", "failed", "active"])
    }

    @Test("A stop that had to kill says so, and leaves nothing failed", arguments: ["dbus", "systemctl"])
    func killed(_ backend: String) throws {
        let stop = try run(backend, "stop", "a01", "a02")
        #expect(stop.errors.contains("\(fleet.agents[1]) did not end in time, and was killed"), "\(stop.errors)")
        #expect(
            stop.errors.contains("\(fleet.agents[0]) ended in answer to the stop with: exit status 1"),
            "\(stop.errors)")
        #expect(stop.output.contains("2 units stopped"))
        #expect(try fleet.units().map(\.active) == ["active", "inactive", "inactive", "active"])
        let status = try run(backend, "status", status: 3).output
        #expect(!status.contains("failed") && status.contains("2 inactive, 2 active"), "\(status)")
        #expect(try run(backend, "metrics").output.contains("agents{state=\"failed\",activity=\"unknown\"} 0"))
        let doctor = try fleet.mosaic("doctor")
        try doctor.wait(within: .seconds(60))
        #expect(!doctor.output.contains("failed, and systemd has given up"), "\(doctor.output)")
    }

    @Test(
        "What a killed restart owes is told as that, with the command that brings it up",
        arguments: ["dbus", "systemctl"])
    func owed(_ backend: String) throws {
        #expect(try run(backend, "metrics").output.contains("mosaic_fleet_agents_owed 0"))
        // One after the other, a02 for a second: time enough for the blow.
        let restart = try fleet.mosaic(["restart", "--max-parallel", "1", "-v"], backend: backend)
        try restart.waitForError("drain 1/3", within: .seconds(60))
        restart.signal(SIGKILL)
        try restart.wait(within: .seconds(30))
        try eventually("what was sent is done") { try fleet.units()[2].active != "deactivating" }
        let down = try zip(fleet.names, fleet.units().dropFirst()).filter { $0.1.active != "active" }.map(\.0)
        #expect(down.first == "a01")
        let status = try run(backend, "status", status: 3).output
        #expect(
            status.contains(
                "a restart took it down and did not start it again; start it with: mosaic fleet start a01\n"
            ), "\(status)")
        #expect(status.contains("\(down.count) owed by a restart"), "\(status)")
        let document = try JSONText(run(backend, "status", "--json", status: 3).output).object
        let units = try #require(document["units"] as? [[String: Any]])
        #expect(units.filter { $0["owed"] as? Bool == true }.compactMap { $0["agent"] as? String } == down)
        #expect(try run(backend, "metrics").output.contains("mosaic_fleet_agents_owed \(down.count)"))
        let doctor = try fleet.mosaic("doctor")
        try doctor.wait(within: .seconds(60))
        #expect(doctor.output.contains("did not start it again"), "\(doctor.output)")
        #expect(doctor.output.contains("run 'mosaic fleet start \(down.joined(separator: " "))'"), "\(doctor.output)")
        for name in down { _ = try run(backend, "start", name, "--stable-for", "0") }
        #expect(try run(backend, "status").output.contains("4 active"))
        #expect(try run(backend, "metrics").output.contains("mosaic_fleet_agents_owed 0"))
    }
}
