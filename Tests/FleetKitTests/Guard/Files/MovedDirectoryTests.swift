import FoundationEssentials
import Testing

@testable import FleetGuard
@testable import FleetKit

/// The run directory renamed away under processes that hold it open: all their files keep their names, and whoever
/// comes later makes a new one. Ownership is what the *path* shows.
@Suite struct MovedDirectoryTests {
    private func move(_ arena: Arena) throws {
        try FileManager.default.moveItem(atPath: arena.run, toPath: arena.run + ".moved")
    }

    @Test(arguments: [MutexChoice.kernel, .path])
    func `Its owner is evicted, before and after another one owns the new one`(_ mode: MutexChoice) throws {
        let arena = try Arena()
        let one = Guard(
            store: try arena.store(mutex: mode), time: ManualTime(), processes: FakeProcesses(pid: 1))
        let lock = try one.acquire(.test("R1"), WaitPolicy())
        try lock.checkFence()
        try move(arena)
        let error = failure { try lock.checkFence() }
        #expect(error?.code == .evicted)
        #expect(error?.message.contains("moved away") == true, "\(String(describing: error))")
        let two = Guard(
            store: try arena.store(mutex: mode), time: ManualTime(), processes: FakeProcesses(pid: 2))
        let next = try two.acquire(.test("R2"), WaitPolicy(noWait: true))
        try next.checkFence()
        #expect(failure { try lock.checkFence() }?.code == .evicted)
        one.release(lock)
        try next.checkFence()
        two.release(next)
        #expect(try arena.leftovers().isEmpty)
        let left = try FileManager.default.contentsOfDirectory(atPath: arena.run + ".moved")
        #expect(left.allSatisfy { $0 == "restart.mutex" }, "\(left)")
    }

    @Test func `Moved away and back, its owner owns it again: nobody else could have`() throws {
        let arena = try Arena()
        let store = try arena.store()
        let owned = try #require(try store.acquire(.test("R1")))
        try move(arena)
        #expect(try !store.isOwned(owned))
        try FileManager.default.moveItem(atPath: arena.run + ".moved", toPath: arena.run)
        #expect(try store.isOwned(owned))
        try store.release(owned)
    }

    @Test func `Nothing is published where nobody looks`() throws {
        for byParent in [false, true] {
            let arena = try Arena()
            let store = try arena.store()
            let dead = try #require(try store.acquire(.test("dead")))
            let waiter = try arena.store()
            let seen = try #require(try waiter.observe())
            if byParent {
                let fleet = arena.home + "/fleet"
                try FileManager.default.moveItem(atPath: fleet, toPath: fleet + ".moved")
                try FileManager.default.createDirectory(atPath: arena.run, withIntermediateDirectories: true)
            } else {
                try move(arena)
            }
            let error = failure { try waiter.takeOver(seen, on: .forced, .test("me")) }
            #expect(error?.code == .io)
            #expect(error?.message.contains(arena.run) == true, "\(String(describing: error))")
            #expect(error?.hint.contains("removed or replaced") == true)
            try store.release(dead)
            #expect(failure { try waiter.acquire(.test("me")) }?.code == .io)
        }
    }
}
