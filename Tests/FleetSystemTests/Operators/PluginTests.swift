import FleetTestSupport
import Glibc
import Testing

/// `mosaic fleet NAME` for a NAME that is not built in.
@Suite("Plug-in commands", .timeLimit(.minutes(10)))
struct PluginTests {
    private let home: ScriptedHome
    private let bin: String

    init() throws {
        home = try ScriptedHome()
        bin = home.folder.path + "/bin"
        try ScriptedHome.makeFolder(bin, mode: 0o755)
    }

    @discardableResult
    private func add(_ name: String, _ text: String) throws -> String {
        let path = "\(bin)/mosaic-fleet-\(name)"
        try ScriptedHome.write("#!/bin/sh\n" + text, to: path)
        chmod(path, 0o755)
        return path
    }

    private func mosaic(_ words: String..., environment: [String: String] = [:]) throws -> TestProcess {
        try TestProcess(
            [try BuiltProduct.path("mosaic")] + words,
            environment: home.environment.merging(["PATH": bin + ":/usr/bin:/bin"]) { $1 }.merging(environment) { $1 })
    }

    @Test func thePlugInGetsItsWordsAndTheFleetThatIsMeant() throws {
        let path = try add(
            "say",
            "echo \"$0\"; for word; do echo \"[$word]\"; done\n"
                + "echo $MOSAIC_HOME $MOSAIC_BACKEND $MOSAIC_SCOPE $MOSAIC_PROGRAM $PPID; exit 42\n")
        let program = try BuiltProduct.path("mosaic")
        let plain = try mosaic("fleet", "say", "--json", "a b", "--", "-x", "*")
        #expect(try plain.wait() == .exit(42))
        let lines = plain.output.split(separator: "\n").map(String.init)
        #expect(lines.prefix(6) == [path, "[--json]", "[a b]", "[--]", "[-x]", "[*]"])
        // Our own child: nothing stands between.
        #expect(lines.last == "\(home.path) auto user \(program) \(getpid())")
        #expect(plain.errors == "")
        let listing = try add("descriptors", "ls /proc/$$/fd\n")
        let through = try mosaic("fleet", "descriptors")
        let direct = try TestProcess([listing], environment: ["PATH": "/usr/bin:/bin"])
        #expect(try through.wait() == direct.wait())
        #expect(through.output == direct.output && through.output.split(separator: "\n").count > 2)

        let meant = try mosaic("fleet", "--mosaic-home", "/tmp/other", "--system", "--backend=systemctl", "-v", "say")
        #expect(try meant.wait() == .exit(42))
        #expect(meant.output.contains("/tmp/other systemctl system \(program)"))
        #expect(meant.errors.contains("executing \(path)"))
        // The plug-in calls the program back, for the same fleet.
        try add(
            "again",
            "exec \"$MOSAIC_PROGRAM\" fleet lock inspect --json --backend \"$MOSAIC_BACKEND\" \"--$MOSAIC_SCOPE\"\n")
        let again = try mosaic("fleet", "--backend", "fake", "again")
        #expect(try again.wait() == .exit(0))
        #expect(try JSONText(again.output).object["path"] as? String == home.lockPath)
    }

    @Test func aSignalAndTheEndAreThePlugInsOwn() throws {
        try add("wait", "trap 'exit 9' INT; echo ready; while :; do sleep 0.05; done\n")
        let process = try mosaic("fleet", "wait")
        try process.waitForOutput("ready")
        process.signal(SIGINT)
        #expect(try process.wait() == .exit(9))
        try add("die", "kill -KILL $$\n")
        #expect(try mosaic("fleet", "die").wait() == .signal(SIGKILL))
        // A closed pipe ends it, as it would without us.
        try add("flood", "trap '' USR1; yes | head -c 1000000; echo done >&2\n")
        #expect(try mosaic("fleet", "flood").wait() == .exit(0))
    }

    @Test func builtInsWinAndAreListedWithPlugIns() throws {
        try add("status", "echo stolen\n")
        try add("session", "echo stolen\n")
        try add("help", "echo stolen\n")
        let deploy = try add("deploy", "exit 0\n")
        let status = try mosaic("fleet", "status", "--backend", "fake")
        #expect(try status.wait() == .exit(0))
        #expect(!status.output.contains("stolen"))
        for words in [["fleet", "--help"], ["help", "fleet"], ["fleet"]] {
            let help = try TestProcess(
                [try BuiltProduct.path("mosaic")] + words,
                environment: home.environment.merging(["PATH": bin]) { $1 })
            #expect(try help.wait() == .exit(0))
            #expect(help.output.contains("\nPLUG-INS:\n  deploy                  \(deploy)\n"))
            #expect(help.output.contains("warning: \(bin)/mosaic-fleet-status never runs"))
            #expect(!help.output.contains("stolen"))
        }
        let list = try mosaic("fleet", "---plugins")
        #expect(try list.wait() == .exit(0))
        #expect(list.output == "deploy\n")
        let doctor = try mosaic("fleet", "doctor", "--backend", "fake")
        try doctor.wait()
        let line = try #require(doctor.output.split(separator: "\n").first { $0.contains(" plug-ins ") })
        #expect(line.hasPrefix("warning"))
        for name in ["status", "session", "help"] { #expect(line.contains("mosaic-fleet-\(name) never runs")) }
    }

    @Test func withoutPlugInsNothingIsSaidOfThem() throws {
        let help = try mosaic("fleet", "--help")
        #expect(try help.wait() == .exit(0))
        #expect(!help.output.contains("PLUG-INS"))
        let unknown = try mosaic("fleet", "nosuch")
        #expect(try unknown.wait() == .exit(64))
        #expect(unknown.errors.contains("nosuch"))
    }

    @Test func hostileFoldersAndOptionsAreRefused() throws {
        try add("deploy", "echo ran\n")
        chmod(bin, 0o777)
        let open = try mosaic("fleet", "deploy")
        #expect(try open.wait() == .exit(64))
        #expect(open.errors.contains("anyone can write to \(bin)") && open.errors.contains("hint: "))
        #expect(open.output == "")
        chmod(bin, 0o755)
        for path in ["", ":", ".", "bin", "./bin:"] {
            let relative = try TestProcess(
                ["/usr/bin/env", "-C", home.folder.path, try BuiltProduct.path("mosaic"), "fleet", "deploy"],
                environment: home.environment.merging(["PATH": path]) { $1 })
            #expect(try relative.wait() == .exit(64))
            #expect(relative.output == "")
        }
        for name in ["../bin/mosaic-fleet-deploy", "deploy/", "de ploy", "$(deploy)"] {
            #expect(try mosaic("fleet", name).wait() == .exit(64))
        }
        let dropped = try mosaic("fleet", "--json", "deploy")
        #expect(try dropped.wait() == .exit(64))
        #expect(dropped.errors.contains("--json must come after the plug-in's name 'deploy'"))
        #expect(try mosaic("fleet", "--backend", "nonsense", "deploy").wait() == .exit(64))
        #expect(try mosaic("fleet", "deploy", environment: ["MOSAIC_HOME": "relative"]).wait() == .exit(64))
        #expect(try mosaic("fleet", "--system", "deploy").wait() == .exit(0))
    }
}
