import FleetFake
import FleetGuard
import FleetKit
import FleetTestSupport
import Glibc
import Testing

/// `lock run`: any command under the guard, and nothing of it outside.
@Suite("lock run", .timeLimit(.minutes(10)))
struct LockRunTests {
    /// Runs `script` with /bin/sh under the lock.
    static func run(
        _ home: ScriptedHome, _ options: [String] = [], _ script: String, environment: [String: String] = [:]
    ) throws -> TestProcess {
        try home.mosaic(
            ["lock", "run"] + options + ["--", "/bin/sh", "-c", script],
            environment: ["MOSAIC": try BuiltProduct.path("mosaic")].merging(environment) { _, new in new })
    }

    /// A file of the test's own that the script writes a line into.
    static func said(_ home: ScriptedHome, _ file: String) -> String {
        TestProcess.contents(home.folder.path + "/" + file)
    }

    static let statuses: [(String, Int32)] = [
        ("exit 0", 0), ("exit 3", 3), ("exit 75", 75), ("kill -TERM $$", 143), ("kill -KILL $$", 137),
    ]

    @Test("The command's status is passed on, 128 + n for signal n", arguments: statuses)
    func status(_ script: String, _ status: Int32) throws {
        let home = try ScriptedHome()
        let run = try Self.run(home, [], "echo out; echo err >&2; " + script)
        #expect(try run.wait() == .exit(status))
        #expect(run.output == "out\n")
        #expect(run.errors == "err\n")
        #expect(home.leftovers.isEmpty)
    }

    static let unrunnable: [(String, String, Int32, String)] = [
        ("nosuchprogram", "", 127, "command not found: 'nosuchprogram'"),
        ("/etc/passwd", "", 126, "'/etc/passwd' cannot be executed"),
        ("/no/such/file", "", 127, "command not found"),
        ("FILE", "no shebang here\n", 126, "is not a program that the kernel can execute"),
        ("FILE", "#!/no/such/interpreter\n", 127, "command not found"),
    ]

    @Test("What cannot be run is refused with 126 or 127 and a reason", arguments: unrunnable)
    func refused(_ name: String, _ content: String, _ status: Int32, _ words: String) throws {
        let home = try ScriptedHome()
        var path = name
        if name == "FILE" {
            path = home.folder.path + "/program"
            try ScriptedHome.write(content, to: path)
            chmod(path, 0o755)
        }
        let run = try home.mosaic("lock", "run", "--", path)
        #expect(try run.wait() == .exit(status))
        #expect(run.errors.contains(words), "\(run.errors)")
        #expect(run.errors.contains("hint: "))
        #expect(!home.lockExists)
    }

    @Test("The lock is the command's from its beginning to its end, and its record says so")
    func record() throws {
        let home = try ScriptedHome()
        let run = try Self.run(
            home, ["--reason", "upgrade", "--max-hold", "90s"],
            "echo $MOSAIC_LOCK_TOKEN > $HOME/token; echo $MOSAIC_HOME >> $HOME/token; sleep 600")
        let token = try eventually("the command runs", state: run.errors) {
            let lines = Self.said(home, "token").split(separator: "\n")
            return lines.count == 2 ? lines.map(String.init) : nil
        }
        let record = try #require(try home.lockRecord()?.record)
        #expect(record.token == token[0])
        #expect(token[1] == home.path)
        #expect((record.pid, record.isRun, record.maxHoldSeconds) == (run.pid, true, 90))
        #expect(record.reason == "upgrade")
        let restart = try home.mosaic("restart", "--no-wait")
        #expect(try restart.wait() == .exit(75))
        #expect(restart.errors.contains("held by pid \(run.pid)"))
    }

    static let forwarded: [(CInt, String)] = [
        (SIGINT, "INT"), (SIGTERM, "TERM"), (SIGHUP, "HUP"), (SIGQUIT, "QUIT"), (SIGUSR1, "USR1"), (SIGUSR2, "USR2"),
        (SIGWINCH, "WINCH"),
    ]

    @Test("Signals are passed on, again and again, and the command decides", arguments: forwarded)
    func signals(_ number: CInt, _ name: String) throws {
        let home = try ScriptedHome()
        let run = try Self.run(
            home, [],
            "n=0; trap 'n=$((n+1)); echo $n >> $HOME/got; [ $n -lt 2 ] || exit 7' \(name); echo > $HOME/ready; "
                + "while :; do sleep 0.01; done")
        try eventually("the command runs", state: run.errors) { !Self.said(home, "ready").isEmpty }
        run.signal(number)
        try eventually("the first one", state: run.errors) { Self.said(home, "got") == "1\n" }
        #expect(run.isRunning)
        run.signal(number)
        #expect(try run.wait(within: .seconds(10)) == .exit(7))
        #expect(Self.said(home, "got") == "1\n2\n")
        #expect(home.leftovers.isEmpty)
    }

