import Glibc
import Testing

@testable import FleetGuard
@testable import FleetKit

/// The guard against real processes: what the kernel says of their lives, and how it wakes a waiter.
@Suite struct RealProcessTests {
    /// One restart that waits in a thread of its own; the safety net is taken out.
    private final class Waiter: Sendable {
        let waiting = Event()
        let waits = Collected<Duration>()
        let outcome = Collected<String>()
        let acquired = Event()

        func start(_ arena: Arena, _ policy: WaitPolicy = WaitPolicy()) -> Contender {
            Contender { [self] in
                do {
                    let processes = try ProcFileSystem()
                    let faulty = try arena.faulty()
                    faulty.wrapWatch = { [self] in WatchedWatch($0, waiting: waiting, waits: waits) }
                    let fleet = Guard(
                        store: try arena.store(faulty, processes: processes), time: SystemTime(), processes: processes)
                    let lock = try fleet.acquire(.test("waiter"), policy)
                    outcome.append(lock.record.token)
                    acquired.happen()
                    fleet.release(lock)
                } catch {
                    outcome.append("\(error)")
                    acquired.happen()
                }
            }
        }
    }

    @Test(.timeLimit(.minutes(5))) func `A release wakes the waiter`() throws {
        let arena = try Arena()
        let store = try arena.store()
        let owned = try #require(try store.acquire(.test("owner")))
        let waiter = Waiter()
        let thread = waiter.start(arena)
        #expect(waiter.waiting.wait())
        try store.release(owned)
        #expect(waiter.acquired.wait(), "the release did not end the wait")
        thread.join()
        #expect(waiter.outcome.all.first.map { LockToken($0) != nil } == true, "\(waiter.outcome.all)")
        #expect(try arena.leftovers().isEmpty)
    }

    @Test(.timeLimit(.minutes(5))) func `The death of the owner wakes the waiter, every time`() throws {
        for _ in 0..<10 {
            let arena = try Arena()
            let owner = try Child.holder("lock", arena.home)
            #expect(owner.line()?.hasPrefix("owns ") == true)
            let waiter = Waiter()
            let thread = waiter.start(arena)
            #expect(waiter.waiting.wait())
            owner.signal(SIGKILL)
            try #require(waiter.acquired.wait(), "the death did not end the wait")
            thread.join()
            #expect(waiter.outcome.all.first.map { LockToken($0) != nil } == true, "\(waiter.outcome.all)")
            #expect(try arena.leftovers().isEmpty)
        }
    }

    @Test(.timeLimit(.minutes(5))) func `A crashed owner's lock is taken at once, its record still there`() throws {
        let arena = try Arena()
        let owner = try Child.holder("lock", arena.home)
        #expect(owner.line()?.hasPrefix("owns ") == true)
        let store = try arena.store()
        #expect(try store.observe()?.kernelLock == .held)
        #expect(try store.observe()?.record?.pid == owner.pid)
        owner.signal(SIGKILL)
        owner.waitUntilZombie()
        // Not reaped: a zombie has closed its files, so its lock is free.
        #expect(try store.observe()?.kernelLock == .free)
        let processes = try ProcFileSystem()
        let lock = try Guard(store: store, time: ManualTime(), processes: processes).acquire(
            .test("next"), WaitPolicy(noWait: true))
        try store.release(lock.owned)
        #expect(try arena.leftovers().isEmpty)
    }

    @Test(.timeLimit(.minutes(5))) func `A frozen owner is evicted and killed, and its command with it`() throws {
        let arena = try Arena()
        let owner = try Child.holder("lock-with-child", arena.home)
        let words = try #require(owner.line()).split(separator: " ")
        let command = try #require(words.last.flatMap { pid_t($0) })
        defer { kill(command, SIGKILL) }  // in case the guard did not
        owner.stop()
        let killed = Collected<Int32>()
        let processes = try ProcFileSystem()
        let store = try arena.store(processes: processes)
        let fleet = Guard(
            store: store, time: SystemTime(), processes: processes,
            report: { event in if case .killed(_, let pid) = event { killed.append(pid) } })
        let lock = try fleet.acquire(.test("next"), WaitPolicy(stallAfter: .zero, evictGrace: .zero))
        #expect(Set(killed.all) == [owner.pid, command])
        #expect(owner.wait() & 0x7f == SIGKILL)
        #expect(processes.exclusiveHolders(of: lock.owned.id) == [processes.me.pid])
        fleet.release(lock)
        #expect(try arena.leftovers().isEmpty)
    }

    @Test(.timeLimit(.minutes(5))) func `A command that outlives its owner keeps the lock from being abandoned`() throws
    {
        let arena = try Arena()
        let owner = try Child.holder("lock-with-child", arena.home)
        let words = try #require(owner.line()).split(separator: " ")
        let command = try #require(words.last.flatMap { pid_t($0) })
        defer { kill(command, SIGKILL) }  // in case the guard did not
        owner.signal(SIGKILL)
        owner.wait()
        let processes = try ProcFileSystem()
        let store = try arena.store(processes: processes)
        let observation = try #require(try store.observe())
        #expect(observation.kernelLock == .held)
        #expect(processes.exclusiveHolders(of: observation.id) == [command])
        let identity = try #require(processes.identify(command))
        let fleet = Guard(store: store, time: SystemTime(), processes: processes)
        #expect(failure { try fleet.acquire(.test("next"), WaitPolicy(noWait: true)) }?.code == .busy)
        let lock = try fleet.acquire(.test("next"), WaitPolicy(stallAfter: .zero, evictGrace: .zero))
        #expect(processes.liveness(of: identity) == .gone)
        fleet.release(lock)
        #expect(try arena.leftovers().isEmpty)
    }

    @Test(.timeLimit(.minutes(5))) func `A thousand cycles leave no descriptor behind`() throws {
        let arena = try Arena()
        let child = try Child.holder("cycles", arena.home, "1000")
        let counts = try #require(child.line()).split(separator: " ").map { Int($0) }
        #expect(counts.count == 2)
        #expect(counts[0] == counts[1], "\(counts)")
    }

    @Test(.timeLimit(.minutes(5))) func `No descriptor of the guard's is passed on to a program`() throws {
        let arena = try Arena()
        let child = try Child.holder("inherited", arena.home)
        let line = try #require(child.line())
        // Directory, mutex, record, watch beside the three standard ones: there was something to see.
        let open = try #require(line.split(separator: " ").first.flatMap { Int($0) })
        #expect(open >= 7)
        #expect(line.hasSuffix(" []"), "\(line)")
    }
}
