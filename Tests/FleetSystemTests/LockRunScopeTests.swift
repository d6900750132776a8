import FleetGuard
import FleetKit
import FleetTestSupport
import Glibc
import Testing

/// What the command of a `lock run` leaves, where a service manager can be asked: a program with root's rights, which the
/// user may not signal, a daemon with a session of its own, and plain background processes.
@Suite("What a lock run's command leaves", .serialized, .timeLimit(.minutes(10)))
struct LockRunScopeTests {
    /// A user's machine with a program that has root's rights, as sudo has.
    private final class Bench {
        let machine: JournalMachine
        let backend: String
        var home: String { machine.scratch + "/home/.config/mosaic" }
        var lockPath: String { home + "/fleet/run/restart.lock" }

        init(backend: String = "dbus") throws {
            machine = try JournalMachine(uid: 4242)
            self.backend = backend
            let program = machine.scratch + "/asroot"
            let install = try TestProcess(
                ["/usr/bin/install", "-o", "0", "-m", "4755", "/usr/bin/setpriv", program],
                environment: ["PATH": "/usr/bin:/bin"])
            try #require(try install.wait() == .exit(0))
            let made = try machine.process(["/usr/bin/install", "-d", "-m", "0700", home, home + "/fleet"])
            try #require(try made.wait() == .exit(0), "\(made.errors)")
        }

        func mosaic(_ words: [String], home: String? = nil, environment: [String: String] = [:]) throws -> TestProcess {
            let end = words.firstIndex(of: "--") ?? words.endIndex
            let line = words[..<end] + ["--backend", backend, "--mosaic-home", home ?? self.home] + words[end...]
            // As after a login: in the part of the cgroup tree that is the user's, so that the manager may move a process.
            let session =
                "/sys/fs/cgroup/\(machine.scratch.split(separator: "/").last ?? "").slice/user@4242.service/session.scope"
            let script =
                "mkdir -p \"$1\"; echo $$ > \"$1/cgroup.procs\"; shift; exec setpriv --reuid 4242 --regid 4242 --clear-groups -- \"$@\""
            return try machine.process(
                ["/bin/sh", "-ec", script, "sh", session, machine.mosaic, "fleet"] + line, environment: environment,
                asRoot: true)
        }

        /// A command with one child of each kind; each writes its number.
        static let family = """
            cd "$MOSAIC_HARNESS_DIR/home"
            ../asroot --reuid 0 --regid 0 --clear-groups -- sleep 600 & echo $! > root
            setsid sh -c 'trap "" TERM HUP; sleep 601 & wait' & echo $! > daemon
            sleep 602 & echo $! > child
            trap '' TERM INT HUP
            echo $$ > shell
            """

        func run(_ options: [String] = [], _ script: String, environment: [String: String] = [:]) throws -> TestProcess
        {
            try mosaic(["lock", "run"] + options + ["--", "/bin/sh", "-c", script], environment: environment)
        }

        /// The command's processes, all of them alive.
        func family(_ run: TestProcess) throws -> [pid_t] {
            let pids = try ["root", "daemon", "child", "shell"].map { name in
                try eventually("\(name) of the command", state: run.errors) {
                    pid_t(TestProcess.contents(machine.scratch + "/home/\(name)").split(separator: "\n").first ?? "")
                }
            }
            try eventually("root's rights", state: run.errors) {
                TestProcess.contents("/proc/\(pids[0])/status").contains("Uid:\t0\t0\t0\t0")
            }
            #expect(living(pids) == pids)
            return pids
        }

        func living(_ pids: [pid_t]) -> [pid_t] { pids.filter { LockRunTests.isAlive($0) } }

        func record() throws -> LockRecord {
            try LockRecordText(parsing: Array(TestProcess.contents(lockPath).utf8)).record
        }

        /// The `lock run` and its keeper, in one moment.
        func killBoth() throws {
            let owner = try record().pid
            let keeper = try #require(ChildList(of: owner).pids.first)
            for pid in [owner, keeper] { kill(pid, SIGSTOP) }
            try eventually("both are stopped") {
                [owner, keeper].allSatisfy { pid in
                    let stat = TestProcess.contents("/proc/\(pid)/stat")
                    return stat.lastIndex(of: ")").flatMap { stat[$0...].dropFirst(2).first } == "T"
                }
            }
            // The keeper first: it leads a group that its parent's death orphans, and the kernel lets a stopped one go on then.
            for pid in [keeper, owner] { kill(pid, SIGKILL) }
            try eventually("both are dead") { !LockRunTests.isAlive(owner) && !LockRunTests.isAlive(keeper) }
        }