    /// In a pipe the command gets the terminal when it first asks for it, else at once.
    @Test("On a terminal the keys go to the command", arguments: [false, true])
    func terminal(isPiped: Bool) throws {
        let home = try ScriptedHome()
        let terminal = try PseudoTerminal()
        let script = """
            trap 'echo INT >> $HOME/got; exit 4' INT
            read line; echo "$line" >> $HOME/got
            while :; do sleep 0.01; done
            """
        let run = try home.mosaic(
            ["lock", "run", "--", "/bin/sh", "-c", script], input: .descriptor(terminal.descriptor),
            wrapper: ["/usr/bin/setsid", "--ctty"] + (isPiped ? [] : ["/bin/sh", "-c", "exec \"$@\" > /dev/tty", "sh"]))
        try eventually("the lock", state: run.errors) { home.lockExists }
        try terminal.type("a word\n")
        try eventually("the command has read it", state: run.errors) { Self.said(home, "got") == "a word\n" }
        try terminal.type("\u{3}")
        #expect(try run.wait(within: .seconds(10)) == .exit(4))
        #expect(Self.said(home, "got") == "a word\nINT\n", "the signal comes once: not from the terminal and from us")
    }

    private static func state(of pid: pid_t) -> Character? {
        let stat = TestProcess.contents("/proc/\(pid)/stat")
        return stat.lastIndex(of: ")").flatMap { stat[$0...].dropFirst(2).first }
    }

    @Test("Under a shell with jobs Ctrl-Z stops the command together with the lock run, and fg goes on with both")
    func jobControl() throws {
        let home = try ScriptedHome()
        try ScriptedHome.write(
            "echo $$ > $HOME/pid\nwhile :; do echo >> $HOME/ticks; sleep 0.02; done\n", to: home.folder.path + "/s")
        let terminal = try SizedTerminal(
            columns: 80, rows: 40, environment: home.environment.merging(["PS1": "% "]) { _, new in new },
            ["/bin/bash", "--norc", "--noprofile", "-i"])
        try terminal.wait(for: "%")
        let mosaic = try BuiltProduct.path("mosaic")
        try terminal.type("\(mosaic) fleet lock run --backend fake -- /bin/sh \(home.folder.path)/s", "Enter")
        let command = try eventually("the command runs", state: terminal.screen) {
            Self.said(home, "ticks").count > 2 ? pid_t(Self.said(home, "pid").dropLast()) : nil
        }
        let owner = try #require(try home.lockRecord()?.record.pid)
        for _ in 0..<2 {
            try terminal.type("C-z")
            try eventually("both are stopped", state: terminal.screen) {
                Self.state(of: command) == "T" && Self.state(of: owner) == "T"
            }
            let lines = try terminal.wait(for: "Stopped")
            #expect(lines.joined().contains("mosaic fleet: stopped; the lock stays held: 'fg' continues"), "\(lines)")
            let ticks = Self.said(home, "ticks").count
            #expect(try home.lockRecord()?.record.pid == owner)
            try terminal.type("clear; fg", "Enter")
            try eventually("the command goes on", state: terminal.screen) { Self.said(home, "ticks").count > ticks }
        }
        try terminal.type("C-c")
        try eventually("the end", state: terminal.screen) { !Self.isAlive(command) && !home.lockExists }
        try terminal.type("echo status $?", "Enter")
        try terminal.wait(for: "status 130")
        #expect(home.leftovers.isEmpty)
    }

    /// The script has a grandchild in the group, one in a group of its own, and one in a session of its own.
    static let family = """
        sleep 600 & echo $! > $HOME/child
        bash -mc 'sleep 601 & echo $! > $HOME/job; wait' &
        setsid sleep 602 & echo $! > $HOME/daemon
        while [ ! -s $HOME/job ]; do sleep 0.01; done
        echo $$ > $HOME/shell
        """

    struct Family {
        var shell: pid_t
        var child: pid_t
        var job: pid_t
        var daemon: pid_t

        init(_ home: ScriptedHome, _ run: TestProcess) throws {
            func number(_ file: String) throws -> pid_t {
                try eventually("\(file) of the command", state: run.errors) {
                    pid_t(LockRunTests.said(home, file).split(separator: "\n").first ?? "")
                }
            }
            (shell, child, job, daemon) = (
                try number("shell"), try number("child"), try number("job"), try number("daemon")
            )
        }

        var living: [pid_t] { [shell, child, job].filter { LockRunTests.isAlive($0) } }

        /// The daemon is nobody's business but this test's.
        func endDaemon() { if LockRunTests.isAlive(daemon) { kill(daemon, SIGKILL) } }
    }

    static func isAlive(_ pid: pid_t) -> Bool {
        let stat = TestProcess.contents("/proc/\(pid)/stat")
        guard let name = stat.lastIndex(of: ")") else { return false }
        return stat[name...].dropFirst(2).first != "Z"
    }

    /// The processes that were still alive at the moment when somebody else's restart sent its first command.
    static func survivors(_ home: ScriptedHome, _ family: Family, of next: TestProcess) throws -> [pid_t] {
        try eventually("the next owner's first command", state: next.errors) {
            next.errors.contains("stop mosaic-agent@") ? family.living : nil
        }
    }

