import FleetKit
import FleetTestSupport
import Glibc
import Testing

/// What an operator is told before harm is done, on a real fleet.
@Suite("Advice, for real", .serialized, .timeLimit(.minutes(5)))
struct AdviceTests {
    @Test(
        "restart of an agent whose directory was deleted leaves it running and names the directory",
        arguments: ["dbus", "systemctl"])
    func deletedDirectory(_ backend: String) throws {
        let fleet = try RealFleet(agents: 2, startsIt: false)
        let work = fleet.folder.path + "/work"
        try ScriptedHome.makeFolder(work)
        let roster = fleet.fleetPath + "/roster.toml"
        try ScriptedHome.write(
            TestProcess.contents(roster).replacing(
                "name = \"a01\"\n", with: "name = \"a01\"\ndirectory = \"\(work)\"\n"),
            to: roster)
        try fleet.must(fleet.mosaic("init"))
        try fleet.must(fleet.mosaic("start", "--stable-for", "0"))
        rmdir(work)
        let before = try fleet.units().map(\.invocation)
        for words in [["restart", "a01"], ["restart"]] {
            let restart = try fleet.mosaic(words, backend: backend)
            #expect(try restart.wait() == .exit(1))
            #expect(restart.errors.contains("agent 'a01' would not come back: its directory \(work) does not exist"))
            #expect(restart.errors.contains("hint: create it: mkdir -p \(work)"))
            #expect(try fleet.units().map(\.invocation) == before)
        }
        let doctor = try fleet.mosaic("doctor", backend: backend)
        #expect(try doctor.wait() == .exit(1))
        #expect(doctor.output.contains("agent 'a01': its directory \(work) does not exist"))
        // The other agent is no worse for it.
        try fleet.must(fleet.mosaic(["restart", "a02", "--stable-for", "0"], backend: backend))
    }

    @Test(
        "a program that the manager cannot find is told before the agent is stopped", arguments: ["dbus", "systemctl"])
    func missingProgram(_ backend: String) throws {
        let fleet = try RealFleet(agents: 1)
        let roster = fleet.fleetPath + "/roster.toml"
        try ScriptedHome.write(TestProcess.contents(roster).replacing("sleep", with: "no-such-program"), to: roster)
        try fleet.must(fleet.mosaic("init"))
        let before = try fleet.units().map(\.invocation)
        let restart = try fleet.mosaic(["restart", "a01"], backend: backend)
        #expect(try restart.wait() == .exit(1))
        #expect(restart.errors.contains("its program no-such-program is not found in PATH="), "\(restart.errors)")
        #expect(try fleet.units().map(\.invocation) == before)
    }

    @Test("a new agent is started by the command that init names, after start has said to run init")
    func newAgent() throws {
        let fleet = try RealFleet(agents: 1)
        let before = try fleet.units().map(\.invocation)
        let roster = fleet.fleetPath + "/roster.toml"
        try ScriptedHome.write(
            TestProcess.contents(roster) + "[[agent]]\nname = \"new\"\ncommand = [\"sleep\", \"infinity\"]\n",
            to: roster)
        for words in [["start"], ["start", "new"], ["restart", "new"]] {
            let early = try fleet.mosaic(words)
            #expect(try early.wait() == .exit(4))
            #expect(early.errorLines.count == 2, "\(early.errors)")
            #expect(early.errorLines[0].contains("the roster changed: new has no unit yet"))
            #expect(early.errorLines[1].contains("mosaic fleet init"))
        }
        let install = try fleet.mosaic("init")
        #expect(try install.wait() == .exit(0))
        #expect(install.output.contains("Next: 'mosaic fleet start new'") && !install.output.contains("fleet restart"))
        #expect(install.output.split(separator: "\n").count == 3, "\(install.output)")
        try fleet.must(fleet.mosaic("start", "new", "--stable-for", "0"))
        #expect(try fleet.units().map(\.invocation) == before)
    }

