import FleetTestSupport
import FoundationEssentials
import Glibc
import Testing

/// What the command of `[events]` is told, on a real fleet: each once, and in nobody's way.
@Suite("Events", .serialized, .timeLimit(.minutes(10)))
struct EventsTests {
    static let backends = ["dbus", "systemctl"]

    /// While the file `sleeps` is there, the command takes an hour; while `fails` is there, it fails.
    private static let tell = """
        #!/bin/sh
        folder=$(dirname "$0")
        document=$(cat)
        printf '%s\\n' "$document" >> "$folder/told"
        [ ! -e "$folder/sleeps" ] || exec sleep 3600
        [ ! -e "$folder/fails" ] || exit 3
        """

    /// An agent cannot be started while the file `broken-NAME` is there.
    private static let agent = "[ ! -e \"$1/broken-$2\" ] || exit 7\nexec sleep infinity\n"

    /// Reports what stands in the file `say-NAME`, and removes that.
    private static func reporter() throws -> String {
        """
        while :; do
            if [ -e "$1/say-$2" ]; then
                read -r state note < "$1/say-$2"
                '\(try BuiltProduct.path("mosaic"))' fleet report "$state" --note "$note"
                rm "$1/say-$2"
            fi
            sleep 0.1
        done

        """
    }

    private func makeFleet(_ script: String = EventsTests.agent) throws -> RealFleet {
        let fleet = try RealFleet(agents: 2, script: script)
        let path = fleet.folder.path + "/tell"
        try write(Self.tell, to: path, mode: 0o755)
        let roster = fleet.fleetPath + "/roster.toml"
        let text = try read(roster)
        try write(
            text.replacing("[[agent]]", with: "[events]\ncommand = [\"\(path)\"]\n[[agent]]", maxReplacements: 1),
            to: roster, mode: 0o600)
        let before = try fleet.units().map(\.invocation)
        let apply = try fleet.mosaic("apply")
        try fleet.must(apply)
        // Nobody's run is outdated by that.
        #expect(!apply.output.contains("older unit") && !apply.output.contains("outdated"), "\(apply.output)")
        let again = try fleet.mosaic("apply")
        try fleet.must(again)
        #expect(again.output == "Everything matches the roster.\n")
        #expect(try fleet.units().map(\.invocation) == before)
        return fleet
    }