    @Test("After a SIGKILL of the lock run everything of its command is dead before the next owner acts")
    func killed() throws {
        let home = try ScriptedHome()
        // Nothing of it may be impressed by anything but SIGKILL.
        let run = try Self.run(home, [], "trap '' TERM INT HUP\n" + Self.family + "\nwait")
        let family = try Family(home, run)
        defer { family.endDaemon() }
        #expect(family.living.count == 3)
        let next = try home.mosaic("restart", "-v", "--stable-for", "0")
        try next.waitForError("waiting up to")
        run.signal(SIGKILL)
        #expect(try Self.survivors(home, family, of: next) == [])
        #expect(try next.wait() == .exit(0))
        #expect(next.errors.contains("took over the lock from owner pid \(run.pid)"))
        #expect(Self.isAlive(family.daemon), "what made a session of its own has left on purpose")
    }

    @Test("A killed keeper takes the command with it, and lock run says so")
    func keeperKilled() throws {
        let home = try ScriptedHome()
        let run = try Self.run(home, [], "trap '' TERM INT HUP\n" + Self.family + "\nwait")
        let family = try Family(home, run)
        defer { family.endDaemon() }
        let keeper = try #require(ChildList(of: run.pid).pids.first)
        kill(keeper, SIGKILL)
        #expect(try run.wait(within: .seconds(10)) == .exit(74))
        #expect(run.errors.contains("the command's keeper was killed"))
        #expect(family.living == [])
        #expect(home.leftovers.isEmpty)
    }

    @Test("What the command leaves in its session is ended before the lock is released")
    func leftOver() throws {
        let home = try ScriptedHome()
        let run = try Self.run(home, [], Self.family + "\nexit 5")
        let family = try Family(home, run)
        defer { family.endDaemon() }
        #expect(try run.wait(within: .seconds(20)) == .exit(5))
        #expect(run.errors.contains("that the command left running"))
        #expect(family.living == [])
        #expect(Self.isAlive(family.daemon))
    }

    @Test("An evicted lock run ends its command, by SIGKILL where SIGTERM is ignored, and ends with 76")
    func evicted() throws {
        let home = try ScriptedHome()
        let run = try Self.run(home, [], "trap '' TERM INT HUP\n" + Self.family + "\nwait")
        let family = try Family(home, run)
        defer { family.endDaemon() }
        let next = try home.mosaic(
            "restart", "-v", "--stable-for", "0", "--max-wait", "1s", "--on-timeout", "break", "--evict-grace", "60s")
        #expect(try Self.survivors(home, family, of: next) == [])
        #expect(try run.wait(within: .seconds(10)) == .exit(76))
        #expect(run.errors.contains("taken over by pid \(next.pid) "))
        #expect(try next.wait() == .exit(0))
        #expect(home.leftovers.isEmpty)
    }

    @Test("A frozen lock run is buried together with its command, before anybody acts")
    func frozen() throws {
        let home = try ScriptedHome()
        let run = try Self.run(home, [], "trap '' TERM INT HUP\n" + Self.family + "\nwait")
        let family = try Family(home, run)
        defer { family.endDaemon() }
        try run.freeze()
        let next = try home.mosaic(
            "restart", "-v", "--stable-for", "0", "--stall-after", "3s", "--evict-grace", "100ms")
        #expect(try Self.survivors(home, family, of: next) == [])
        #expect(try next.wait() == .exit(0))
        #expect(try run.wait(within: .seconds(5)) == .signal(SIGKILL))
        #expect(home.leftovers.isEmpty)
    }

    @Test("A living lock run is not broken after --max-wait, unless its --max-hold is over")
    func maxHold() throws {
        let home = try ScriptedHome()
        let run = try Self.run(home, ["--max-hold", "2500ms"], "sleep 600")
        try eventually("the lock", state: run.errors) { home.lockExists }
        let inspect = try home.mosaic("lock", "inspect")
        #expect(try inspect.wait() == .exit(3))
        #expect(inspect.output.contains("seen this owner hold the lock for 10m, then take over"))
        let failing = try home.mosaic("restart", "--max-wait", "1s", "--on-timeout", "fail", "--stable-for", "0")
        #expect(try failing.wait(within: .seconds(10)) == .exit(75))
        #expect(run.isRunning)
        let late = try home.mosaic("restart", "--max-wait", "1s", "--stable-for", "0")
        let line = try late.waitForError("waiting")
        #expect(line.contains("up to 2s500ms for this owner"))
        #expect(try late.wait(within: .seconds(20)) == .exit(0))
        #expect(try run.wait(within: .seconds(10)) == .exit(76))
    }

    @Test("A lock run of longer than --stall-after is not stalled: its main loop stamps the lock")
    func stamps() throws {
        let home = try ScriptedHome()
        let run = try Self.run(home, [], "sleep 600")
        try eventually("the lock", state: run.errors) { home.lockExists }
        let next = try home.mosaic("restart", "--stall-after", "3s", "--max-wait", "5s", "--stable-for", "0")
        #expect(try next.wait(within: .seconds(20)) == .exit(75))
        run.signal(SIGTERM)
        #expect(try run.wait(within: .seconds(10)) == .exit(143))
    }
}
