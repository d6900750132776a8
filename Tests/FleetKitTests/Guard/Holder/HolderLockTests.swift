import FleetTestSupport
import Glibc
import Testing

@testable import FleetGuard
@testable import FleetKit

/// The lock of a holder, as files and as a rule.
@Suite struct HolderLockTests {
    private let runtime = FakeDirectory()
    private let processes: ProcFileSystem
    private let holder: UnitName
    private var folder: String { runtime.path + "/mosaic-fleet" }
    private var path: String { folder + "/h.service.lock" }

    init() throws {
        processes = try ProcFileSystem()
        holder = try UnitName("h.service")
    }

    private func claim(_ inode: UInt64 = 1, home: String = "/one", token: String = "t") -> HolderClaim {
        HolderClaim(
            home: home, place: FileID(device: 1, inode: inode), token: token, process: processes.me,
            command: "mosaic fleet restart")
    }

    private func attempt(_ claim: HolderClaim? = nil) throws -> HolderLock.Attempt {
        try HolderLock.attempt(
            in: runtime.path, holder: holder, claim: claim ?? self.claim(), processes: processes)
    }

    private func mine(_ claim: HolderClaim? = nil) throws -> HolderLock {
        guard case .mine(let lock) = try attempt(claim) else { throw DeadlineMissed("the lock is taken") }
        return lock
    }

    @Test func `One has it, the next one learns who, and it is free with the value`() throws {
        let lock = try mine()
        guard case .taken(let found) = try attempt(claim(2, home: "/two")) else { throw DeadlineMissed("not taken") }
        #expect(found == claim())
        lock.release()
        // A shorter claim over a longer one: what is left of that is not read.
        try mine(claim(home: "/a/much/longer/path/than/the/other")).release()
        let short = try mine(claim(home: "/s"))
        guard case .taken(let second) = try attempt() else { throw DeadlineMissed("not taken") }
        #expect(second.home == "/s")
        withExtendedLifetime(short) {}
    }

    @Test func `What a dead or another process wrote into a lock that is held is not believed`() throws {
        let lock = try mine()
        for text in ["", "x", String(decoding: try JSONLine.bytes(other(), of: "a claim"), as: UTF8.self)] {
            try ScriptedHome.write(text, to: path)
            guard case .unknown(let pids) = try attempt() else { throw DeadlineMissed("it was believed: \(text)") }
            #expect(pids == [getpid()])
        }
        withExtendedLifetime(lock) {}
    }

    /// A claim of a process that lives and does not hold the lock.
    private func other() throws -> HolderClaim {
        var claim = claim()
        claim.process = try #require(processes.identify(getppid()) ?? processes.identify(getpid()))
        claim.process.start += claim.process.pid == getpid() ? 1 : 0
        return claim
    }

    @Test(arguments: ["linked folder", "linked file", "writable folder", "writable file", "directory", "fifo"])
    func `What others could have prepared is refused, and not followed`(_ what: String) throws {
        let victim = runtime.path + "/victim"
        try ScriptedHome.write("precious", to: victim)
        try mine().release()
        switch what {
        case "linked folder":
            #expect(rename(folder, folder + "2") == 0 && symlink(folder + "2", folder) == 0)
        case "linked file": #expect(unlink(path) == 0 && symlink(victim, path) == 0)
        case "writable folder": chmod(folder, 0o777)
        case "writable file": chmod(path, 0o666)
        case "directory": #expect(unlink(path) == 0 && mkdir(path, 0o700) == 0)
        default: #expect(unlink(path) == 0 && mkfifo(path, 0o600) == 0)
        }
        let error = #expect(throws: FleetError.self) { try attempt() }
        #expect(error?.message.contains(folder) == true)
        #expect(TestProcess.contents(victim) == "precious")
    }

    // MARK: The rule

    private func keeper(
        _ arena: Arena, _ lock: HeldLock, _ time: ManualTime, _ processes: FakeProcesses, _ warnings: Collected<String>
    ) throws
        -> HolderGuard
    {
        HolderGuard(
            holder: holder, directory: runtime.path, home: arena.home, place: FileID(device: 1, inode: 1),
            store: try arena.store(mutex: .kernel, time: time, processes: processes), time: time,
            processes: processes, interruption: { nil }, warn: { warnings.append($0) })
    }

    private struct Stage {
        let arena: Arena
        let time = ManualTime()
        let processes = FakeProcesses(pid: 2)
        let lock: HeldLock
        let warnings = Collected<String>()

