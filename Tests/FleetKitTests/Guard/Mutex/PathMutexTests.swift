import FoundationEssentials
import Glibc
import SystemPackage
import Testing

@testable import FleetGuard
@testable import FleetKit

@Suite struct PathMutexTests {
    private func makeEmpty(_ arena: Arena) throws { try arena.write([], to: "restart.mutex") }

    @Test func `A mutex that is being created is empty, and is not reaped while it is fresh`() throws {
        let arena = try Arena()
        try makeEmpty(arena)
        let time = ManualTime()
        let mutex = try arena.store(mutex: .path, time: time, processes: FakeProcesses(pid: 1)).mutex
        nonisolated(unsafe) var disappearedAt: Duration?
        let path = arena.mutexPath
        time.whenSleeping { now in
            if disappearedAt == nil, access(path, F_OK) != 0 { disappearedAt = now }
        }
        try mutex.enter()
        // On the waiter's clock: whatever its modification time says, it was seen for the whole stale time.
        #expect(time.now() - .seconds(1_000) >= .seconds(5))
        #expect(disappearedAt == nil || disappearedAt.map { $0 >= .seconds(1_005) } == true)
        mutex.leave()
        #expect(try arena.names().isEmpty)
    }

    @Test(arguments: [0, 4_000_000_000])
    func `Its modification time is compared, never read as a time`(_ seconds: Int) throws {
        let arena = try Arena()
        try makeEmpty(arena)
        var times = [timespec(tv_sec: seconds, tv_nsec: 0), timespec(tv_sec: seconds, tv_nsec: 0)]
        #expect(utimensat(AT_FDCWD, arena.mutexPath, &times, 0) == 0)
        let time = ManualTime()
        let mutex = try arena.store(mutex: .path, time: time, processes: FakeProcesses(pid: 1)).mutex
        try mutex.enter()
        let waited = time.now() - .seconds(1_000)
        #expect(waited >= .seconds(5) && waited < .milliseconds(5_020))
        mutex.leave()
    }

    @Test func `A mutex that changes hands or is touched in between is given new time`() throws {
        let arena = try Arena()
        try makeEmpty(arena)
        let time = ManualTime()
        let mutex = try arena.store(mutex: .path, time: time, processes: FakeProcesses(pid: 1)).mutex
        let path = arena.mutexPath
        nonisolated(unsafe) var changes = 0
        time.whenSleeping { now in
            guard now - .seconds(1_000) > .seconds(4) * (changes + 1), changes < 3 else { return }
            changes += 1
            var times = [timespec(tv_sec: changes, tv_nsec: 0), timespec(tv_sec: changes, tv_nsec: 0)]
            utimensat(AT_FDCWD, path, &times, 0)
        }
        try mutex.enter()
        #expect(changes == 3)
        #expect(time.now() - .seconds(1_000) >= .seconds(17))
        mutex.leave()
    }

    @Test(.timeLimit(.minutes(10)))
    func `Of many who find a crashed holder's mutex, one at a time gets inside`() throws {
        for _ in 0..<15 {
            let arena = try Arena()
            try makeEmpty(arena)
            let inside = Counter()
            let patience = MutexPatience(frozenAfter: .milliseconds(20), longestStep: .microseconds(200))
            let errors = Contender.race(4) { index in
                let processes = FakeProcesses(pid: Int32(index + 1))
                processes.mayKill = false
                let mutex = try arena.store(mutex: .path, processes: processes, patience: patience).mutex
                try mutex.inside { () throws(FleetError) in
                    inside.add(1)
                    sched_yield()
                    inside.add(-1)
                }
            }
            #expect(errors.isEmpty, "\(errors)")
            #expect(inside.highest == 1)
        }
    }

    @Test func `A reaper that crashed with its claim wedges nobody`() throws {
        let arena = try Arena()
        try makeEmpty(arena)
        let calls = try arena.calls()
        let victim = try calls.status(at: "restart.mutex")
        let claim = "reap-\(victim.id.inode)-\(victim.modified.seconds)-\(victim.modified.nanoseconds)"
        try arena.write([], to: claim)
        let time = ManualTime()
        let mutex = try arena.store(mutex: .path, time: time, processes: FakeProcesses(pid: 1)).mutex
        try mutex.enter()
        #expect(time.now() - .seconds(1_000) >= .seconds(10), "the claim had its own stale time")
        mutex.leave()
        #expect(try arena.names().isEmpty)
    }

    @Test func `A holder that is slow but not stopped is waited for, and never killed`() throws {
        let arena = try Arena()
        let holder = try arena.store(mutex: .path, processes: FakeProcesses(pid: 2)).mutex
        try holder.enter()
        let (time, processes) = (ManualTime(), FakeProcesses(pid: 1))
        time.whenSleeping { now in if now > .seconds(1_040) { holder.leave() } }
        let waiter = try arena.store(mutex: .path, time: time, processes: processes).mutex
        try waiter.enter()
        #expect(time.now() > .seconds(1_040))
        #expect(processes.killed.isEmpty)
        waiter.leave()
        #expect(try arena.names().isEmpty)
    }

    @Test(arguments: [Liveness.alive, .unknowable])
    func `A holder that stays for a minute is named, and its mutex is left alone`(_ liveness: Liveness) throws {
        let arena = try Arena()
        let holder = try arena.store(mutex: .path, processes: FakeProcesses(pid: 2)).mutex
        try holder.enter()
        let (time, processes) = (ManualTime(), FakeProcesses(pid: 1))
        processes.states[2] = liveness
        let error = failure { try arena.store(mutex: .path, time: time, processes: processes).mutex.enter() }
        #expect(error?.code == .io)
        #expect(error?.message.contains("held for 60.0 seconds by process 2") == true)
        #expect(processes.killed.isEmpty)
        #expect(try arena.names() == ["restart.mutex"])
        holder.leave()
    }

    @Test func `A frozen holder that may not be killed is named, and stays inside`() throws {
        let arena = try Arena()
        let holder = try arena.store(mutex: .path, processes: FakeProcesses(pid: 2)).mutex
        try holder.enter()
        let processes = FakeProcesses(pid: 1)
        processes.mayKill = false
        processes.stopped = [2]
        let error = failure {
            try arena.store(mutex: .path, time: ManualTime(), processes: processes).mutex.enter()
        }
        #expect(error?.code == .io)
        #expect(error?.message.contains("process 2") == true)
        #expect(error?.message.contains(arena.mutexPath) == true)
        #expect(try arena.names() == ["restart.mutex"])
        holder.leave()
        #expect(try arena.names().isEmpty)
    }

    @Test func `A younger mutex at the name is not removed by the one who left`() throws {
        let arena = try Arena()
        let mutex = try arena.store(mutex: .path).mutex
        try mutex.enter()
        #expect(unlink(arena.mutexPath) == 0)
        try makeEmpty(arena)
        mutex.leave()
        #expect(try arena.names() == ["restart.mutex"])
    }
}
