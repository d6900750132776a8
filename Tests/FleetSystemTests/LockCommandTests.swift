import FleetGuard
import FleetKit
import FleetTestSupport
import Glibc
import Testing

/// `lock inspect` and `lock break` on locks of real processes.
@Suite("Looking at the lock and breaking it", .timeLimit(.minutes(10)))
struct LockCommandTests {
    static let verdicts: [Verdict] = [.free, .held, .abandoned, .stalled, .unreadable]

    @Test("lock inspect says the verdict, its evidence and what a restart would do", arguments: verdicts)
    func inspect(_ verdict: Verdict) throws {
        let home = try ScriptedHome()
        let owner = try Self.prepare(verdict, home)
        let next =
            switch verdict {
            case .free: "acquire the lock at once"
            case .held: "wait until it has seen this owner hold the lock for 10m"
            case .abandoned, .unreadable: "take over at once"
            case .stalled: "take over and evict the owner"
            }
        let evidence =
            switch verdict {
            case .free: "there is no lock file"
            case .held: "its kernel lock is held, and the last progress is"
            case .abandoned: "its kernel lock is free: its owner is gone"
            case .stalled: "its kernel lock is held, but the last progress is"
            case .unreadable: "its first line has no end"
            }
        let text = try home.mosaic("lock", "inspect")
        #expect(try text.wait() == .exit(verdict == .free ? 0 : 3))
        #expect(text.output.contains("Verdict: \(verdict), because \(evidence)"))
        #expect(text.output.contains("would \(next)"))

        let json = try home.mosaic("lock", "inspect", "--json")
        #expect(try json.wait() == .exit(verdict == .free ? 0 : 3))
        let document = try JSONText(json.output).object
        #expect(document["verdict"] as? String == verdict.rawValue)
        #expect((document["evidence"] as? String)?.hasPrefix(evidence) == true)
        #expect((document["next"] as? String)?.hasPrefix(next) == true)
        #expect(document["path"] as? String == home.lockPath)
        guard let owner else { return }
        #expect(text.output.contains("Owner: pid \(owner.pid), guard-holder"))
        #expect(text.output.contains("Reason: a test"))
        let described = try #require(document["owner"] as? [String: Any])
        #expect((described["record"] as? [String: Any])?["pid"] as? Int == Int(owner.pid))
        #expect(described["liveness"] as? String == (verdict == .abandoned ? "gone" : "alive"))
    }

    @Test("lock inspect shows phase and completed units of a restart under way")
    func progress() throws {
        let home = try ScriptedHome()
        let restart = try home.mosaic("restart", "--stable-for", "30s", "-v")
        try restart.waitForError("verify: 4 units")
        let inspect = try home.mosaic("lock", "inspect")
        #expect(try inspect.wait() == .exit(3))
        #expect(inspect.output.contains("Phase: verify 0/4"))
        #expect(inspect.output.contains("mosaic-agent@a1.service (drain: done)"))
        #expect(inspect.output.contains("mosaic-agent@a1.service (start: done)"))
        restart.signal(SIGTERM)
        #expect(try restart.wait() == .exit(143))
    }

