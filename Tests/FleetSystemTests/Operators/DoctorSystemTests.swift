import FleetKit
import FleetTestSupport
import Foundation
import Glibc
import Testing

/// The doctor before real units, a real tmux server and real files.
@Suite("The doctor, for real", .serialized, .timeLimit(.minutes(5)))
struct DoctorSystemTests {
    private struct Report {
        var end: TestProcess.End
        var checks: [String: [String: Any]] = [:]

        func level(_ check: String) -> String { checks[check]?["level"] as? String ?? "missing" }
        func message(_ check: String) -> String { checks[check]?["message"] as? String ?? "" }
        func repaired(_ check: String) -> String { checks[check]?["repaired"] as? String ?? "" }
    }

    private func examine(_ fleet: RealFleet, _ words: String..., backend: String = "auto") throws -> Report {
        let process = try fleet.mosaic(["doctor", "--json"] + words, backend: backend)
        var report = Report(end: try process.wait())
        for check in try JSONText(process.output).object["checks"] as? [[String: Any]] ?? [] {
            report.checks[check["check"] as? String ?? ""] = check
        }
        return report
    }

    private static let ofTheFleet = [
        "manager", "runtime-directory", "systemd", "tmux", "roster", "unit-files", "holder", "agents",
        "restart-limits", "tmux-server", "unmanaged", "run-directory", "flock", "leftovers",
    ]

    @Test("a fleet that init installed is well, through both backends", arguments: ["dbus", "systemctl"])
    func well(_ backend: String) throws {
        let fleet = try RealFleet(agents: 2)
        let run = fleet.fleetPath + "/run"
        let before = try FileManager.default.subpathsOfDirectory(atPath: run).sorted()
        let report = try examine(fleet, backend: backend)
        #expect(report.end == .exit(0))
        for check in Self.ofTheFleet { #expect(report.level(check) == "ok", "\(check): \(report.message(check))") }
        #expect(report.message("manager").contains(backend == "dbus" ? "over D-Bus" : "through /"))
        #expect(report.message("tmux-server").hasSuffix(", in \(RealFleet.holder)"))
        // A look is only a look.
        #expect(try FileManager.default.subpathsOfDirectory(atPath: run).sorted() == before)
    }

    @Test(
        "units that loop, survive or start their own server are found, through both backends",
        arguments: ["dbus", "systemctl"])
    func brokenUnits(_ backend: String) throws {
        let fleet = try RealFleet(agents: 2)
        try fleet.addDropIn(RealFleet.holder, "[Service]\nKillMode=process\n")
        try fleet.addDropIn(fleet.agents[1], "[Unit]\nStartLimitIntervalSec=0\n")
        var report = try examine(fleet, backend: backend)
        #expect(report.end == .exit(1))
        #expect(report.level("holder") == "failure" && report.message("holder").contains("KillMode=process"))
        #expect(report.level("restart-limits") == "warning")
        #expect(report.message("restart-limits").contains(fleet.agents[1]))

        // An agent of somebody else's that starts while the holder is down, and so becomes it by accident.
        try fleet.must(fleet.mosaic("stop"))
        try ScriptedHome.write(
            "[Service]\nExecStart=/usr/bin/tmux -L mosaic-fleet -f /dev/null -D\n",
            to: fleet.unitFolder + "/" + fleet.agents[0])
        unlink(fleet.unitFolder + "/\(fleet.agents[0]).d/10-mosaic.conf")
        try fleet.systemctl("daemon-reload")
        try fleet.systemctl("start", fleet.agents[0])
        report = try eventually("the stray server is found") {
            let report = try examine(fleet, backend: backend)
            return report.level("tmux-server") == "failure" ? report : nil
        }
        #expect(report.message("tmux-server").contains("runs in \(fleet.agents[0]), not in \(RealFleet.holder)"))
        #expect(report.level("agents") == "failure")
        #expect(report.message("agents").contains("\(fleet.agents[0]): runs tmux without -N"))
        #expect(report.message("agents").contains("\(fleet.agents[0]): no After=\(RealFleet.holder)"))
    }

    @Test("--fix repairs files and directories, and touches nothing that runs")
    func fix() throws {
        let fleet = try RealFleet(agents: 2)
        let before = try fleet.units().map(\.invocation)
        let run = fleet.fleetPath + "/run"
        try ScriptedHome.makeFolder(run, mode: 0o777)
        try ScriptedHome.write("half", to: run + "/staging-0")
        let roster = fleet.fleetPath + "/roster.toml"
        try ScriptedHome.write(
            TestProcess.contents(roster) + "[[agent]]\nname = \"new\"\ncommand = [\"true\"]\n", to: roster)
        var report = try examine(fleet)
        #expect(report.end == .exit(1))
        #expect(report.level("run-directory") == "failure" && report.level("unit-files") == "warning")
        report = try examine(fleet, "--fix")
        #expect(report.end == .exit(0))
        for check in Self.ofTheFleet { #expect(report.level(check) == "ok", "\(check): \(report.message(check))") }
        #expect(report.repaired("run-directory").contains(run))
        #expect(report.repaired("leftovers") == "removed staging-0")
        #expect(report.repaired("unit-files").contains("mosaic-agent@new.service.d"))
        #expect(try fleet.systemctl("cat", "mosaic-agent@new.service").contains("10-mosaic.conf"))
        #expect(try fleet.units().map(\.invocation) == before)
        #expect(try examine(fleet, "--fix").checks.values.allSatisfy { $0["repaired"] == nil })
    }
}
