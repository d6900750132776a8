import Glibc
import SystemPackage
import Testing

@testable import FleetGuard
@testable import FleetKit

/// Owners that lose the lock while they live.
@Suite struct EvictionTests {
    /// One contender: its own store, guard and process.
    private final class Party {
        let processes: FakeProcesses
        let store: FileLockStore
        let fleet: Guard
        let events = Collected<GuardEvent>()

        init(_ pid: Int32, _ arena: Arena, _ time: ManualTime, mutex: MutexChoice = .kernel) throws {
            let processes = FakeProcesses(pid: pid)
            self.processes = processes
            store = try arena.store(mutex: mutex, time: time, processes: processes)
            let events = events
            fleet = Guard(store: store, time: time, processes: processes, report: { events.append($0) })
        }
    }

    static let evictAtOnce = WaitPolicy(maxWait: .zero, evictGrace: .seconds(10))

    @Test func `R1 hangs, R2 takes over, R1's release does not drop R2's lock, R3 waits`() throws {
        let (arena, time) = (try Arena(), ManualTime())
        let (one, two, three) = (try Party(1, arena, time), try Party(2, arena, time), try Party(3, arena, time))
        let first = try one.fleet.acquire(.test("R1"), WaitPolicy())
        try first.checkFence()
        // R1 wakes up while R2 waits for its end, sees the fence and stops: it sends nothing, releases nothing.
        nonisolated(unsafe) var evicted: FleetError?
        nonisolated(unsafe) var sent: [String] = []
        time.whenSleeping { _ in
            guard evicted == nil else { return }
            evicted = failure {
                try first.checkFence()
                sent.append("R1")
            }
            one.fleet.release(first)
        }
        let second = try two.fleet.acquire(.test("R2"), Self.evictAtOnce)
        #expect(evicted?.code == .evicted)
        #expect(evicted?.exitStatus.rawValue == 76)
        #expect(evicted?.message.contains("taken over by pid 2 (R2") == true)
        #expect(evicted?.message.contains(arena.lockPath) == true)
        #expect(sent.isEmpty)
        try second.checkFence()
        #expect(
            failure { try three.fleet.acquire(.test("R3"), WaitPolicy(noWait: true)) }?.message.contains("pid 2")
                == true)
        one.fleet.release(first)
        try second.checkFence()
        #expect(failure { try first.checkFence() }?.code == .evicted)
        two.fleet.release(second)
        let third = try three.fleet.acquire(.test("R3"), WaitPolicy(noWait: true))
        three.fleet.release(third)
        #expect(try arena.leftovers().isEmpty)
    }

    @Test func `An eviction is an eviction even when the new record cannot be read`() throws {
        let (arena, time) = (try Arena(), ManualTime())
        let faulty = try arena.faulty()
        let store = try arena.store(faulty, time: time)
        let fleet = Guard(store: store, time: time, processes: FakeProcesses(pid: 1))
        let lock = try fleet.acquire(.test("R1"), WaitPolicy())
        let two = try Party(2, arena, time)
        let seen = try #require(try two.store.observe())
        let successor = try #require(try two.store.takeOver(seen, on: .forced, .test("R2")))
        defer { withExtendedLifetime(successor) {} }
        faulty.fault = { $0.operation == .open && $0.name == "restart.lock" ? .ioError : nil }
        #expect(failure { try lock.checkFence() }?.code == .evicted)
        fleet.release(lock)
    }

    @Test func `A fence that cannot look is no permission`() throws {
        let arena = try Arena()
        let faulty = try arena.faulty()
        let fleet = Guard(store: try arena.store(faulty), time: ManualTime(), processes: FakeProcesses(pid: 1))
        let lock = try fleet.acquire(.test("R1"), WaitPolicy())
        faulty.fault = { $0.operation == .statusByPath ? .ioError : nil }
        #expect(failure { try lock.checkFence() }?.code == .io)
        faulty.fault = { _ in nil }
        fleet.release(lock)
    }

    @Test func `After a break the fence says so`() throws {
        let (arena, time) = (try Arena(), ManualTime())
        let (one, two) = (try Party(1, arena, time), try Party(2, arena, time))
        let lock = try one.fleet.acquire(.test("R1"), WaitPolicy())
        #expect(try two.store.breakWhatIsThere())
        let error = failure { try lock.checkFence() }
        #expect(error?.code == .evicted)
        #expect(error?.message.contains("broken by an operator") == true)
        one.fleet.release(lock)
    }

    /// Runs C's acquire after A was evicted by B and B by C, or after A was broken; C must not return before the
    /// kernel locks of all of them are free.
    @Test(arguments: [true, false]) func `C does not begin before A and B are gone`(_ byBreak: Bool) throws {
        let (arena, time) = (try Arena(), ManualTime())
        let (a, b, c) = (try Party(1, arena, time), try Party(2, arena, time), try Party(3, arena, time))
        let first = try #require(try a.store.acquire(.test("A")))
        let second: OwnedLock
        if byBreak {
            #expect(try b.store.breakWhatIsThere())
            second = try #require(try b.store.acquire(.test("B")))
            #expect(try c.store.breakWhatIsThere())
            #expect(try c.store.observe() == nil)
        } else {
            let seen = try #require(try b.store.observe())
            second = try #require(try b.store.takeOver(seen, on: .forced, .test("B")))
        }
        nonisolated(unsafe) var gone: [String] = []
        time.whenSleeping { now in
            if now >= .seconds(1_003), !gone.contains("B") {
                gone.append("B")
                try? b.store.release(second)
            }
            if now >= .seconds(1_006), !gone.contains("A") {
                gone.append("A")
                try? a.store.release(first)
            }
        }
        let third = try c.fleet.acquire(.test("C"), byBreak ? WaitPolicy(noWait: true) : Self.evictAtOnce)
        #expect(gone == ["B", "A"])
        #expect(time.now() >= .seconds(1_006))
        #expect(try arena.leftovers() == ["restart.lock"])
        #expect(c.processes.killed.isEmpty)
        let buried = c.events.all.filter { if case .buried = $0 { true } else { false } }
        #expect(buried.count == 2)
        try third.checkFence()
        c.fleet.release(third)
    }

    @Test func `An owner that does not stop is killed after the grace, with every command that holds its record`()
        throws
    {
        let (arena, time) = (try Arena(), ManualTime())
        let (a, b) = (try Party(1, arena, time), try Party(2, arena, time))
        let first = try #require(try a.store.acquire(.test("A")))
        // A's commands fork while they are being counted: each look finds another one.
        nonisolated(unsafe) var next: Int32 = 100
        b.processes.holders = { _ in [1, next] }
        b.processes.onKill = { pid in
            guard pid >= 100 else { return }
            next += 1
            if next == 105 { try? a.store.release(first) }
        }
        let lock = try b.fleet.acquire(.test("B"), Self.evictAtOnce)
        #expect(time.now() >= .seconds(1_010))
        #expect(b.processes.killed.filter { $0 >= 100 } == [100, 101, 102, 103, 104])
        #expect(b.processes.killed.contains(1))
        let reports = b.events.all.compactMap { event in if case .killed(_, let pid) = event { pid } else { nil } }
        #expect(reports.sorted() == [1, 100, 101, 102, 103, 104])
        #expect(try arena.leftovers() == ["restart.lock"])
        b.fleet.release(lock)
    }

    @Test func `An owner that nothing here can end is warned of and passed over, and its record stays`() throws {
        let (arena, time) = (try Arena(), ManualTime())
        let (a, b) = (try Party(1, arena, time), try Party(2, arena, time))
        let first = try #require(try a.store.acquire(.test("A")))
        b.processes.states[1] = .unknowable
        let lock = try b.fleet.acquire(.test("B"), Self.evictAtOnce)
        let waited = time.now() - .seconds(1_000)
        #expect(waited >= .seconds(10) && waited < .milliseconds(10_200))
        #expect(b.processes.killed.isEmpty)
        guard case .notBuried(_, let why)? = b.events.all.last else {
            Issue.record("\(b.events.all)")
            return
        }
        #expect(why.contains("host here"))
        #expect(try arena.leftovers() == ["evicted-\(first.record.token)", "restart.lock"])
        try a.store.release(first)
        b.fleet.release(lock)
    }

    @Test func `Who waits for the evicted to end still stamps, and stops when evicted in turn`() throws {
        let (arena, time) = (try Arena(), ManualTime())
        let (a, b, c) = (try Party(1, arena, time), try Party(2, arena, time), try Party(3, arena, time))
        let first = try #require(try a.store.acquire(.test("A")))
        let faulty = try arena.faulty()
        let fleet = Guard(
            store: try arena.store(faulty, time: time, processes: b.processes), time: time, processes: b.processes)
        nonisolated(unsafe) var third: OwnedLock?
        time.whenSleeping { now in
            guard now >= .seconds(1_008), third == nil else { return }
            third = try? c.store.observe().flatMap { try c.store.takeOver($0, on: .forced, .test("C")) }
        }
        let error = failure { try fleet.acquire(.test("B"), Self.evictAtOnce) }
        #expect(error?.code == .evicted)
        #expect(error?.message.contains("pid 3") == true)
        #expect(faulty.calls.filter { $0.operation == .touch }.count == 7)
        #expect(faulty.openFiles == (faulty.holdsMutex ? 1 : 0))
        let owned = try #require(third)
        #expect(try c.store.isOwned(owned))
        // B is gone, A is not.
        #expect(
            try c.store.evicted().filter { $0.observation.kernelLock == .held }.map(\.name) == [
                "evicted-\(first.record.token)"
            ])
        try a.store.release(first)
        try c.store.release(owned)
    }

    @Test func `An interruption during a burial gives the lock back`() throws {
        let (arena, time) = (try Arena(), ManualTime())
        let (a, b) = (try Party(1, arena, time), try Party(2, arena, time))
        let first = try #require(try a.store.acquire(.test("A")))
        let fleet = Guard(
            store: b.store, time: time, processes: b.processes,
            interruption: { time.now() > .seconds(1_001) ? FleetError(.terminated, "terminated", hint: "") : nil })
        #expect(failure { try fleet.acquire(.test("B"), Self.evictAtOnce) }?.code == .terminated)
        #expect(try b.store.observe() == nil)
        #expect(try arena.leftovers() == ["evicted-\(first.record.token)"])
        try a.store.release(first)
    }

    @Test func `In path mode a gone process is buried by its identity`() throws {
        let (arena, time) = (try Arena(), ManualTime())
        let (a, b) = (try Party(1, arena, time, mutex: .path), try Party(2, arena, time, mutex: .path))
        let first = try #require(try a.store.acquire(.test("A")))
        time.whenSleeping { now in if now >= .seconds(1_004) { b.processes.states[1] = .gone } }
        let lock = try b.fleet.acquire(.test("B"), Self.evictAtOnce)
        #expect(time.now() >= .seconds(1_004))
        #expect(try arena.leftovers() == ["restart.lock"])
        try a.store.release(first)
        try lock.checkFence()
        b.fleet.release(lock)
    }

    @Test func `The guarded body's error gives the lock back`() throws {
        let (arena, time) = (try Arena(), ManualTime())
        let party = try Party(1, arena, time)
        let error = failure {
            try party.fleet.withLock(.test("A"), WaitPolicy()) { lock throws(FleetError) in
                try lock.checkFence()
                throw FleetError(.unitFailed, "failed", hint: "")
            }
        }
        #expect(error?.code == .unitFailed)
        #expect(try arena.leftovers().isEmpty)
    }
}