    @Test("An owner that is stopped (Ctrl-Z) is not called one that works")
    func stopped() throws {
        let home = try ScriptedHome()
        let restart = try home.mosaic("restart", "--stable-for", "60s", "-v")
        try restart.waitForError("verify: 4 units")
        restart.signal(SIGSTOP)
        try eventually("it is stopped") {
            TestProcess.contents("/proc/\(restart.pid)/stat").contains(") T ")
        }
        let inspect = try home.mosaic("lock", "inspect")
        #expect(try inspect.wait() == .exit(3))
        #expect(inspect.output.contains("Process: stopped: process \(restart.pid) was stopped by a signal"))
        #expect(
            inspect.output.contains("Next: continue the owner: 'fg' in its terminal, or 'kill -CONT \(restart.pid)'"))
        let status = try home.mosaic("status")
        _ = try status.wait()
        #expect(
            status.output.hasPrefix("A restart is stopped ('fg' in its terminal, or 'kill -CONT \(restart.pid)'): "))
        restart.signal(SIGCONT)
        restart.signal(SIGTERM)
        #expect(try restart.wait() == .exit(143))
    }

    @Test("Without a lock there is nothing to break")
    func nothing() throws {
        let home = try ScriptedHome()
        let command = try home.mosaic("lock", "break")
        #expect(try command.wait() == .exit(0))
        #expect(command.output.contains("There is no lock to break"))
    }

    @Test("A dead owner's lock needs --yes where nobody can be asked")
    func needsYes() throws {
        let home = try ScriptedHome()
        _ = try Self.prepare(.abandoned, home)
        let silent = try home.mosaic("lock", "break")
        #expect(try silent.wait() == .exit(64))
        #expect(silent.errors.contains("--yes"))
        #expect(silent.output.contains("Verdict: abandoned"))
        #expect(home.lockExists)
        #expect(try home.mosaic("lock", "break", "--yes").wait() == .exit(0))
        #expect(home.leftovers.isEmpty)
    }

    @Test("A living owner's lock needs --force", arguments: [Verdict.held, .stalled])
    func needsForce(_ verdict: Verdict) throws {
        let home = try ScriptedHome()
        let owner = try #require(try Self.prepare(verdict, home))
        let refused = try home.mosaic("lock", "break", "--yes")
        #expect(try refused.wait() == .exit(75))
        #expect(refused.errors.contains("pid \(owner.pid) "))
        #expect(refused.errors.contains("--force"))
        #expect(home.lockExists)
        let token = try #require(try home.lockRecord()?.record.token)
        #expect(try home.mosaic("lock", "break", "--yes", "--force").wait() == .exit(0))
        #expect(!home.lockExists)
        // Its record stays until a next owner has seen it die.
        #expect(home.leftovers == ["evicted-\(token)"])
        let inspect = try home.mosaic("lock", "inspect")
        #expect(try inspect.wait() == .exit(0))
        #expect(inspect.output.contains("Evicted: owner pid \(owner.pid)"))
    }

    @Test("--token breaks only the lock that was looked at")
    func token() throws {
        let home = try ScriptedHome()
        _ = try Self.prepare(.abandoned, home)
        let record = try #require(try home.lockRecord()?.record)
        let other = try home.mosaic("lock", "break", "--yes", "--token", "00000000-0000-4000-8000-000000000000")
        #expect(try other.wait() == .exit(75))
        #expect(other.errors.contains("does not have the token"))
        #expect(try home.lockRecord()?.record == record)
        #expect(try home.mosaic("lock", "break", "--yes", "--token", record.token).wait() == .exit(0))
        #expect(!home.lockExists)
    }

    @Test(
        "On a terminal it shows the lock and asks",
        arguments: [("y", true), ("yes", true), ("n", false), ("", false), ("nonsense", false)])
    func asks(_ answer: String, isBroken: Bool) throws {
        let home = try ScriptedHome()
        let owner = try #require(try Self.prepare(.abandoned, home))
        let terminal = try PseudoTerminal()
        let command = try home.mosaic("lock", "break", input: .descriptor(terminal.descriptor))
        try eventually("it asks") { command.errors.contains("Break this lock? [y/N] ") }
        #expect(command.output.contains("Owner: pid \(owner.pid), guard-holder"))
        #expect(home.lockExists)
        try terminal.type(answer + "\n")
        #expect(try command.wait() == .exit(isBroken ? 0 : 3))
        #expect(home.lockExists == !isBroken)
    }

    /// Brings the lock into the state; the owner lives as long as the returned object where the verdict wants it.
    private static func prepare(_ verdict: Verdict, _ home: ScriptedHome) throws -> TestProcess? {
        switch verdict {
        case .free: return nil
        case .unreadable:
            try home.makeRunDirectory()
            try ScriptedHome.write("garbage", to: home.lockPath)
            return nil
        case .held: return try home.idleOwner()
        case .abandoned:
            let owner = try home.idleOwner()
            owner.signal(SIGKILL)
            try owner.wait()
            return owner
        case .stalled:
            let owner = try home.idleOwner()
            var times = [timespec(), timespec()]
            clock_gettime(CLOCK_REALTIME, &times[0])
            times[0].tv_sec -= 60
            times[1] = times[0]
            #expect(utimensat(AT_FDCWD, home.lockPath, times, 0) == 0)
            return owner
        }
    }
}
