import FleetTestSupport
import Foundation
import Testing

/// What runs outdated and why, on a real user manager: each kind of file, changed in each way that package managers and
/// operators change it.
@Suite("What runs outdated, for real", .serialized, .timeLimit(.minutes(10)))
struct OutdatedSystemTests {
    private let fleet: RealFleet
    private var bin: String { fleet.folder.path + "/bin" }

    init() throws {
        fleet = try RealFleet(agents: 1, startsIt: false)
        try ScriptedHome.makeFolder(fleet.folder.path + "/bin", mode: 0o755)
        for name in ["plain", "first", "second", "touched", "mounted"] { try copySleep(to: name) }
        try link("first", as: "linked")
        try script("script", "#!/bin/sh\nwhile :; do sleep 1; done\n")
        try script("env.sh", "#!/usr/bin/env own-sh\nwhile :; do sleep 1; done\n")
        try copySleep("/bin/sh", to: "own-sh")
        try ScriptedHome.write("A=1\n", to: fleet.folder.path + "/env")
        let path = "path = \"\(bin):/usr/bin:/bin\"\n"
        try ScriptedHome.write(
            """
            version = 1
            [holder]
            socket = "mosaic-fleet"
            [[agent]]
            name = "plain"
            command = ["plain", "infinity"]
            \(path)[[agent]]
            name = "linked"
            command = ["\(bin)/linked", "infinity"]
            [[agent]]
            name = "script"
            command = ["\(bin)/script"]
            [[agent]]
            name = "given"
            command = ["sh", "script", "infinity"]
            directory = "\(bin)"
            [[agent]]
            name = "interpreted"
            command = ["\(bin)/env.sh"]
            \(path)[[agent]]
            name = "line"
            command = ["sh", "-c", "plain infinity; true"]
            \(path)[[agent]]
            name = "wrapped"
            command = ["env", "A=1", "plain", "infinity"]
            \(path)[[agent]]
            name = "touched"
            command = ["\(bin)/touched", "infinity"]
            [[agent]]
            name = "environment"
            command = ["sleep", "infinity"]
            environment_file = "\(fleet.folder.path)/env"
            [[agent]]
            name = "dropped"
            command = ["sleep", "infinity"]
            [[agent]]
            name = "added"
            command = ["sleep", "infinity"]
            [[agent]]
            name = "calm"
            command = ["sleep", "infinity"]
            [[agent]]
            name = "mounted"
            command = ["\(bin)/mounted", "infinity"]
            [[agent]]
            name = "behind"
            command = ["env", "A=1", "\(bin)/mounted", "infinity"]

            """, to: fleet.fleetPath + "/roster.toml")
        try fleet.must(fleet.mosaic("init"))
        // Their program is another file for them than for whoever looks.
        for name in ["mounted", "behind"] {
            try fleet.addDropIn(
                "mosaic-agent@\(name).service", "[Service]\nBindReadOnlyPaths=/bin/sleep:\(bin)/mounted\n")
        }
        try fleet.addDropIn("mosaic-agent@dropped.service", "[Service]\nTasksMax=99\n")
        try fleet.must(fleet.mosaic("start", "--stable-for", "0"))
    }

