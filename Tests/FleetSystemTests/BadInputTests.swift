import FleetFake
import FleetKit
import FleetTestSupport
import Glibc
import Testing

/// What comes from outside may be wrong or hostile: the exit code says which, and the message names the place.
@Suite("Bad input", .timeLimit(.minutes(10)))
struct BadInputTests {
    // MARK: Roster and names

    static let brokenRosters: [(String, String)] = [
        ("version = 1\n[[agent]]\nname = 3\n", ":3:"), ("version = 1\n[[agent]\n", ":2:"), ("version = 2\n", ":1:"),
        ("version = 1\nfoo = 1\n", ":2:"), ("version = 1\n[guard]\nmax_wait = \"soon\"\n", ":3:"),
        ("version = 1\n[[agent]]\nname = \"-H\"\n", ":3:"), ("version = 1\n[[agent]]\nname = \"a/b\"\n", ":3:"),
        ("version = 1\n[[agent]]\nname = \"a\"\n[[agent]]\nname = \"a\"\n", ":5:"),
        ("version = 1\n\u{0}\n", ":2:1"),
    ]

    @Test("A broken roster is refused with file, line and column", arguments: brokenRosters)
    func roster(_ text: String, _ place: String) throws {
        let home = try ScriptedHome()
        try ScriptedHome.write(text, to: home.rosterPath)
        for words in [["restart"], ["status"], ["start"], ["stop"]] {
            let command = try home.mosaic(words)
            #expect(try command.wait() == .exit(78))
            #expect(command.errors.contains("error: \(home.rosterPath)\(place)"), "\(command.errors)")
            #expect(command.errors.contains("hint: "))
        }
        #expect(try home.sent().isEmpty)
        #expect(!home.lockExists)
        // Nobody is kept from looking at the lock by it.
        #expect(try home.mosaic("lock", "inspect").wait() == .exit(0))
    }

    static let wrongNames: [(words: [String], status: Int32, shown: String)] = [
        (["nobody"], 4, "'nobody'"), (["-H", "x"], 64, "-H"), (["--", "-H", "x"], 4, "'-H', 'x'"),
        (["--host=x"], 64, "--host"), (["--", "--host=x"], 4, "'--host=x'"), (["a/b"], 4, "'a/b'"),
        (["b*"], 4, "'b*'"), (["a?b"], 4, "'a?b'"), (["[a"], 4, "'[a'"), (["*/a1"], 4, "'*/a1'"),
        (["a1\nb"], 4, "a1\\nb"), (["../a1"], 4, "'../a1'"),
        (["\u{1B}[31mred"], 4, "red"), ([""], 4, "''"),
        (["mosaic-tmux-holder.service"], 4, "mosaic-tmux-holder.service"),
        ([String(repeating: "x", count: 70_000)], 4, "xxx"),
    ]

