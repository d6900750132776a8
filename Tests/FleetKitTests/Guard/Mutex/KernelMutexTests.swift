import Glibc
import SystemPackage
import Testing

@testable import FleetGuard
@testable import FleetKit

@Suite struct KernelMutexTests {
    @Test(.timeLimit(.minutes(10)))
    func `A frozen holder that cannot be proved to be ours is named, not killed`() throws {
        let arena = try Arena()
        let time = ManualTime()
        let store = try arena.store(time: time)  // makes the mutex
        let holder = try Child([
            "/usr/bin/flock", "--exclusive", "--no-fork", arena.mutexPath, "/bin/sh", "-c",
            "echo inside; exec sleep 600",
        ])
        #expect(holder.line() == "inside")
        holder.stop()
        let error = failure { try store.acquire(.test("one")) }
        #expect(error?.code == .io)
        #expect(error?.message.contains("process \(holder.pid)") == true, "\(String(describing: error))")
        #expect(error?.message.contains(arena.mutexPath) == true)
        #expect(error?.hint.contains("ps -p \(holder.pid)") == true)
        #expect(kill(holder.pid, 0) == 0)
        #expect(time.now() - .seconds(1_000) < .milliseconds(5_020))
    }

    /// A waiter that looks at one mutex, as often as one that spins does.
    private final class Waiter {
        let time = ManualTime()
        let processes = FakeProcesses(pid: 1)
        var frozen: FrozenHolder
        var record = MutexRecord(mutex: .kernel, token: .random(), holder: FakeProcesses.identity(2))

        init() { frozen = FrozenHolder(time: time, processes: processes, patience: MutexPatience()) }

        func look() throws { try frozen.observe(record, file: FileID(device: 1, inode: 1), path: "/mutex") }

        func look(for duration: Duration) throws {
            let end = time.now() + duration
            while time.now() < end {
                time.advance(by: min(.milliseconds(500), end - time.now()))
                try look()
            }
        }
    }

    @Test func `A waiter that was itself stopped gives a new holder under the old token its own time`() throws {
        let waiter = Waiter()
        waiter.processes.mine = [2, 3]
        waiter.processes.stopped = [2, 3]
        waiter.processes.holders = { _ in [2] }
        try waiter.look()
        waiter.time.advance(by: .seconds(60))  // SIGSTOP; the stay of 2 ended, 3 is inside and has not yet signed in
        waiter.processes.holders = { _ in [3] }
        try waiter.look(for: .seconds(4))
        #expect(waiter.processes.killed.isEmpty)
        try waiter.look(for: .seconds(1))
        #expect(waiter.processes.killed == [3])
        try waiter.look(for: .milliseconds(4_500))
        #expect(failure { try waiter.look(for: .seconds(1)) }?.message.contains("survives SIGKILL") == true)
        #expect(waiter.processes.killed == [3])
    }

    @Test func `A waiter that is stopped while it looks who is inside does not count that to the holder`() throws {
        let waiter = Waiter()
        waiter.processes.mine = [3]
        waiter.processes.stopped = [3]
        var isStopped = true
        waiter.processes.holders = { _ in
            if isStopped { waiter.time.advance(by: .seconds(60)) }
            return [3]
        }
        try waiter.look()
        try waiter.look(for: .milliseconds(2_500))  // stopped for a minute at its end, when 3 came in
        isStopped = false
        try waiter.look(for: .seconds(2))
        #expect(waiter.processes.killed.isEmpty)
        try waiter.look(for: .milliseconds(500))
        #expect(waiter.processes.killed == [3])
    }

    /// A slow disk, a busy machine: the kernel shows it as running or waiting, whatever the clock says.
    @Test func `A holder that is slow but not stopped is waited for, and left alone even when the waiter gives up`()
        throws
    {
        let waiter = Waiter()
        waiter.processes.mine = [2]
        waiter.processes.holders = { _ in [2] }
        try waiter.look()
        try waiter.look(for: .seconds(59))
        let error = failure { try waiter.look(for: .seconds(5)) }
        #expect(error?.code == .io)
        #expect(error?.message.contains("held for 60.0 seconds by process 2, which is slow but not stopped") == true)
        #expect(waiter.processes.killed.isEmpty)
    }

