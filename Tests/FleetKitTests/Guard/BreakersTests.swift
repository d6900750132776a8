import Glibc
import Synchronization
import Testing

@testable import FleetGuard
@testable import FleetKit

/// Several breakers at one barrier, each with its own store as a process has it.
@Suite struct BreakersTests {
    private func fleet(_ arena: Arena, _ mutex: MutexChoice) throws -> Guard {
        let processes = try ProcFileSystem()
        return Guard(
            store: try arena.store(mutex: mutex, processes: processes), time: SystemTime(), processes: processes)
    }

    /// A dead owner's lock, of this boot and with a pid that is surely free.
    private func plantDeadOwner(_ arena: Arena, _ mode: LockRecord.Mode) throws {
        var owner = try ProcFileSystem().me
        owner.start += 1
        let record = LockRecord(token: .random(), owner: owner, request: .test("dead"), acquiredAt: "", mutex: mode)
        try arena.write(try LockRecordText.firstLine(record), to: "restart.lock")
    }

    @Test(.timeLimit(.minutes(10)), arguments: [MutexChoice.kernel, .path])
    func `Of two breakers exactly one takes over, the other looks again`(_ mutex: MutexChoice) throws {
        for round in 0..<60 {
            let arena = try Arena()
            try plantDeadOwner(arena, mutex == .kernel ? .kernel : .path)
            let winners = Collected<Int>()
            let tried = Barrier(2)
            let errors = Contender.race(2) { index in
                let store = try arena.store(mutex: mutex)
                var observation = try store.observe()
                tried.arrive()
                var owned: OwnedLock?
                // Without a kernel lock, a child of another test that is between fork and exec has the record open for a
                // moment, as a command of the dead owner would. Then the next look tells, as for whoever waits.
                while owned == nil, let dead = observation, dead.record?.command == "dead" {
                    owned = try store.takeOver(dead, on: .ownerDead, .test("\(index)"))
                    if owned == nil { observation = try store.observe() }
                }
                if owned != nil { winners.append(index) }
                tried.arrive()
                #expect(try store.observe()?.record?.command == winners.all.first.map { "\($0)" })
                tried.arrive()
                if let owned { try store.release(owned) }
            }
            #expect(errors.isEmpty)
            #expect(winners.all.count == 1, "round \(round)")
            #expect(try arena.leftovers().isEmpty)
        }
    }

    /// What a child between fork and exec has open, it closes within microseconds. Nobody who waits may miss that.
    @Test(.timeLimit(.minutes(10)))
    func `A dead owner's record that a child has open for a moment is taken over when the child closes it`() throws {
        let arena = try Arena()
        let store = try arena.store(mutex: .path)
        try plantDeadOwner(arena, .path)
        let copy = open(arena.lockPath, O_WRONLY | O_CLOEXEC)
        let observation = try #require(try store.observe())
        #expect(try store.takeOver(observation, on: .ownerDead, .test("early")) == nil)
        let waits = Barrier(2)
        let hasWaited = Counter()
        let waiter = Contender {
            do {
                let processes = try ProcFileSystem()
                let fleet = Guard(
                    store: try arena.store(mutex: .path, processes: processes), time: SystemTime(),
                    processes: processes,
                    report: { event in
                        if case .waiting = event, hasWaited.add(1) == 1 { waits.arrive() }
                    })
                fleet.release(try fleet.acquire(.test("waiter"), WaitPolicy()))
            } catch {
                Issue.record(error)
            }
        }
        waits.arrive()
        close(copy)
        waiter.join()
        #expect(try arena.leftovers().isEmpty)
    }

    @Test(.timeLimit(.minutes(10)), arguments: [MutexChoice.kernel, .path])
    func `Of two who break a living owner exactly one does, and the record aside is kept`(
        _ mutex: MutexChoice
    ) throws {
        for _ in 0..<60 {
            let arena = try Arena()
            let owner = try arena.store(mutex: mutex)
            let owned = try #require(try owner.acquire(.test("living")))
            let observation = try #require(try owner.observe())
            let breakers = Collected<Int>()
            let errors = Contender.race(2) { index in
                if try arena.store(mutex: mutex).breakLock(observation, on: .forced) { breakers.append(index) }
            }
            #expect(errors.isEmpty)
            #expect(breakers.all.count == 1)
            #expect(try arena.leftovers() == ["evicted-\(owned.record.token)"])
            try owner.release(owned)
        }
    }

    @Test(.timeLimit(.minutes(10)), arguments: [MutexChoice.kernel, .path])
    func `Of three breakers at most one is active at any time, and no lock is left`(
        _ mutex: MutexChoice
    ) throws {
        for round in 0..<25 {
            let arena = try Arena()
            try plantDeadOwner(arena, mutex == .kernel ? .kernel : .path)
            let active = Counter()
            let tokens = Collected<String>()
            let errors = Contender.race(3) { index in
                let guarded = try fleet(arena, mutex)
                try guarded.withLock(.test("\(index)"), WaitPolicy(maxWait: .seconds(60))) { lock throws(FleetError) in
                    active.add(1)
                    tokens.append(lock.record.token)
                    try lock.checkFence()
                    try lock.report(ProgressEvent(phase: "holder"))
                    active.add(-1)
                }
            }
            #expect(errors.isEmpty, "round \(round)")
            #expect(active.highest == 1)
            #expect(Set(tokens.all).count == 3)
            #expect(try arena.leftovers().isEmpty)
        }
    }
}
