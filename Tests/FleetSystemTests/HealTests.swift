import FleetTestSupport
import FoundationEssentials
import Glibc
import Testing

/// `heal` and its timer, on a real fleet.
@Suite("Heal", .serialized, .timeLimit(.minutes(10)))
struct HealTests {
    /// An agent cannot be started while the file `broken-NAME` is there.
    private static let agent = "[ ! -e \"$1/broken-$2\" ] || exit 7\nexec sleep infinity\n"
    private let names = ["a01", "a02", "a03", "a04"]

    /// systemd gives up after two quick restarts.
    private func makeFleet() throws -> RealFleet {
        let fleet = try RealFleet(agents: 4, script: Self.agent)
        try fleet.addDropIn(
            "mosaic-agent@.service", "[Unit]\nStartLimitBurst=2\n[Service]\nRestartSec=100ms\n")
        return fleet
    }

    private func breakForGood(_ fleet: RealFleet, _ index: Int) throws {
        try ScriptedHome.write("", to: fleet.folder.path + "/broken-" + fleet.names[index])
        try fleet.systemctl("kill", "-s", "KILL", fleet.agents[index])
        try eventually("systemd gives up on \(fleet.names[index])", within: .seconds(60)) {
            try fleet.units()[index + 1].active == "failed"
        }
    }

    private func mend(_ fleet: RealFleet, _ index: Int) {
        #expect(unlink(fleet.folder.path + "/broken-" + fleet.names[index]) == 0)
    }

    private func read(_ path: String) throws -> String {
        guard access(path, F_OK) == 0 else { return "" }
        return String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    }

    /// Heals that sent a command to the unit, as the history has them.
    private func heals(_ fleet: RealFleet, of unit: String) throws -> Int {
        try read(fleet.fleetPath + "/history.jsonl").split(separator: "\n").count {
            $0.contains("\"mosaic fleet heal ") && $0.contains("\"unit\":\"\(unit)\"")
        }
    }

    @Test("What failed is restarted; what was stopped, by whomever, stays stopped", arguments: ["dbus", "systemctl"])
    func once(_ backend: String) throws {
        let fleet = try makeFleet()
        try breakForGood(fleet, 0)
        mend(fleet, 0)
        try fleet.systemctl("stop", fleet.agents[1])
        try fleet.must(fleet.mosaic(["stop", "a03"], backend: backend))
        let before = try fleet.units()
        #expect(before.map(\.active) == ["active", "failed", "inactive", "inactive", "active"])
        let dry = try fleet.mosaic(["heal", "--dry-run", "--json"], backend: backend)
        try fleet.must(dry)
        #expect(try JSONText(dry.output).object["ok"] as? Bool == true)
        #expect(try fleet.units().map(\.active) == before.map(\.active))
        let heal = try fleet.mosaic(["heal", "--stable-for", "300ms"], backend: backend)
        try fleet.must(heal)
        let after = try fleet.units()
        #expect(after.map(\.active) == ["active", "active", "inactive", "inactive", "active"])
        #expect(after[0].invocation == before[0].invocation && after[4].invocation == before[4].invocation)
        // Typed by a person it is the same.
        try fleet.must(fleet.mosaic(["restart", "--only-failed", "--stable-for", "0"], backend: backend))
        #expect(try fleet.units().map(\.invocation) == after.map(\.invocation))
        let again = try fleet.mosaic(["heal"], backend: backend)
        try fleet.must(again)
        #expect(again.output.contains("Nothing to heal") || again.errors.contains("Nothing to heal"))
        #expect(try heals(fleet, of: fleet.agents[0]) == 1)
    }

