import Glibc
import SystemPackage
import Testing

@testable import FleetGuard
@testable import FleetKit

/// How the guard waits for somebody else's lock, in a world whose clock is the test's.
@Suite struct GuardWaitingTests {
    /// A guard on the real file system whose waits move a manual clock.
    private struct World {
        let arena: Arena
        let time = ManualTime()
        let processes = FakeProcesses(pid: 1)
        let faulty: FaultyLockFiles
        let watch: ManualWatch
        let owner: FileLockStore
        let events = Collected<GuardEvent>()
        let fleet: Guard

        init(interruption: @escaping () -> FleetError? = { nil }) throws {
            arena = try Arena()
            faulty = try arena.faulty()
            let watch = ManualWatch(time)
            self.watch = watch
            faulty.wrapWatch = { _ in watch }
            owner = try arena.store(processes: FakeProcesses(pid: 2))
            let events = events
            fleet = Guard(
                store: try arena.store(faulty, time: time, processes: processes), time: time, processes: processes,
                interruption: interruption, report: { events.append($0) })
        }

        /// The hooks hold the world that holds them.
        func end() {
            watch.onWait = { false }
            time.forgetHooks()
        }

        var waited: Duration { time.now() - .seconds(1_000) }
    }

    @Test func `A released lock is taken, and the wait is told from 400 ms on`() throws {
        let world = try World()
        defer { world.end() }
        let owned = try #require(try world.owner.acquire(.test("other")))
        try world.owner.append(ProgressEvent(phase: "drain", done: 1, total: 5), to: owned)
        world.watch.onWait = {
            if world.waited >= .seconds(3) { try? world.owner.release(owned) }
            return false
        }
        let lock = try world.fleet.acquire(.test("me"), WaitPolicy())
        #expect(lock.record.command == "me")
        let statuses = world.events.all.compactMap { event in
            if case .waiting(let status) = event { status } else { nil }
        }
        #expect(statuses.first?.waited == .milliseconds(400))
        #expect(statuses.first?.observation.record == owned.record)
        #expect(statuses.first?.observation.events.last?.done == 1)
        #expect(statuses.first?.verdict == .held)
        #expect(world.watch.timeouts.allSatisfy { $0 <= .seconds(1) })
        world.fleet.release(lock)
        #expect(try world.arena.leftovers().isEmpty)
    }

    @Test func `A lock that is free or abandoned is taken without waiting or a word of waiting`() throws {
        let world = try World()
        defer { world.end() }
        world.fleet.release(try world.fleet.acquire(.test("me"), WaitPolicy(noWait: true)))
        try world.arena.write(try LockRecordText.firstLine(LockRecordTextTests.record), to: "restart.lock")
        let lock = try world.fleet.acquire(.test("me"), WaitPolicy(noWait: true))
        #expect(world.waited == .zero)
        #expect(world.watch.timeouts.isEmpty)
        guard case .tookOver(let observation, .abandoned)? = world.events.all.first else {
            Issue.record("\(world.events.all)")
            return
        }
        #expect(observation.record == LockRecordTextTests.record)
        world.fleet.release(lock)
    }

    @Test func `Not waiting ends at once, naming the owner and the file`() throws {
        let world = try World()
        defer { world.end() }
        let owned = try #require(try world.owner.acquire(.test("other")))
        let error = failure { try world.fleet.acquire(.test("me"), WaitPolicy(noWait: true)) }
        #expect(error?.code == .busy)
        #expect(error?.exitStatus.rawValue == 75)
        #expect(error?.message.contains("pid 2 (other, for the whole fleet, reason: a test)") == true)
        #expect(error?.hint.contains(world.arena.lockPath) == true)
        #expect(world.waited == .zero)
        #expect(try world.owner.isOwned(owned))
        try world.owner.release(owned)
    }

    @Test func `The wait ends when it is over, not at the next look`() throws {
        let world = try World()
        defer { world.end() }
        let owned = try #require(try world.owner.acquire(.test("other")))
        let policy = WaitPolicy(maxWait: .milliseconds(2_300), onTimeout: .fail)
        #expect(failure { try world.fleet.acquire(.test("me"), policy) }?.code == .busy)
        #expect(world.waited == .milliseconds(2_300))
        try world.owner.release(owned)
    }

    @Test func `A stalled owner is evicted after the stall time, whatever the wall clock does`() throws {
        let world = try World()
        defer { world.end() }
        let owned = try #require(try world.owner.acquire(.test("other")))
        world.watch.onWait = {
            world.time.stepWallClock(by: 86_400)
            return false
        }
        // It sees the fence and stops as soon as it is buried.
        world.time.whenSleeping { _ in try? world.owner.release(owned) }
        let lock = try world.fleet.acquire(.test("me"), WaitPolicy(stallAfter: .seconds(30)))
        #expect(world.waited >= .seconds(30) && world.waited < .milliseconds(30_020))
        #expect(try world.arena.leftovers() == ["restart.lock"])
        #expect(world.processes.killed.isEmpty)
        world.fleet.release(lock)
    }

    @Test func `An owner that makes progress is waited for to the end of the wait`() throws {
        let world = try World()
        defer { world.end() }
        let owned = try #require(try world.owner.acquire(.test("other")))
        nonisolated(unsafe) var second: Int = 0
        let path = world.arena.lockPath
        world.watch.onWait = {
            second += 1  // stamps, at times that only differ
            var times = [timespec(tv_sec: second, tv_nsec: 0), timespec(tv_sec: second, tv_nsec: 0)]
            utimensat(AT_FDCWD, path, &times, 0)
            return false
        }
        world.time.whenSleeping { _ in try? world.owner.release(owned) }
        let policy = WaitPolicy(maxWait: .seconds(600), stallAfter: .seconds(30))
        let lock = try world.fleet.acquire(.test("me"), policy)
        #expect(world.waited >= .seconds(600) && world.waited < .milliseconds(600_020))
        world.fleet.release(lock)
    }