    @Test(
        "Names that are no agents are refused before anything is sent",
        arguments: ["restart", "start", "stop", "status"])
    func names(_ verb: String) throws {
        let home = try ScriptedHome()
        for (words, status, shown) in Self.wrongNames {
            let command = try home.mosaic([verb] + words)
            #expect(
                try command.wait() == .exit(status), "\(words.joined(separator: " ").prefix(40)): \(command.errors)")
            let line = try #require(command.errorLines.first)
            #expect(line.contains(shown))
            #expect(line.utf8.count < 2_000)
            // Nothing of it reaches the terminal as it is.
            #expect(command.errors.utf8.allSatisfy { $0 >= 0x20 || $0 == UInt8(ascii: "\n") })
            #expect(command.errorLines.count == 2, "\(command.errors)")
        }
        #expect(try home.sent().isEmpty)
        #expect(!home.lockExists)
    }

    @Test(
        "Without a roster a pattern is matched against the agents that are known, and names no other unit",
        arguments: ["mosaic-tmux*", "*holder*", "b*", "[a", "?", "*.timer"])
    func discovered(_ name: String) throws {
        let home = try ScriptedHome()
        unlink(home.rosterPath)
        let command = try home.mosaic("stop", "--", name)
        #expect(try command.wait() == .exit(4), "\(command.errors)")
        #expect(try home.sent().isEmpty)
        #expect(try home.mosaic("stop", "a[12]").wait() == .exit(0))
        #expect(Set(try home.sent().map(\.unit)) == Set(home.agents.prefix(2).map(\.rawValue)))
    }

    static let durations = ["", "soon", "-5s", "5", "1.5.2s", "10x", "s", "99999999999999999999h", " 5s", "5 s", "１s"]

    @Test("A duration that is none is a usage error that repeats it", arguments: durations)
    func duration(_ text: String) throws {
        let home = try ScriptedHome()
        for option in ["--max-wait", "--stall-after", "--evict-grace", "--stable-for"] {
            let command = try home.mosaic("restart", "\(option)=\(text)")
            #expect(try command.wait() == .exit(64), "\(option)=\(text)")
            #expect(command.errors.contains(option))
        }
        #expect(try home.sent().isEmpty)
    }

    static let wrongOptions: [[String]] = [
        ["restart", "--max-parallel", "0"], ["restart", "--stall-after", "1s"], ["restart", "--on-timeout", "ask"],
        ["restart", "--backend", "upstart"], ["restart", "--user", "--system"], ["frobnicate"], ["lock", "frobnicate"],
        ["lock", "break", "--token"], ["status", "--watch=1ms"], ["status", "--watch=1ms", "--json"],
        ["status", "--watch=5x"], ["status", "--watch", "5x"],
    ]

    static let unknownCommands: [(words: [String], message: String, hint: String)] = [
        (["fleet", "restrat"], "unknown command 'restrat'", "did you mean 'mosaic fleet restart'?"),
        (["fleet", "lock", "braek"], "unknown command 'braek'", "did you mean 'mosaic fleet lock break'?"),
        (["fleet", "frobnicate", "--json"], "unknown command 'frobnicate'", "see 'mosaic fleet --help'"),
        (["fleet", "keep"], "unknown command 'keep'", "see 'mosaic fleet --help'"),
        (["restart"], "unknown command 'restart'", "did you mean 'mosaic fleet restart'?"),
        (["frobnicate"], "unknown command 'frobnicate'", "see 'mosaic --help'"),
        (["fleet", "a\u{1B}[2J"], "unknown command 'a\\u{1b}[2J'", "see 'mosaic fleet --help'"),
    ]

    @Test("A command that is none is called so, with the one that was meant", arguments: unknownCommands)
    func unknownCommand(_ words: [String], _ message: String, _ hint: String) throws {
        let home = try ScriptedHome()
        let command = try TestProcess([try BuiltProduct.path("mosaic")] + words, environment: home.environment)
        #expect(try command.wait() == .exit(64))
        if words.contains("--json") {
            let error = try JSONText(command.errors).object
            #expect((error["message"] as? String, error["hint"] as? String) == (message, hint))
        } else {
            #expect(command.errorLines.first == "mosaic fleet: error: \(message)")
            #expect(command.errorLines.last?.hasPrefix("  hint: \(hint)") == true, "\(command.errors)")
        }
        #expect(try home.sent().isEmpty)
    }

    @Test("help stands before the command or behind fleet", arguments: [["help", "fleet"], ["fleet", "help"]])
    func help(_ words: [String]) throws {
        let home = try ScriptedHome()
        let direct = try home.mosaic("lock", "run", "--help")
        #expect(try direct.wait() == .exit(0))
        let asked = try TestProcess(
            [try BuiltProduct.path("mosaic")] + words + ["lock", "run"], environment: home.environment)
        #expect(try asked.wait() == .exit(0))
        #expect(asked.output == direct.output && asked.output.contains("EXAMPLE: mosaic fleet lock run "))
    }

    @Test("Wrong options are usage errors with a hint", arguments: wrongOptions)
    func usage(_ words: [String]) throws {
        let home = try ScriptedHome()
        let command = try TestProcess(
            [try BuiltProduct.path("mosaic"), "fleet"] + words, environment: home.environment)
        #expect(try command.wait() == .exit(64))
        #expect(command.errors.contains("--help"))
        #expect(try home.sent().isEmpty)
    }

    @Test("A relative mosaic home from the environment is refused")
    func relativeHome() throws {
        let home = try ScriptedHome()
        let command = try home.mosaic("restart", environment: ["MOSAIC_HOME": "mosaic"])
        #expect(try command.wait() == .exit(64))
        #expect(command.errors.contains("$MOSAIC_HOME is 'mosaic'"))
    }

    // MARK: What lies at restart.lock

    static let obstacles = [
        "empty", "garbage", "huge", "torn", "fifo", "directory", "full directory", "symlink", "dangling",
    ]

    @Test("What is no lock record is unreadable, and a restart gets past it", arguments: obstacles)
    func obstacle(_ kind: String) throws {
        let home = try ScriptedHome()
        try home.makeRunDirectory()
        let target = home.folder.path + "/target"
        try ScriptedHome.write("precious", to: target)
        switch kind {
        case "empty": try ScriptedHome.write("", to: home.lockPath)
        case "garbage": try ScriptedHome.write([0, 255, 10, 27, 91], to: home.lockPath)
        case "huge": try ScriptedHome.write([UInt8](repeating: 0x20, count: 6 << 20), to: home.lockPath)
        case "torn": try ScriptedHome.write("{\"version\":1,\"token\":\"", to: home.lockPath)
        case "fifo": #expect(mkfifo(home.lockPath, 0o600) == 0)
        case "directory": try ScriptedHome.makeFolder(home.lockPath)
        case "full directory":
            try ScriptedHome.makeFolder(home.lockPath)
            try ScriptedHome.write("precious", to: home.lockPath + "/file")
        case "symlink": #expect(symlink(target, home.lockPath) == 0)
        default: #expect(symlink(home.folder.path + "/nowhere", home.lockPath) == 0)
        }
        let inspect = try home.mosaic("lock", "inspect")
        #expect(try inspect.wait(within: .seconds(10)) == .exit(3))
        #expect(inspect.output.contains("Verdict: unreadable"))
        #expect(inspect.output.contains(home.lockPath))
        let status = try home.mosaic("status")
        try status.wait(within: .seconds(10))
        #expect(status.output.contains("The lock is unreadable: "), "\(status.output)")
        #expect(!status.output.contains("unreadable: the lock is unreadable"), "\(status.output)")
        let restart = try home.mosaic("restart", "--stall-after", "3s", "--stable-for", "0", "--evict-grace", "1s")
        #expect(try restart.wait() == .exit(0), "\(restart.errors)")
        #expect(!home.lockExists)
        #expect(TestProcess.contents(target) == "precious")
        #expect(TestProcess.contents(home.folder.path + "/nowhere").isEmpty)
        #expect(try home.mosaic("lock", "inspect").wait() == .exit(0))
    }

    // MARK: The run directory

    static let unsafeKinds = ["group-writable", "other-writable", "symlink", "file", "fleet symlink"]

    @Test("A run directory that others could have prepared is refused", arguments: unsafeKinds)
    func unsafeDirectory(_ kind: String) throws {
        let home = try ScriptedHome()
        let elsewhere = home.folder.path + "/elsewhere"
        try ScriptedHome.makeFolder(elsewhere)
        switch kind {
        case "group-writable": try ScriptedHome.makeFolder(home.runDirectory, mode: 0o770)
        case "other-writable": try ScriptedHome.makeFolder(home.runDirectory, mode: 0o707)
        case "symlink": #expect(symlink(elsewhere, home.runDirectory) == 0)
        case "file": try ScriptedHome.write("", to: home.runDirectory)
        case "fleet symlink":
            #expect(rename(home.path + "/fleet", elsewhere + "/fleet") == 0)
            #expect(symlink(elsewhere + "/fleet", home.path + "/fleet") == 0)
        default: Issue.record("no such kind: \(kind)")
        }
        try Self.expectRefused(home, kind)
        #expect(FolderListing(elsewhere).entries.filter { $0.name.hasPrefix("restart") }.isEmpty)
    }

    @Test(
        "A run directory that is somebody else's is refused",
        .enabled(if: geteuid() == 0, "giving a directory away needs root"))
    func foreignDirectory() throws {
        let home = try ScriptedHome()
        try ScriptedHome.makeFolder(home.runDirectory)
        #expect(chown(home.runDirectory, 65534, 65534) == 0)
        try Self.expectRefused(home, "foreign")
    }

    private static func expectRefused(_ home: ScriptedHome, _ kind: String) throws {
        let place = kind == "fleet symlink" ? home.path + "/fleet" : home.runDirectory
        for words in [["restart"], ["lock", "inspect"], ["lock", "break", "--yes"]] {
            let command = try home.mosaic(words)
            #expect(try command.wait() == .exit(77), "\(words): \(command.errors)")
            #expect(command.errors.contains("error: \(place) "), "\(command.errors)")
            #expect(command.errors.contains("hint: "))
        }
        #expect(try home.sent().isEmpty)
    }

    @Test("A full disk is exit status 74, and nothing stays behind")
    func fullDisk() throws {
        let home = try ScriptedHome()
        try home.makeRunDirectory()
        let script = """
            mount -t tmpfs -o size=16k,mode=0700 tiny "$0" || exit 99
            dd if=/dev/zero of="$0/filler" bs=4096 2>/dev/null
            "$@"
            status=$?
            ls "$0"
            exit $status
            """
        let restart = try home.mosaic(
            "restart",
            wrapper: ["/usr/bin/unshare", "--mount"] + (geteuid() == 0 ? [] : ["--map-root-user"])
                + ["--propagation", "private", "/bin/sh", "-c", script, home.runDirectory])
        #expect(try restart.wait() == .exit(74), "\(restart.errors)")
        #expect(restart.errors.contains(home.runDirectory))
        #expect(restart.errors.contains("hint: "))
        #expect(!restart.output.contains("staging") && !restart.output.contains("restart.lock"))
        #expect(try home.sent().isEmpty)
    }

    @Test(
        "The program's own flag behind a command's name does not run the command",
        arguments: ["restart", "restart a1", "stop", "start", "init", "status", "lock inspect", "lock break", "heal"])
    func versionBehindACommand(_ words: String) throws {
        let home = try ScriptedHome()
        let files = FolderListing(home.folder.path)
        for line in [["--version"], ["--json", "--version"], ["--version", "-v"]] {
            let command = try home.mosaic(words.split(separator: " ").map(String.init) + line)
            #expect(try command.wait() == .exit(64), "\(command.output)\(command.errors)")
            #expect(command.errors.contains("--version"), "\(command.errors)")
            #expect(command.output.isEmpty)
        }
        #expect(try home.sent().isEmpty)
        #expect(FolderListing(home.folder.path) == files)
    }

    // MARK: No service manager

    @Test("No bus is exit status 69 with a way out", arguments: ["dbus", "systemctl", "auto"])
    func noBus(_ backend: String) throws {
        let home = try ScriptedHome()
        let nowhere = home.folder.path + "/runtime"
        try ScriptedHome.makeFolder(nowhere)
        for words in [["restart"], ["status"], ["start"], ["stop"]] {
            let command = try home.mosaic(words, environment: ["XDG_RUNTIME_DIR": nowhere], backend: backend)
            #expect(try command.wait() == .exit(69), "\(command.errors)")
            #expect(command.errors.contains("enable-linger"), "\(command.errors)")
        }
        #expect(!home.lockExists)
    }

    @Test(
        "A runtime directory that is not this user's is named, and no login is advised",
        arguments: ["dbus", "systemctl", "auto"])
    func foreignRuntimeDirectory(_ backend: String) throws {
        let home = try ScriptedHome()
        // Root may enter everyone's, so a file stands for what cannot be entered.
        let file = home.folder.path + "/runtime"
        try ScriptedHome.write("", to: file)
        let command = try home.mosaic(["status"], environment: ["XDG_RUNTIME_DIR": file], backend: backend)
        #expect(try command.wait() == .exit(69), "\(command.errors)")
        #expect(command.errors.contains("hint: export XDG_RUNTIME_DIR=/run/user/\(getuid())"), "\(command.errors)")
        #expect(!command.errors.contains("enable-linger"), "\(command.errors)")
    }

    @Test("No systemctl is exit status 69 and names PATH", arguments: ["systemctl", "auto"])
    func noSystemctl(_ backend: String) throws {
        let home = try ScriptedHome()
        let nowhere = home.folder.path + "/runtime"
        try ScriptedHome.makeFolder(nowhere)
        let command = try home.mosaic(
            ["restart"], environment: ["XDG_RUNTIME_DIR": nowhere, "PATH": nowhere], backend: backend)
        #expect(try command.wait() == .exit(69))
        #expect(command.errors.contains("there is no systemctl in PATH (\(nowhere))"), "\(command.errors)")
    }
}