    @Test("Beside an operator's restart it ends with 75 and touches nothing")
    func beside() throws {
        let fleet = try makeFleet()
        try breakForGood(fleet, 0)
        let restart = try fleet.mosaic("restart", "a02", "--stable-for", "60s")
        try restart.waitForError("verify")
        let before = try fleet.units()
        let heal = try fleet.mosaic("heal")
        #expect(try heal.wait(within: .seconds(30)) == .exit(75))
        #expect(heal.errors.contains("pid \(restart.pid)"))
        #expect(try fleet.units().map(\.invocation) == before.map(\.invocation))
        #expect(try heals(fleet, of: fleet.agents[0]) == 0)
        kill(restart.pid, SIGTERM)
        try restart.wait(within: .seconds(30))
        mend(fleet, 0)
        try fleet.must(fleet.mosaic("heal", "--stable-for", "0"))
        #expect(try fleet.units()[1].active == "active")
    }

    @Test("What a holder that died for good took down comes back with it; what was stopped before does not")
    func holder() throws {
        let fleet = try makeFleet()
        let broken = fleet.folder.path + "/no-holder"
        try fleet.addDropIn(
            RealFleet.holder,
            "[Unit]\nStartLimitBurst=2\n[Service]\nRestartSec=100ms\nExecStartPre=/bin/sh -c 'test ! -e \(broken)'\n")
        try fleet.systemctl("stop", fleet.agents[3])
        try ScriptedHome.write("", to: broken)
        try fleet.systemctl("kill", "-s", "KILL", RealFleet.holder)
        try eventually("systemd gives up on the holder", within: .seconds(60)) {
            try fleet.units()[0].active == "failed"
        }
        try eventually("its agents are down") {
            try fleet.units().dropFirst().allSatisfy { $0.active == "inactive" || $0.active == "failed" }
        }
        #expect(unlink(broken) == 0)
        let heal = try fleet.mosaic("heal", "--stable-for", "300ms")
        try fleet.must(heal)
        #expect(try fleet.units().map(\.active) == ["active", "active", "active", "active", "inactive"])
        // They are in a new run, so nothing is lost any more.
        try fleet.systemctl("stop", fleet.agents[0])
        try fleet.must(fleet.mosaic("heal"))
        #expect(try fleet.units()[1].active == "inactive")
    }

    @Test("By timer: mended once it can be, three tries for what cannot be, and disable leaves nothing")
    func timer() throws {
        let fleet = try makeFleet()
        try fleet.must(fleet.mosaic("enable", "--heal", "10s"))
        let status = try fleet.mosaic("status")
        try fleet.must(status)
        #expect(status.output.contains("Healed every 10s"))
        try fleet.systemctl("stop", fleet.agents[1])
        try breakForGood(fleet, 2)
        try breakForGood(fleet, 0)
        mend(fleet, 0)
        try eventually("the timer heals a01", within: .seconds(60)) { try fleet.units()[1].active == "active" }
        let ledger = fleet.fleetPath + "/run/restart.heals"
        try eventually("a03 rests", within: .seconds(120), state: "\((try? read(ledger)) ?? "")") {
            try read(ledger).contains(" rest \(fleet.agents[2])")
        }
        // Two more times the timer comes by, and leaves it alone.
        let first = try fleet.systemctl("show", "-p", "InvocationID", "--value", "mosaic-heal.service")
        var seen: Set<String> = [first]
        try eventually("two more heals", within: .seconds(60)) {
            seen.insert(try fleet.systemctl("show", "-p", "InvocationID", "--value", "mosaic-heal.service"))
            return seen.count >= 3
        }
        #expect(try heals(fleet, of: fleet.agents[2]) == 3)
        #expect(try fleet.units().map(\.active) == ["active", "active", "inactive", "failed", "active"])
        let doctor = try fleet.mosaic("doctor")
        try doctor.wait(within: .seconds(60))
        #expect(doctor.output.contains("now resting: \(fleet.agents[2])"))

        try fleet.must(fleet.mosaic("disable"))
        for name in ["mosaic-heal.timer", "mosaic-heal.service", "timers.target.wants/mosaic-heal.timer"] {
            #expect(access(fleet.unitFolder + "/" + name, F_OK) != 0, "\(name)")
        }
        #expect(try !fleet.systemctl("list-timers", "--all", "--no-legend").contains("mosaic-heal"))
    }
}