        /// A script that says which of them live, when it is run.
        func census(_ pids: [pid_t]) -> String {
            "for pid in \(pids.map(String.init).joined(separator: " ")); do "
                + "case $(cut -d' ' -f3 /proc/$pid/stat 2>/dev/null) in ''|Z) ;; *) echo alive $pid;; esac; done; echo done"
        }

        var runDirectory: [String] {
            FolderListing(home + "/fleet/run").entries.map(\.name).filter {
                !["restart.mutex", "restart.intents"].contains($0)
            }
        }

        deinit {
            // Only after a failure: root's processes are not the user's to end.
            for name in ["root", "daemon", "child", "shell"] {
                let text = TestProcess.contents(machine.scratch + "/home/\(name)").split(separator: "\n").first ?? ""
                if let pid = pid_t(text), TestProcess.contents("/proc/\(pid)/cgroup").contains("/mosaic-run-") {
                    kill(pid, SIGKILL)
                }
            }
        }
    }

    static let backends = ["dbus", "systemctl"]

    @Test("Both killed in one moment: the next owner acts when nothing of it is left", arguments: backends)
    func takeover(_ backend: String) throws {
        let bench = try Bench(backend: backend)
        let run = try bench.run([], Bench.family + "\nwait")
        let pids = try bench.family(run)
        try bench.killBoth()
        // What the kernel does not take along: this is what the test is about.
        #expect(bench.living(pids).contains(pids[0]) && bench.living(pids).contains(pids[1]))
        let next = try bench.run(["-v"], bench.census(pids))
        #expect(try next.wait() == .exit(0), "\(next.errors)")
        #expect(next.output == "done\n", "\(next.errors)")
        #expect(next.errors.contains("took over the lock from"))
        #expect(bench.runDirectory.isEmpty, "\(bench.runDirectory)")
    }

    @Test("Both killed in one moment: a break leaves nothing of it", arguments: backends)
    func breaking(_ backend: String) throws {
        let bench = try Bench(backend: backend)
        let run = try bench.run([], Bench.family + "\nwait")
        let pids = try bench.family(run)
        try bench.killBoth()
        let breaker = try bench.mosaic(["lock", "break", "--yes"])
        #expect(try breaker.wait() == .exit(0), "\(breaker.errors)")
        #expect(bench.living(pids) == [], "\(breaker.errors)")
        #expect(bench.runDirectory.isEmpty, "\(bench.runDirectory)")
    }

    @Test("A break without a service manager says what may be left, and the next owner ends it")
    func breakingBlindly() throws {
        let bench = try Bench()
        let run = try bench.run([], Bench.family + "\nwait")
        let pids = try bench.family(run)
        try bench.killBoth()
        let breaker = try bench.mosaic(
            ["lock", "break", "--yes"],
            environment: ["XDG_RUNTIME_DIR": "/nonexistent", "DBUS_SESSION_BUS_ADDRESS": ""])
        #expect(try breaker.wait() == .exit(0), "\(breaker.errors)")
        #expect(breaker.errors.contains("its command may still run in mosaic-run-"), "\(breaker.errors)")
        #expect(bench.living(pids).contains(pids[0]))
        let next = try bench.run([], bench.census(pids))
        #expect(try next.wait() == .exit(0), "\(next.errors)")
        #expect(next.output == "done\n")
        #expect(bench.runDirectory.isEmpty, "\(bench.runDirectory)")
    }

    @Test("When the command ends, all that it left ends before the lock is released", arguments: backends)
    func end(_ backend: String) throws {
        let bench = try Bench(backend: backend)
        let run = try bench.run([], Bench.family + "\nexit 5")
        #expect(try run.wait(within: .seconds(30)) == .exit(5), "\(run.errors)")
        let pids = ["root", "daemon", "child"].compactMap {
            pid_t(TestProcess.contents(bench.machine.scratch + "/home/\($0)").split(separator: "\n").first ?? "")
        }
        #expect(pids.count == 3 && bench.living(pids) == [], "\(run.errors)")
        #expect(run.errors.contains("that the command left running"), "\(run.errors)")
        #expect(bench.runDirectory.isEmpty)
    }

    enum Death: CaseIterable, Sendable { case owner, keeper }

    @Test("When one of the two is killed the other ends everything", arguments: Death.allCases)
    func oneKilled(_ death: Death) throws {
        let bench = try Bench()
        let run = try bench.run([], Bench.family + "\nwait")
        let pids = try bench.family(run)
        let owner = try bench.record().pid
        let keeper = try #require(ChildList(of: owner).pids.first)
        kill(death == .owner ? owner : keeper, SIGKILL)
        try eventually("nothing is left", state: run.errors) { bench.living(pids + [owner, keeper]).isEmpty }
    }