    @Test("doctor finds a failed holder, and names what helps", arguments: ["dbus", "systemctl"])
    func failedHolder(_ backend: String) throws {
        let fleet = try RealFleet(agents: 1)
        try fleet.must(fleet.mosaic("stop"))
        try fleet.addDropIn(RealFleet.holder, "[Service]\nExecStart=\nExecStart=/bin/false\nRestart=no\n")
        try fleet.systemctl("start", RealFleet.holder)
        let doctor = try fleet.mosaic("doctor", backend: backend)
        #expect(try doctor.wait() == .exit(1))
        #expect(doctor.output.contains("\(RealFleet.holder) failed: exit status 1"), "\(doctor.output)")
        #expect(doctor.output.contains("mosaic fleet logs --holder -n 50"))
    }

    @Test("one broken roster is one failure of doctor, and one line for what depends on it")
    func brokenRoster() throws {
        let fleet = try RealFleet(agents: 1)
        try ScriptedHome.write("version = 2\n", to: fleet.fleetPath + "/roster.toml")
        let doctor = try fleet.mosaic("doctor")
        #expect(try doctor.wait() == .exit(1))
        let lines = doctor.output.split(separator: "\n")
        #expect(lines.count { $0.hasPrefix("failure") } == 1, "\(doctor.output)")
        #expect(lines.count { $0.hasPrefix("skipped") && $0.hasSuffix("fix 'roster' first") } == 1)
    }

