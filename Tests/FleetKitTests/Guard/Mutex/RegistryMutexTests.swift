import Glibc
import SystemPackage
import Testing

@testable import FleetGuard
@testable import FleetKit

/// One suite for both kinds of registry mutex.
@Suite struct RegistryMutexTests {
    static let modes: [MutexChoice] = [.kernel, .path]

    @Test(.timeLimit(.minutes(10)), arguments: modes)
    func `At most one is inside, and nobody starves`(_ mode: MutexChoice) throws {
        let arena = try Arena()
        let inside = Counter()
        let overlaps = Collected<Int>()
        let rounds = 100
        let errors = Contender.race(6) { _ in
            let mutex = try arena.store(mutex: mode).mutex
            for _ in 0..<rounds {
                try mutex.inside { () throws(FleetError) in
                    let now = inside.add(1)
                    if now != 1 { overlaps.append(now) }
                    sched_yield()
                    inside.add(-1)
                }
            }
        }
        #expect(errors.isEmpty)
        #expect(overlaps.all.isEmpty)
        #expect(inside.highest == 1)
        #expect(try arena.names() == (mode == .kernel ? ["restart.mutex"] : []))
    }

    @Test(arguments: modes)
    func `Leaving lets the next one in at once, also when it was never entered`(_ mode: MutexChoice) throws {
        let arena = try Arena()
        let time = ManualTime()
        let (one, two) = (
            try arena.store(mutex: mode, time: time).mutex, try arena.store(mutex: mode, time: time).mutex
        )
        one.leave()
        for _ in 0..<3 {
            try one.enter()
            two.leave()  // not inside: must not let anybody in
            #expect(try isTaken(arena, mode))
            one.leave()
            one.leave()
            try two.enter()
            two.leave()
        }
        #expect(time.now() == .seconds(1_000), "nobody waited")
    }

    private func isTaken(_ arena: Arena, _ mode: MutexChoice) throws -> Bool {
        guard mode == .kernel else { return try arena.names().contains("restart.mutex") }
        let calls = try arena.calls()
        let file = try calls.open("restart.mutex", .update)
        return try !calls.lock(file, .exclusive)
    }

    @Test(arguments: modes)
    func `What is thrown inside leaves the mutex free`(_ mode: MutexChoice) throws {
        let arena = try Arena()
        let time = ManualTime()
        let mutex = try arena.store(mutex: mode, time: time).mutex
        let error = failure {
            try mutex.inside { () throws(FleetError) in throw FleetError(.io, "inside", hint: "") }
        }
        #expect(error?.message == "inside")
        try arena.store(mutex: mode, time: time).mutex.enter()
        #expect(time.now() == .seconds(1_000))
    }

    @Test(.timeLimit(.minutes(10)), arguments: modes)
    func `A crashed holder wedges nobody`(_ mode: MutexChoice) throws {
        let arena = try Arena()
        _ = try arena.calls()
        let holder = try Child.holder(mode == .kernel ? "kernel-mutex" : "path-mutex", arena.home)
        #expect(holder.line() == "inside")
        holder.signal(SIGKILL)
        holder.wait()
        let time = ManualTime()
        let mutex = try arena.store(mutex: mode, time: time).mutex
        try mutex.enter()
        let waited = time.now() - .seconds(1_000)
        // Kernel: at once. Path: after the stale time, and no later than one more step.
        #expect(mode == .kernel ? waited == .zero : waited >= .seconds(5) && waited < .milliseconds(5_020))
        mutex.leave()
        #expect(try arena.leftovers().isEmpty)
    }

    @Test(.timeLimit(.minutes(10)), arguments: modes)
    func `A frozen holder that is provably ours is killed`(_ mode: MutexChoice) throws {
        let arena = try Arena()
        _ = try arena.calls()
        let holder = try Child.holder(mode == .kernel ? "kernel-mutex" : "path-mutex", arena.home)
        #expect(holder.line() == "inside")
        holder.stop()
        let time = ManualTime()
        let mutex = try arena.store(mutex: mode, time: time).mutex
        // The kernel needs a moment of real time to end a process; the manual clock would run away meanwhile.
        time.whenSleeping { now in if now > .milliseconds(1_004_900) { usleep(200) } }
        try mutex.enter()
        #expect(time.now() >= .seconds(1_005))
        #expect(holder.wait() & 0x7f == SIGKILL)
        mutex.leave()
        #expect(try arena.leftovers().isEmpty)
    }

    @Test(arguments: modes)
    func `A holder that moves is never killed, however long one waits`(_ mode: MutexChoice) throws {
        let arena = try Arena()
        let processes = FakeProcesses(pid: 1)
        let time = ManualTime()
        let waiter = try arena.store(mutex: mode, time: time, processes: processes).mutex
        let busy = try arena.store(mutex: mode, processes: FakeProcesses(pid: 2)).mutex
        processes.holders = { _ in [2] }
        try busy.enter()
        nonisolated(unsafe) var entries = 0
        time.whenSleeping { now in
            // Every four seconds somebody else's stay begins; after half a minute there is none.
            guard now - .seconds(1_000) > .seconds(4) * (entries + 1) else { return }
            entries += 1
            busy.leave()
            if entries < 8 { try? busy.enter() }
        }
        try waiter.enter()
        #expect(entries == 8)
        #expect(processes.killed.isEmpty)
        waiter.leave()
    }

    @Test(arguments: modes)
    func `Who no longer wants to go in gives up, and is not inside`(_ mode: MutexChoice) throws {
        let arena = try Arena()
        let time = ManualTime()
        let holder = try arena.store(mutex: mode, processes: FakeProcesses(pid: 2)).mutex
        let faulty = try arena.faulty()
        let waiter = try arena.store(faulty, mutex: mode, time: time, processes: FakeProcesses(pid: 1)).mutex
        try holder.enter()
        var questions = 0
        let isInside = try waiter.enter { () throws(FleetError) in
            questions += 1
            return questions < 4
        }
        #expect(!isInside)
        #expect(questions == 4)
        #expect(time.now() - .seconds(1_000) < .milliseconds(2))
        waiter.leave()  // not inside: must not let anybody in
        #expect(try isTaken(arena, mode))
        holder.leave()
        #expect(try arena.leftovers().isEmpty)
        #expect(try waiter.enter { () throws(FleetError) in false }, "nobody is in the way, so nothing was asked")
        waiter.leave()
        #expect(faulty.openFiles == (faulty.holdsMutex ? 1 : 0))
    }

    @Test func `The kind that was asked for is the kind that is made`() throws {
        for (choice, mode) in [(MutexChoice.auto, LockRecord.Mode.kernel), (.kernel, .kernel), (.path, .path)] {
            let arena = try Arena()
            let store = try arena.store(mutex: choice)
            #expect(store.mutex.mode == mode)
            let owned = try #require(try store.acquire(.test("one")))
            #expect(owned.record.mutex == mode)
            #expect(try store.observe()?.kernelLock == (mode == .kernel ? .held : .unknown))
            try store.release(owned)
        }
    }
}