        init(isRun: Bool = false) throws {
            arena = try Arena()
            let fleet = Guard(
                store: try arena.store(mutex: .kernel, time: time, processes: processes), time: time,
                processes: processes)
            lock = try fleet.acquire(.test("mine", isRun: isRun), WaitPolicy())
        }
    }

    private func take(_ stage: Stage) throws(FleetError) -> HolderLock? {
        let rule: HolderGuard
        do {
            rule = try keeper(stage.arena, stage.lock, stage.time, stage.processes, stage.warnings)
        } catch { throw FleetError(.io, "\(error)", hint: "") }
        return try rule.take(under: stage.lock, grace: .seconds(10))
    }

    /// A lock in the hands of process 1.
    private func hold(_ stage: Stage, inode: UInt64, home: String, token: String = "t") throws -> HolderLock {
        var theirs = claim(inode, home: home, token: token)
        theirs.process = FakeProcesses.identity(1)
        stage.processes.holders = { _ in [1] }
        return try mine(theirs)
    }

    @Test func `Another home is refused at once, with both names`() throws {
        let stage = try Stage()
        let theirs = try hold(stage, inode: 2, home: "/two")
        let begin = stage.time.now()
        let error = #expect(throws: FleetError.self) { try take(stage) }
        #expect(error?.code == .unsafeHome && error?.exitStatus == .unsafeHome)
        #expect(error?.message.contains("/two") == true && error?.message.contains(stage.arena.home) == true)
        #expect(error?.message.contains("pid 1 ") == true)
        #expect(stage.time.now() == begin && stage.processes.killed == [])
        theirs.release()
        #expect(try take(stage) != nil)
    }

    @Test func `One of this home that lost its lock gets the grace, then it is killed`() throws {
        let stage = try Stage()
        let theirs = try hold(stage, inode: 1, home: "/one")
        stage.processes.onKill = { _ in theirs.release() }
        let begin = stage.time.now()
        #expect(try take(stage) != nil)
        #expect(stage.processes.killed == [1] && stage.time.now() - begin >= .seconds(10))
        #expect(stage.warnings.all.count == 1)
    }

    @Test func `One of this home that cannot be killed is warned about, and passed by`() throws {
        let stage = try Stage()
        let theirs = try hold(stage, inode: 1, home: "/one")
        #expect(try take(stage) == nil)
        #expect(stage.warnings.all.last?.contains("it cannot be ended") == true)
        withExtendedLifetime(theirs) {}
    }

    @Test func `The lock run that this process is inside of has it already`() throws {
        let stage = try Stage(isRun: true)
        let theirs = try hold(stage, inode: 1, home: "/one", token: stage.lock.record.token)
        let inner = Guard(
            store: try stage.arena.store(mutex: .kernel, time: stage.time, processes: stage.processes),
            time: stage.time, processes: stage.processes)
        let observation = try #require(try inner.store.observe())
        let begin = stage.time.now()
        try inner.withLock(inside: observation, .test("inner"), WaitPolicy()) { lock throws(FleetError) in
            let rule = HolderGuard(
                holder: holder, directory: runtime.path, home: stage.arena.home, place: FileID(device: 1, inode: 1),
                store: inner.store, time: stage.time, processes: stage.processes, interruption: { nil }, warn: { _ in })
            #expect(try rule.take(under: lock, grace: .seconds(10)) == nil)
        }
        #expect(stage.time.now() == begin)
        withExtendedLifetime(theirs) {}
    }

    @Test func `Held by nobody knows whom it is refused, after the moment in which a claim is written`() throws {
        let stage = try Stage()
        let theirs = try hold(stage, inode: 1, home: "/one")
        try ScriptedHome.write("", to: path)
        let error = #expect(throws: FleetError.self) { try take(stage) }
        #expect(error?.code == .unsafeHome && error?.message.contains("pid 1") == true)
        // Written meanwhile it counts.
        var sleeps = 0
        stage.time.whenSleeping { _ in
            sleeps += 1
            guard sleeps == 3 else { return }
            do {
                var theirs = claim(2, home: "/two")
                theirs.process = FakeProcesses.identity(1)
                try ScriptedHome.write(try JSONLine.bytes(theirs, of: "a claim"), to: path)
            } catch { Issue.record(error) }
        }
        let second = #expect(throws: FleetError.self) { try take(stage) }
        #expect(second?.message.contains("/two") == true)
        withExtendedLifetime(theirs) {}
    }
}