    @Test(
        "on a full file system doctor says that every restart would end with 74, as it does",
        .enabled(if: geteuid() == 0, "mounting beside a real manager needs root"))
    func fullDisk() throws {
        let fleet = try RealFleet(agents: 1)
        let script = """
            cp "$1/roster.toml" "$2" && mount -t tmpfs -o size=64k,mode=0700 none "$1" && cp "$2" "$1/roster.toml" &&
            dd if=/dev/zero of="$1/full" bs=4k 2>/dev/null
            "$0" fleet restart --backend dbus; echo "restart $?"
            "$0" fleet doctor --backend dbus; echo "doctor $?"
            """
        let process = try TestProcess(
            [
                "/usr/bin/unshare", "-m", "/bin/sh", "-c", script, try BuiltProduct.path("mosaic"), fleet.fleetPath,
                fleet.folder.path + "/kept.toml",
            ], environment: fleet.environment)
        try process.wait()
        #expect(process.output.contains("restart 74"), "\(process.output) \(process.errors)")
        #expect(process.output.contains("doctor 1"))
        let line = process.output.split(separator: "\n").first { $0.contains(" disk-space ") }
        #expect(
            line?.hasPrefix("failure") == true && line?.contains("No space left on device") == true, "\(process.output)"
        )
    }

    @Test("doctor and init name what runs and is in no roster", arguments: ["dbus", "systemctl"])
    func unmanaged(_ backend: String) throws {
        let fleet = try RealFleet(agents: 2)
        let roster = fleet.fleetPath + "/roster.toml"
        let text = TestProcess.contents(roster)
        let second = try #require(text.firstRange(of: "[[agent]]\nname = \"a02\""))
        try ScriptedHome.write(String(text[..<second.lowerBound]), to: roster)
        let first = try fleet.mosaic("init", backend: backend)
        #expect(try first.wait() == .exit(0))
        let warning = "a02 left the roster and still runs: 'mosaic fleet apply' stops it and removes its unit"
        #expect(first.errors.contains(warning), "\(first.errors)")
        // Said once.
        #expect(!first.errors.contains("not in the roster") && !first.output.contains("a02"), "\(first.output)")
        let again = try fleet.mosaic("init", backend: backend)
        #expect(try again.wait() == .exit(0))
        #expect(again.errors.contains(warning) && !again.output.contains("a02"), "\(again.errors) \(again.output)")

        func line() throws -> String {
            let doctor = try fleet.mosaic("doctor", backend: backend)
            #expect(try doctor.wait() == .exit(0))
            return doctor.output.split(separator: "\n").first { $0.contains(" unmanaged ") }.map(String.init) ?? ""
        }
        let unit = try line()
        #expect(unit.hasPrefix("warning ") && unit.contains("not in the roster: \(fleet.agents[1]); fix: "), "\(unit)")
        #expect(unit.contains("stop it with 'mosaic fleet stop a02'") && !unit.contains("session"), "\(unit)")
        try fleet.must(fleet.mosaic("stop", "a02"))
        let folder = try #require(fleet.environment["TMUX_TMPDIR"])
        let socket = "\(folder)/tmux-\(geteuid())/mosaic-fleet"
        let tmux = try TestProcess(
            ["/usr/bin/tmux", "-N", "-S", socket, "new-session", "-d", "-s", "my scratch"],
            environment: fleet.environment)
        try fleet.must(tmux)
        let session = try line()
        #expect(session.contains("not in the roster: session my scratch; fix: look at the session with "), "\(session)")
        #expect(session.contains("tmux -S \(socket) attach-session -t '=my scratch'"), "\(session)")
        let third = try fleet.mosaic("init", backend: backend)
        #expect(try third.wait() == .exit(0))
        #expect(
            third.errors.contains("not in the roster: session my scratch; 'mosaic fleet doctor' says"),
            "\(third.errors)")
        try fleet.must(
            TestProcess(
                ["/usr/bin/tmux", "-N", "-S", socket, "kill-session", "-t", "=my scratch"],
                environment: fleet.environment))
        #expect(try line().hasPrefix("ok "))
    }

    @Test("one crash is told as one, and again and again as flapping")
    func crashes() throws {
        let fleet = try RealFleet(
            agents: 1, script: "if [ -e \"$1/calm\" ]; then exec sleep infinity; fi; exit 7\n")
        func status() throws -> String {
            let status = try fleet.mosaic("status")
            try status.wait()
            return status.output
        }
        try ScriptedHome.write("", to: fleet.folder.path + "/calm")
        try fleet.must(fleet.mosaic("start", "--stable-for", "0"))
        unlink(fleet.folder.path + "/calm")
        try fleet.systemctl("restart", fleet.agents[0])
        let first = try eventually("its first crash") {
            let text = try status()
            return text.contains("died (exit status 7)") ? text : nil
        }
        #expect(!first.contains("flapping"), "\(first)")
        try eventually("it is flapping", within: .seconds(40), state: (try? status()) ?? "") {
            try status().contains("flapping: exit status 7, restarted automatically")
        }
        try ScriptedHome.write("", to: fleet.folder.path + "/calm")
        try eventually("it is up again", within: .seconds(20)) { try status().contains("2 active") }
        #expect(try !status().contains("flapping"))
    }

    @Test("init by root in another user's home is refused", .enabled(if: geteuid() == 0, "it is about root"))
    func foreignHome() throws {
        let folder = FakeDirectory()
        chown(folder.path, 65534, 65534)
        let process = try TestProcess(
            [try BuiltProduct.path("mosaic"), "fleet", "init", "--backend", "fake"],
            environment: ["HOME": folder.path, "PATH": "/usr/bin:/bin"])
        #expect(try process.wait() == .exit(77))
        #expect(process.errors.contains("this is root") && process.errors.contains("sudo -u "))
        #expect(FolderListing(folder.path).entries.isEmpty)
    }

    @Test("the version, help and a picture on standard output")
    func commandLine() throws {
        let home = try ScriptedHome()
        for words in [["--version"], ["fleet", "--version"], ["fleet", "lock", "--version"]] {
            let version = try TestProcess([try BuiltProduct.path("mosaic")] + words, environment: home.environment)
            #expect(try version.wait() == .exit(0))
            #expect(version.output.hasPrefix("mosaic ") && version.errors.isEmpty)
        }
        for words in [["fleet", "help"], ["fleet", "help", "restart"], ["fleet", "lock", "help", "run"], ["help"]] {
            let help = try TestProcess([try BuiltProduct.path("mosaic")] + words, environment: home.environment)
            #expect(try help.wait() == .exit(0), "\(words)")
            #expect(help.output.contains("EXAMPLE: ") && help.errors.isEmpty, "\(words)")
        }
        let front = try TestProcess(
            [try BuiltProduct.path("mosaic"), "fleet", "--json", "--backend", "fake", "status"],
            environment: home.environment)
        #expect(try front.wait() == .exit(0))
        #expect(try JSONText(front.output).object["summary"] as? String == "4 active")
        #expect(try home.mosaic("restart", "--stable-for", "0").wait() == .exit(0))
        let picture = try home.mosaic("history", "last", "--svg", "-")
        #expect(try picture.wait() == .exit(0))
        #expect(picture.output.hasPrefix("<svg ") && picture.output.hasSuffix("</svg>\n"))
        #expect(access("-", F_OK) != 0)
    }
}