    @Test func `A holder that was stopped and goes on is not killed`() throws {
        let waiter = Waiter()
        waiter.processes.mine = [2]
        waiter.processes.stopped = [2]
        waiter.processes.holders = { _ in [2] }
        try waiter.look()
        try waiter.look(for: .milliseconds(4_500))
        waiter.processes.stopped = []
        try waiter.look(for: .seconds(10))
        #expect(waiter.processes.killed.isEmpty)
        waiter.processes.stopped = [2]  // again: its time begins anew
        try waiter.look(for: .seconds(2))
        #expect(waiter.processes.killed.isEmpty)
        try waiter.look(for: .seconds(4))
        #expect(waiter.processes.killed == [2])
    }

    @Test func `Holders that left just before they were looked for are not one that cannot be seen`() throws {
        let waiter = Waiter()
        try waiter.look()
        try waiter.look(for: .seconds(5))
        waiter.record.token = LockToken.random().rawValue
        try waiter.look()  // the one that had left has signed in before
        try waiter.look(for: .seconds(5))
        #expect(failure { try waiter.look() }?.message.contains("cannot be seen from here") == true)
    }

    @Test func `A holder that cannot be seen from here is not waited for without a bound`() throws {
        let arena = try Arena()
        let (time, processes) = (ManualTime(), FakeProcesses(pid: 1))
        let other = try arena.store(processes: FakeProcesses(pid: 2)).mutex
        try other.enter()
        let store = try arena.store(time: time, processes: processes)
        let error = failure { try store.acquire(.test("one")) }
        #expect(error?.code == .io)
        #expect(error?.message.contains("process 2 on here") == true, "\(String(describing: error))")
        #expect(time.now() - .seconds(1_000) < .milliseconds(5_020))
        #expect(processes.killed.isEmpty)
        other.leave()
    }

    @Test func `A holder that may not be killed is named`() throws {
        let arena = try Arena()
        let (time, processes) = (ManualTime(), FakeProcesses(pid: 1))
        processes.mayKill = false
        processes.stopped = [2]
        processes.holders = { _ in [2] }
        let other = try arena.store(processes: FakeProcesses(pid: 2)).mutex
        try other.enter()
        let error = failure { try arena.store(time: time, processes: processes).acquire(.test("one")) }
        #expect(error?.code == .io)
        #expect(error?.message.contains("process 2") == true)
        #expect(error?.hint.contains("kill -KILL 2") == true)
    }

    @Test func `The mutex file is permanent: no transition changes its inode`() throws {
        let arena = try Arena()
        let store = try arena.store()
        var inodes: Set<FileID> = []
        for _ in 0..<5 {
            let owned = try #require(try store.acquire(.test("one")))
            try store.release(owned)
            inodes.insert(try arena.calls().status(at: "restart.mutex").id)
        }
        #expect(inodes.count == 1)
    }

    @Test func `A mutex file that was removed by hand is not locked under nobody's name`() throws {
        let arena = try Arena()
        let (one, two) = (try arena.store(), try arena.store())
        try one.mutex.enter()
        one.mutex.leave()
        try two.mutex.enter()
        two.mutex.leave()
        #expect(unlink(arena.mutexPath) == 0)
        try one.mutex.enter()
        let calls = try arena.calls()
        let file = try calls.open("restart.mutex", .update)
        let isMine = try calls.lock(file, .exclusive)
        #expect(!isMine, "one is inside the file that is at the name now")
        one.mutex.leave()
    }

    @Test(arguments: ["", "garbage", "\n", String(repeating: "x", count: 5_000)])
    func `A damaged mutex file does no harm`(_ content: String) throws {
        let arena = try Arena()
        try arena.write(Array(content.utf8), to: "restart.mutex")
        let store = try arena.store()
        #expect(store.mutex.mode == .kernel)
        let owned = try #require(try store.acquire(.test("one")))
        try store.release(owned)
        #expect(try arena.leftovers().isEmpty)
    }

    @Test func `The holder signs in with its identity`() throws {
        let arena = try Arena()
        let mutex = try arena.store().mutex
        try mutex.enter()
        let record = MutexRecord(parsing: Array(try arena.text("restart.mutex").utf8))
        #expect(record?.holder == (try ProcFileSystem().me))
        #expect(record?.mutex == .kernel)
        mutex.leave()
    }
}