    @Test func `A signal ends the wait with its error, and nothing is held`() throws {
        nonisolated(unsafe) var signal: FleetError?
        let world = try World(interruption: { signal })
        defer { world.end() }
        let owned = try #require(try world.owner.acquire(.test("other")))
        world.watch.onWait = {
            signal = FleetError(.interrupted, "interrupted", hint: "")
            return true
        }
        #expect(failure { try world.fleet.acquire(.test("me"), WaitPolicy()) }?.code == .interrupted)
        #expect(try world.owner.isOwned(owned))
        #expect(world.faulty.openFiles == (world.faulty.holdsMutex ? 1 : 0))
        try world.owner.release(owned)
    }

    /// The kernel tells of the close of a dying owner's record before it frees the record's lock.
    @Test func `A look that came too early is followed by another one soon, not by the safety net`() throws {
        let world = try World()
        defer { world.end() }
        let owned = try #require(try world.owner.acquire(.test("other")))
        nonisolated(unsafe) var wakings = 0
        world.watch.onWait = {
            guard wakings > 0 || world.waited >= .seconds(5) else { return false }
            wakings += 1
            if wakings == 1 { return true }  // the close; the lock is still seen as held
            try? world.owner.release(owned)
            return false
        }
        let lock = try world.fleet.acquire(.test("me"), WaitPolicy())
        #expect(wakings == 2)
        #expect(world.watch.timeouts.last == .microseconds(200))
        world.fleet.release(lock)
    }

    @Test func `Who was beaten to a free lock rests, and looks at nothing of the new owner's meanwhile`() throws {
        let world = try World()
        defer { world.end() }
        let faster = try world.arena.store(processes: FakeProcesses(pid: 3))
        nonisolated(unsafe) var owned = try world.owner.acquire(.test("other"))
        nonisolated(unsafe) var callsBefore: Int?
        nonisolated(unsafe) var callsUntilRest: Int?
        world.watch.onWait = {
            if callsUntilRest == nil, callsBefore != nil {
                callsUntilRest = world.faulty.calls.count
                if let owned { try? faster.release(owned) }
                return true
            }
            guard world.waited >= .seconds(2), callsBefore == nil else { return false }
            if let owned { try? world.owner.release(owned) }
            world.faulty.fault = { call in
                guard call.operation == .open, call.name == "restart.lock" else { return nil }
                world.faulty.fault = { _ in nil }
                callsBefore = world.faulty.calls.count
                owned = try? faster.acquire(.test("faster"))  // between this look, which found nothing, and the mutex
                return .noSuchFileOrDirectory
            }
            return true
        }
        let lock = try world.fleet.acquire(.test("me"), WaitPolicy())
        let asked = world.faulty.calls[(try #require(callsBefore))..<(try #require(callsUntilRest))]
        #expect(!asked.contains { $0.name == "restart.lock" && $0.operation != .statusAtName }, "\(asked)")
        #expect(world.watch.timeouts.last == Guard.rest)
        world.fleet.release(lock)
    }

    /// What it is for, time, is measured by `make bench`.
    @Test func `A rehearsal asks nothing of the directory and leaves nothing there`() throws {
        let arena = try Arena()
        let faulty = try arena.faulty()
        let store = try arena.store(faulty)
        let before = (calls: faulty.calls.count, names: try arena.names())
        try store.rehearse(.test("me"))
        #expect(faulty.calls.count == before.calls)
        #expect(try arena.names() == before.names)
    }

    @Test func `Without any inotify instance left it waits all the same`() throws {
        for error in [Errno.tooManyOpenFiles, .noSpace] {
            let world = try World()
            defer { world.end() }
            let owned = try #require(try world.owner.acquire(.test("other")))
            world.faulty.fault = { $0.operation == .makeWatch ? error : nil }
            world.time.whenSleeping { _ in
                if world.waited >= .seconds(2) { try? world.owner.release(owned) }
            }
            let lock = try world.fleet.acquire(.test("me"), WaitPolicy())
            #expect(world.waited >= .seconds(2) && world.waited <= .milliseconds(2_100))
            world.fleet.release(lock)
        }
    }

    @Test func `The next owner's record is followed even when it gets the inode number of the last one`() throws {
        let world = try World()
        defer { world.end() }
        let (first, second) = (LockToken.random(), LockToken.random())
        let watch = CountingFollow()
        world.faulty.wrapWatch = { _ in watch }
        let store = try world.arena.store(world.faulty)
        let owned = try #require(try world.owner.acquire(.test("other")))
        let waiting = try store.makeWatch()
        var observation = try #require(try store.observe())
        for token in [first, first, second, second] {
            let record = LockRecord(
                token: token, owner: FakeProcesses.identity(2), request: .test("x"), acquiredAt: "", mutex: .kernel)
            observation.content = .record(try LockRecordText(parsing: LockRecordText.firstLine(record)))
            try waiting.wait(after: observation, timeout: .zero)
        }
        #expect(watch.follows == 2)
        #expect(watch.waits == 2)
        try world.owner.release(owned)
    }

    private final class CountingFollow: LockWatch {
        var follows = 0
        var waits = 0
        func follow(_ file: borrowing LockFile) { follows += 1 }
        func wait(timeout: Duration) -> Bool {
            waits += 1
            return false
        }
        func close() {}
    }
}