    private func copySleep(_ source: String = "/bin/sleep", to name: String) throws {
        let target = "\(bin)/\(name)"
        try Data(contentsOf: URL(fileURLWithPath: source)).write(to: URL(fileURLWithPath: target))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: target)
    }

    private func script(_ name: String, _ text: String) throws {
        try text.write(toFile: "\(bin)/\(name)", atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(bin)/\(name)")
    }

    /// In one step, as `ln -sfn` does not.
    private func link(_ target: String, as name: String) throws {
        try FileManager.default.createSymbolicLink(atPath: "\(bin)/.new", withDestinationPath: target)
        #expect(rename("\(bin)/.new", "\(bin)/\(name)") == 0)
    }

    /// A file from long ago takes the other one's place, as a package manager does it.
    private func putOldFile(_ source: String, as name: String) throws {
        try copySleep(source, to: ".old")
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1_000_000_000), .posixPermissions: 0o755],
            ofItemAtPath: "\(bin)/.old")
        #expect(rename("\(bin)/.old", "\(bin)/\(name)") == 0)
    }

    /// `freshness`, and the kinds of its reasons, by agent.
    private func freshness(backend: String = "auto") throws -> [String: String] {
        let status = try fleet.mosaic("status", "--json", backend: backend)
        _ = try status.wait()
        var found: [String: String] = [:]
        for unit in try #require(JSONText(status.output).object["units"] as? [[String: Any]]) {
            let reasons = unit["outdatedBy"] as? [[String: String]] ?? []
            let words = [unit["freshness"] as? String ?? "none"] + reasons.map { $0["kind"] ?? "" }
            found[unit["agent"] as? String ?? "(holder)"] = words.joined(separator: " ")
        }
        return found
    }

    private func change() throws {
        try putOldFile("/bin/sleep", as: "plain")
        try link("second", as: "linked")
        try script("script", "#!/bin/sh\nwhile :; do sleep 2; done\n")
        try putOldFile("/bin/sh", as: "own-sh")
        try FileManager.default.setAttributes([.modificationDate: Date()], ofItemAtPath: "\(bin)/touched")
        try "A=2\n".write(toFile: fleet.folder.path + "/env", atomically: true, encoding: .utf8)
        try FileManager.default.removeItem(
            atPath: fleet.unitFolder + "/mosaic-agent@dropped.service.d/50-local.conf")
        try ScriptedHome.write(
            "[Service]\nTasksMax=98\n", to: fleet.unitFolder + "/mosaic-agent@added.service.d/50-local.conf")
    }

    private static let changed = [
        "plain": "outdated program", "linked": "outdated program", "script": "outdated program",
        "given": "outdated program", "interpreted": "outdated interpreter", "line": "outdated program",
        "wrapped": "outdated program", "touched": "outdated program",
        "environment": "outdated environment-file", "dropped": "outdated drop-in", "added": "outdated drop-in",
        "calm": "current", "mounted": "current", "behind": "unknown", "(holder)": "current",
    ]

    @Test func eachKindIsToldAndRestartedOnce() throws {
        var expected = Self.changed.mapValues { _ in "current" }
        // Whatever runs behind a shell's line, or became of a wrapper, could be any program.
        expected["line"] = "unknown"
        // env became the very program that it was given, which is judged by the process.
        expected["wrapped"] = "unknown"
        expected["behind"] = "unknown"
        let fresh = try freshness()
        #expect(fresh == expected)
        try change()
        try fleet.systemctl("daemon-reload")
        for backend in ["dbus", "systemctl"] { #expect(try freshness(backend: backend) == Self.changed) }
        let wide = try fleet.mosaic("status", "-o", "wide")
        _ = try wide.wait()
        #expect(
            wide.output.contains(
                "mosaic-agent@plain.service: outdated: program \(bin)/plain: another file than the one that was started"
            ))

        let plan = try fleet.mosaic("restart", "--only-outdated", "--dry-run")
        try fleet.must(plan)
        #expect(plan.output.contains("restart mosaic-agent@plain.service, outdated: program \(bin)/plain"))
        #expect(plan.output.contains("left alone: mosaic-agent@calm.service, because it is not outdated"))
        let before = try fleet.systemctl("show", "--value", "-p", "InvocationID", "mosaic-agent@calm.service")
        let restart = try fleet.mosaic("restart", "--only-outdated", "--stable-for", "0")
        try fleet.must(restart)
        #expect(restart.output.contains("11 units restarted"))
        #expect(try fleet.systemctl("show", "--value", "-p", "InvocationID", "mosaic-agent@calm.service") == before)
        #expect(try freshness() == expected)

        let again = try fleet.mosaic("restart", "--only-outdated")
        try fleet.must(again)
        #expect(again.output.contains("Nothing is outdated"))
        #expect(again.errors.contains("unknown whether they are outdated: line, wrapped, behind"))
    }

    /// What systemd has not read would not count for a new run either.
    @Test func changedUnitsAreReadFirst() throws {
        try change()
        #expect(try freshness()["added"] == "outdated unit")
        try fleet.must(fleet.mosaic("restart", "--only-outdated", "--stable-for", "0"))
        #expect(try fleet.systemctl("show", "--value", "-p", "TasksMax", "mosaic-agent@added.service") == "98\n")
        #expect(try freshness()["added"] == "current")
        #expect(try freshness()["dropped"] == "current")
    }

    @Test func anEntryOfTheRosterThatTheUnitsDoNotFollowIsNamed() throws {
        let roster = fleet.fleetPath + "/roster.toml"
        try ScriptedHome.write(
            TestProcess.contents(roster).replacing("name = \"calm\"", with: "name = \"calm\"\ntasks_max = 77"),
            to: roster)
        #expect(try freshness()["calm"] == "outdated roster")
        let restart = try fleet.mosaic("restart", "--only-outdated", "--dry-run")
        try fleet.must(restart)
        #expect(restart.output.contains("its unit does not follow the roster yet; write it with 'mosaic fleet apply'"))
        try fleet.must(fleet.mosaic("apply"))
        #expect(try freshness()["calm"] == "outdated drop-in")
    }

    /// An agent of an earlier edition, or one whose runtime directory was full, noted nothing.
    @Test func withoutARecordItIsUnknown() throws {
        let runtime = try #require(fleet.environment["XDG_RUNTIME_DIR"])
        try FileManager.default.removeItem(atPath: runtime + "/mosaic-fleet/runs/mosaic-agent@calm.service")
        #expect(try freshness()["calm"] == "unknown")
        // A time that is newer than the run still proves it.
        try fleet.addDropIn("mosaic-agent@calm.service", "[Service]\nTasksMax=97\n")
        #expect(try freshness()["calm"] == "outdated drop-in")
    }
}
