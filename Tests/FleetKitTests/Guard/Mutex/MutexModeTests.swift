import SystemPackage
import Testing

@testable import FleetGuard
@testable import FleetKit

/// Which kind of mutex is used, and that two kinds never run beside each other.
@Suite struct MutexModeTests {
    static let unsupported: [Errno] = [.noLocks, .notSupportedOnSocket, .notSupported, .noFunction]

    private func withoutFlock(_ arena: Arena, _ error: Errno) throws -> FaultyLockFiles {
        let faulty = try arena.faulty()
        faulty.fault = { $0.operation == .lock ? error : nil }
        return faulty
    }

    @Test(arguments: unsupported) func `Without flock the path mutex is chosen`(_ error: Errno) throws {
        let arena = try Arena()
        let store = try arena.store(try withoutFlock(arena, error))
        #expect(store.mutex.mode == .path)
        #expect(try arena.names().isEmpty)
        let owned = try #require(try store.acquire(.test("one")))
        #expect(owned.record.mutex == .path)
        #expect(try store.observe()?.kernelLock == .unknown)
        try store.release(owned)
        #expect(try arena.names().isEmpty)
    }

    @Test(arguments: unsupported)
    func `An empty mutex without flock is one that is being created: the path mutex is chosen`(_ error: Errno) throws {
        let arena = try Arena()
        try arena.write([], to: "restart.mutex")
        #expect(try arena.store(try withoutFlock(arena, error)).mutex.mode == .path)
    }

    @Test(arguments: [Errno.ioError, .permissionDenied])
    func `Any other error of flock is an error`(_ error: Errno) throws {
        let arena = try Arena()
        let thrown = failure { try arena.store(try withoutFlock(arena, error)) }
        #expect(thrown?.code == .io)
        #expect(thrown?.message.contains(arena.mutexPath) == true)
        #expect(try arena.names().isEmpty)
    }

    @Test func `A kernel mutex that was asked for is not replaced by another kind`() throws {
        let arena = try Arena()
        let error = failure {
            try arena.store(try withoutFlock(arena, .noLocks), mutex: .kernel).acquire(.test("one"))
        }
        #expect(error?.code == .io)
        #expect(error?.advice == .noFlock)
        #expect(try arena.names().isEmpty)
    }

    @Test func `A path process refuses a kernel mutex`() throws {
        let arena = try Arena()
        let kernel = try arena.store(mutex: .kernel)
        let owned = try #require(try kernel.acquire(.test("kernel")))
        let path = try arena.store(mutex: .path, time: ManualTime())
        let error = failure { try path.acquire(.test("path")) }
        #expect(error?.code == .io)
        #expect(error?.message.contains("uses the kernel mutex") == true)
        #expect(error?.advice == .mutexClash)
        try kernel.release(owned)
        #expect(try arena.leftovers().isEmpty)
    }

    @Test func `A kernel process refuses a path mutex, and auto becomes one of its kind`() throws {
        let arena = try Arena()
        let path = try arena.store(mutex: .path)
        try path.mutex.enter()
        let error = failure { try arena.store(mutex: .kernel, time: ManualTime()).acquire(.test("kernel")) }
        #expect(error?.code == .io)
        #expect(error?.message.contains("uses the path mutex") == true)
        #expect(try arena.store(mutex: .auto).mutex.mode == .path)
        path.mutex.leave()
        #expect(try arena.leftovers().isEmpty)
    }

    @Test(arguments: [LockRecord.Mode.kernel, .path])
    func `A lock of the other kind is neither taken over nor broken`(_ mode: LockRecord.Mode) throws {
        let arena = try Arena()
        let record = LockRecord(
            token: .random(), owner: FakeProcesses.identity(42), request: .test("other"), acquiredAt: "", mutex: mode)
        try arena.write(try LockRecordText.firstLine(record), to: "restart.lock")
        let store = try arena.store(mutex: mode == .kernel ? .path : .kernel)
        let observation = try #require(try store.observe())
        for ground in [TakeoverGround.ownerDead, .forced] {
            #expect(
                failure { try store.takeOver(observation, on: ground, .test("one")) }?.message
                    .contains("uses the \(mode.rawValue) mutex") == true)
            #expect(failure { try store.breakLock(observation, on: ground) }?.code == .io)
        }
        #expect(try store.observe() == observation)
    }
}