    private func write(_ text: String, to path: String, mode: mode_t) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        chmod(path, mode)
    }

    private func read(_ path: String) throws -> String {
        guard access(path, F_OK) == 0 else { return "" }
        return String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    }

    private func touch(_ fleet: RealFleet, _ name: String) throws {
        try write("", to: fleet.folder.path + "/" + name, mode: 0o644)
    }

    /// Whole lines only: the command may be at work on the next one.
    private func told(_ fleet: RealFleet) throws -> [[String: Any]] {
        let text = try read(fleet.folder.path + "/told")
        guard let end = text.lastIndex(of: "\n") else { return [] }
        return try text[..<end].split(separator: "\n").map { try JSONText(String($0)).object }
    }

    /// Kinds with their subject, such as `unit-failed a01`.
    private func words(_ fleet: RealFleet) throws -> [String] {
        try told(fleet).map { "\($0["event"] ?? "") \($0["agent"] ?? "-")" }
    }

    /// Waits for the last of them, then until everything was delivered, and forgets it.
    private func expect(_ expected: [String], _ fleet: RealFleet, comment: String) throws {
        let wanted = expected.sorted()
        try eventually(
            "\(comment): \(wanted)", within: .seconds(60),
            state: "\((try? words(fleet)) ?? [])"
        ) { try words(fleet).count >= wanted.count }
        // Nothing waits any more: what would be told twice has been told.
        try settle(fleet)
        #expect(try words(fleet).sorted() == wanted, "\(comment)")
        unlink(fleet.folder.path + "/told")
    }

    private func settle(_ fleet: RealFleet) throws {
        try eventually("the event service rests", within: .seconds(60)) {
            let states = try fleet.systemctl("show", "-p", "ActiveState", "--value", "mosaic-event@deliver.service")
            return states.contains("inactive") && FolderListing(fleet.fleetPath + "/events/new").entries.isEmpty
        }
    }

    @Test("A killed agent, a crash loop, a killed holder: one event each", arguments: ["dbus"])
    func units(_ backend: String) throws {
        let fleet = try makeFleet()
        // The whole unit, the way the kernel's out-of-memory killer or an operator does it.
        try fleet.systemctl("kill", "-s", "KILL", fleet.agents[0])
        try expect(["unit-failed a01"], fleet, comment: "killed")
        // Its main process alone.
        try eventually("a01 is up again") { try fleet.units()[1].active == "active" }
        try touch(fleet, "broken-a02")
        let pid = try fleet.systemctl("show", "-p", "MainPID", "--value", fleet.agents[1])
        let number = try #require(Int32(pid.filter(\.isNumber)))
        kill(number, SIGKILL)
        // From the first failure to the last: systemd tries ten times, two seconds apart.
        try eventually("systemd gives up on a02", within: .seconds(90)) { try fleet.units()[2].active == "failed" }
        try expect(["unit-failed a02", "unit-gave-up a02"], fleet, comment: "crash loop")
        #expect(try fleet.units()[1].active == "active")
    }

    @Test("A restart that fails, one that is killed and taken over: one event each", arguments: backends)
    func restarts(_ backend: String) throws {
        let fleet = try makeFleet()
        try touch(fleet, "broken-a02")
        let failing = try fleet.mosaic(["restart", "a02", "--stable-for", "1s"], backend: backend)
        #expect(try failing.wait(within: .seconds(60)) == .exit(1))
        unlink(fleet.folder.path + "/broken-a02")
        try expect(["restart-failed -", "unit-failed a02"], fleet, comment: "failed")
        try eventually("a02 is up again") { try fleet.units()[2].active == "active" }

        try touch(fleet, "broken-a01")
        let halted = try fleet.mosaic(["restart", "--rolling", "--stable-for", "1s"], backend: backend)
        #expect(try halted.wait(within: .seconds(60)) == .exit(1))
        unlink(fleet.folder.path + "/broken-a01")
        try expect(["restart-halted -", "unit-failed a01"], fleet, comment: "halted")
        try eventually("a01 is up again") { try fleet.units()[1].active == "active" }

        let killed = try fleet.mosaic(["restart", "--stable-for", "60s"], backend: backend)
        try killed.waitForError("verify")
        let waiting = try fleet.mosaic(["restart", "a01", "--stable-for", "0"], backend: backend)
        try waiting.waitForError("waiting up to")
        let also = try fleet.mosaic(["restart", "a01", "--stable-for", "0"], backend: backend)
        try also.waitForError("waiting up to")
        kill(killed.pid, SIGKILL)
        try fleet.must(waiting)
        try fleet.must(also)
        try eventually("a takeover", within: .seconds(30)) { try words(fleet).count >= 1 }
        let event = try #require(try told(fleet).first)
        #expect((event["summary"] as? String)?.contains("pid \(killed.pid)") == true)
        try expect(["takeover -"], fleet, comment: "taken over")
        #expect(try fleet.troubles() == [])
    }

    @Test("An agent that answers a stop with a failure is no event, whoever stops it", arguments: backends)
    func stops(_ backend: String) throws {
        let fleet = try makeFleet("[ $2 = a02 ] || trap 'exit 1' TERM\nwhile :; do sleep 0.1; done\n")
        try fleet.must(fleet.mosaic(["restart", "a01", "--stable-for", "0"], backend: backend))
        try fleet.systemctl("stop", fleet.agents[0])
        try fleet.must(fleet.mosaic(["start", "a01", "--stable-for", "0"], backend: backend))
        try fleet.must(fleet.mosaic(["stop", "a01"], backend: backend))
        // What would have been told by now has been told.
        try fleet.systemctl("kill", "-s", "KILL", fleet.agents[1])
        try expect(["unit-failed a02"], fleet, comment: "stops")
    }

    @Test("An agent that waits for a person: one event each time, not one for each word")
    func waiting() throws {
        let fleet = try makeFleet(Self.reporter())
        func say(_ words: String) throws {
            let path = fleet.folder.path + "/say-a01"
            try write(words + "\n", to: path + ".new", mode: 0o644)
            #expect(rename(path + ".new", path) == 0)
            try eventually("it was reported", within: .seconds(30)) { access(path, F_OK) != 0 }
        }
        try say("busy building")
        try say("waiting which branch?")
        let event = try eventually("an event", within: .seconds(30)) { try told(fleet).first }
        #expect(event["note"] as? String == "which branch?" && event["unit"] as? String == fleet.agents[0])
        #expect((event["next"] as? String)?.contains("attach a01") == true)
        try say("waiting which branch, main or dev?")
        try expect(["agent-waiting a01"], fleet, comment: "waits once")
        try say("busy building")
        try say("waiting")
        try expect(["agent-waiting a01"], fleet, comment: "waits again")
    }

    @Test("A command that sleeps for an hour delays nothing, is killed, and is reported once", arguments: backends)
    func sleeping(_ backend: String) throws {
        let fleet = try makeFleet()
        try touch(fleet, "sleeps")
        try fleet.systemctl("kill", "-s", "KILL", fleet.agents[0])
        try eventually("the command runs") { access(fleet.folder.path + "/told", F_OK) == 0 }
        // The command still sleeps: the restart and the next failure do not wait for it.
        try fleet.must(fleet.mosaic(["restart", "--stable-for", "0"], backend: backend))
        #expect(try fleet.systemctl("show", "-p", "SubState", "--value", "mosaic-event@deliver.service") == "start\n")
        try fleet.systemctl("kill", "-s", "KILL", fleet.agents[1])
        try eventually("the second is told while the first sleeps", within: .seconds(60)) {
            try words(fleet).count == 2
        }
        try eventually("the command was killed", within: .seconds(60)) {
            try read(fleet.fleetPath + "/events/problem").contains("had not ended after 10s")
        }
        let doctor = try fleet.mosaic("doctor")
        try doctor.wait(within: .seconds(60))
        #expect(doctor.output.contains("the event command failed"))
        try expect(["unit-failed a01", "unit-failed a02"], fleet, comment: "sleeping")
        #expect(try fleet.troubles().filter { !$0.contains("restarts: 1") } == [])
    }

    @Test("Without [events] nothing of it is left, and nothing was restarted for it")
    func removed() throws {
        let fleet = try makeFleet()
        try expect([], fleet, comment: "nothing happened")
        let before = try fleet.units().map(\.invocation)
        let roster = fleet.fleetPath + "/roster.toml"
        let lines = try read(roster).split(separator: "\n").filter { !$0.contains("events]") && !$0.contains("/tell") }
        try write(lines.joined(separator: "\n") + "\n", to: roster, mode: 0o600)
        let apply = try fleet.mosaic("apply")
        try fleet.must(apply)
        #expect(!apply.output.contains("older unit"), "\(apply.output)")
        #expect(try fleet.units().map(\.invocation) == before)
        #expect(access(fleet.fleetPath + "/events", F_OK) != 0)
        for name in ["mosaic-event.path", "mosaic-event@.service", "mosaic-agent@.service.d"] {
            #expect(access(fleet.unitFolder + "/" + name, F_OK) != 0, "\(name)")
        }
        #expect(try fleet.systemctl("list-units", "--all", "--plain", "--no-legend", "mosaic-event*") == "")
        #expect(try fleet.systemctl("show", "-p", "OnFailure", "--value", fleet.agents[0]) == "\n")
        try fleet.systemctl("kill", "-s", "KILL", fleet.agents[0])
        try eventually("a01 is up again") { try fleet.units()[1].restarts == 1 && fleet.units()[1].active == "active" }
    }
}