    @Test("An evicted lock run ends everything before the next owner acts")
    func evicted() throws {
        let bench = try Bench()
        let run = try bench.run([], Bench.family + "\nwait")
        let pids = try bench.family(run)
        let next = try bench.run(
            ["--max-wait", "1s", "--on-timeout", "break", "--evict-grace", "60s"], bench.census(pids))
        #expect(try next.wait(within: .seconds(60)) == .exit(0), "\(next.errors)")
        #expect(next.output == "done\n", "\(next.errors)")
        #expect(try run.wait() == .exit(76), "\(run.errors)")
        #expect(bench.runDirectory.isEmpty)
    }

    @Test("A record that names another lock's scope ends nothing of it")
    func forged() throws {
        let bench = try Bench()
        let run = try bench.run([], Bench.family + "\nwait")
        let pids = try bench.family(run)
        let other = bench.machine.scratch + "/" + "home/other"
        let copy = try bench.machine.process([
            "/bin/sh", "-ec",
            "mkdir -m 700 -p '\(other)/fleet/run'; cp -p '\(bench.lockPath)' '\(other)/fleet/run/restart.lock'",
        ])
        #expect(try copy.wait() == .exit(0), "\(copy.errors)")
        // Nobody holds the copy's kernel lock: its owner looks dead.
        let next = try bench.mosaic(["lock", "run", "--", "/bin/sh", "-c", bench.census(pids)], home: other)
        #expect(try next.wait() == .exit(0), "\(next.errors)")
        #expect(next.output == pids.map { "alive \($0)\n" }.joined() + "done\n", "\(next.errors)")
        #expect(next.errors.contains("does not belong to this lock's command"), "\(next.errors)")
        #expect(run.isRunning)
        let breaker = try bench.mosaic(["lock", "break", "--yes", "--force"])
        #expect(try breaker.wait() == .exit(0), "\(breaker.errors)")
        #expect(try run.wait() == .exit(76))
        #expect(bench.living(pids) == [])
    }

    @Test("Without a service manager it says what it cannot promise, and waits without a busy loop")
    func noManager() throws {
        let bench = try Bench()
        let script = Bench.family.replacing("sleep 600", with: "sleep 6") + "\nexit 0"
        let run = try bench.run(
            [], script, environment: ["XDG_RUNTIME_DIR": "/nonexistent", "DBUS_SESSION_BUS_ADDRESS": ""])
        let keeper = try eventually("the keeper", state: run.errors) {
            access(bench.lockPath, F_OK) == 0 ? ChildList(of: try bench.record().pid).pids.first : nil
        }
        // Clock ticks of its own, as long as it is there.
        var ticks = 0
        while let stat = Optional(TestProcess.contents("/proc/\(keeper)/stat")), let name = stat.lastIndex(of: ")") {
            let fields = stat[name...].split(separator: " ")
            if fields.count > 12 { ticks = max(ticks, (Int(fields[12]) ?? 0) + (Int(fields[13]) ?? 0)) }
            guard run.isRunning else { break }
            usleep(20_000)
        }
        #expect(try run.wait() == .exit(0), "\(run.errors)")
        #expect(run.errors.contains("has no scope of its own"), "\(run.errors)")
        #expect(ticks < 100, "hundredths of a second of the processor in the six seconds that root's program took")
        let daemon = pid_t(
            TestProcess.contents(bench.machine.scratch + "/" + "home/daemon").split(separator: "\n").first ?? "")
        kill(-(try #require(daemon)), SIGKILL)
    }

    @Test("A service manager that hangs delays the command for seconds, and it runs all the same")
    func hungManager() throws {
        let bench = try Bench()
        let manager = try #require(
            FolderListing("/proc", isDeep: false).entries.compactMap { pid_t($0.name) }.first { pid in
                TestProcess.contents("/proc/\(pid)/cmdline").contains("systemd\0--user")
                    && TestProcess.contents("/proc/\(pid)/environ").contains(bench.machine.scratch)
            })
        kill(manager, SIGSTOP)
        defer { kill(manager, SIGCONT) }
        let run = try bench.run([], "echo ran; exit 3")
        #expect(try run.wait(within: .seconds(45)) == .exit(3), "\(run.errors)")
        #expect(run.output == "ran\n")
        #expect(run.errors.contains("has no scope of its own"), "\(run.errors)")
    }

    @Test("A restart inside uses the lock, and the command's own scope stays around both")
    func nested() throws {
        let bench = try Bench()
        let inner = "'\(bench.machine.mosaic)' fleet lock run --backend dbus --mosaic-home '\(bench.home)'"
        let run = try bench.run([], "grep ^0:: /proc/self/cgroup; \(inner) -- grep ^0:: /proc/self/cgroup")
        #expect(try run.wait() == .exit(0), "\(run.errors)")
        let lines = run.output.split(separator: "\n")
        #expect(lines.count == 2 && lines[0] == lines[1] && lines[0].contains("/mosaic-run-"), "\(run.output)")
    }
}
