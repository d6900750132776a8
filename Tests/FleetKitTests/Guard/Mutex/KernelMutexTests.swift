import Glibc
import SystemPackage
import Testing

@testable import FleetKit

@Suite struct KernelMutexTests {
    @Test(.timeLimit(.minutes(5)))
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

    @Test func `A waiter that was itself stopped gives a new holder under the old token its own time`() throws {
        let (time, processes) = (ManualTime(), FakeProcesses(pid: 1))
        var frozen = FrozenHolder(time: time, processes: processes, after: .seconds(5))
        let record = MutexRecord(mutex: .kernel, token: .random(), holder: FakeProcesses.identity(2))
        let file = FileID(device: 1, inode: 1)
        func look(_ holders: [Int32]) throws {
            processes.holders = { _ in holders }
            try frozen.observe(record, file: file, path: "/mutex")
        }
        processes.mine = [2, 3]
        try look([2])
        time.advance(by: .seconds(60))  // SIGSTOP; the stay of 2 ended, 3 is inside and has not yet signed in
        try look([3])
        time.advance(by: .milliseconds(2))
        try look([3])
        #expect(processes.killed.isEmpty)
        time.advance(by: .milliseconds(2_500))
        try look([3])
        #expect(processes.killed == [3])
        time.advance(by: .seconds(5))
        #expect(throws: Never.self) { try look([3]) }
        time.advance(by: .milliseconds(2_500))
        #expect(failure { try look([3]) }?.message.contains("does not die of SIGKILL") == true)
        #expect(processes.killed == [3])
    }

    @Test func `A waiter that is stopped while it looks who is inside does not count that to the holder`() throws {
        let (time, processes) = (ManualTime(), FakeProcesses(pid: 1))
        var frozen = FrozenHolder(time: time, processes: processes, after: .seconds(5))
        let record = MutexRecord(mutex: .kernel, token: .random(), holder: FakeProcesses.identity(2))
        processes.mine = [3]
        var isStopped = true
        processes.holders = { _ in
            if isStopped { time.advance(by: .seconds(60)) }
            return [3]
        }
        func look() throws { try frozen.observe(record, file: FileID(device: 1, inode: 1), path: "/mutex") }
        try look()
        time.advance(by: .milliseconds(2_500))
        try look()  // stopped for a minute; 3 came in at its end
        isStopped = false
        time.advance(by: .milliseconds(2))
        try look()
        #expect(processes.killed.isEmpty)
        time.advance(by: .milliseconds(2_498))
        try look()
        #expect(processes.killed == [3])
    }

    @Test func `Holders that left just before they were looked for are not one that cannot be seen`() throws {
        let (time, processes) = (ManualTime(), FakeProcesses(pid: 1))
        var frozen = FrozenHolder(time: time, processes: processes, after: .seconds(5))
        func look(_ token: LockToken) throws {
            let record = MutexRecord(mutex: .kernel, token: token, holder: FakeProcesses.identity(2))
            try frozen.observe(record, file: FileID(device: 1, inode: 1), path: "/mutex")
        }
        let (one, two) = (LockToken.random(), LockToken.random())
        try look(one)
        time.advance(by: .milliseconds(2_500))
        try look(one)
        time.advance(by: .milliseconds(2_500))
        try look(one)
        try look(two)  // the one that had left has signed in before
        for _ in 0..<2 {
            time.advance(by: .milliseconds(2_500))
            try look(two)
        }
        #expect(failure { try look(two) }?.message.contains("cannot be seen from here") == true)
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
        #expect(try !calls.lock(file, .exclusive), "one is inside the file that is at the name now")
        calls.close(file)
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
