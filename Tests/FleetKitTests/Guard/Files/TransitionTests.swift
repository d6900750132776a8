import Testing

@testable import FleetGuard
@testable import FleetKit

/// Acquire, release, take over and break, for every verdict.
@Suite struct TransitionTests {
    @Test func `Acquire takes a free lock and no other`() throws {
        let arena = try Arena()
        let (one, two) = (try arena.store(), try arena.store())
        #expect(try one.observe() == nil)
        let owned = try #require(try one.acquire(.test("one")))
        #expect(try two.acquire(.test("two")) == nil)
        #expect(try two.observe()?.record == owned.record)
        #expect(try two.observe()?.kernelLock == .held)
        try one.release(owned)
        #expect(try two.observe() == nil)
        #expect(try arena.leftovers().isEmpty)
    }

    @Test func `The record says who owns the lock`() throws {
        let arena = try Arena()
        let processes = try ProcFileSystem()
        let store = try arena.store(processes: processes)
        let request = LockRequest(
            scope: .agents(["a"]), command: "mosaic fleet restart a", reason: "why",
            maxHold: .seconds(90), isRun: true)
        let owned = try #require(try store.acquire(request))
        let record = try #require(try store.observe()?.record)
        #expect(record == owned.record)
        #expect(record.owner == processes.me)
        #expect(record.mutex == .kernel)
        #expect((record.isRun, record.maxHoldSeconds) == (true, 90))
        #expect(Timestamp.parse(record.acquiredAt) != nil)
        #expect(record.acquiredAt.hasSuffix("Z"))
        try store.release(owned)
        let plain = try #require(try store.acquire(.test("plain")))
        #expect(plain.record.isRun == nil)
        #expect(plain.record.token != record.token)
        try store.release(plain)
    }

    @Test func `Releasing twice, or when it is no more mine, does nothing`() throws {
        let arena = try Arena()
        let (one, two) = (try arena.store(), try arena.store())
        let first = try #require(try one.acquire(.test("one")))
        try one.release(first)
        let second = try #require(try two.acquire(.test("two")))
        try one.release(first)
        #expect(try two.isOwned(second))
        #expect(try !one.isOwned(first))
        try one.stamp(first)
        try one.append(ProgressEvent(phase: "drain"), to: first)
        #expect(try two.observe()?.events == [])
        try two.release(second)
    }

    @Test func `A dead owner's lock is replaced, and nothing is kept aside`() throws {
        let arena = try Arena()
        let store = try arena.store()
        var record = LockRecordTextTests.record
        record.isRun = nil
        try arena.write(try LockRecordText.firstLine(record), to: "restart.lock")
        let dead = try #require(try store.observe())
        #expect(dead.kernelLock == .free)
        let owned = try #require(try store.takeOver(dead, on: .ownerDead, .test("next")))
        #expect(try store.isOwned(owned))
        #expect(try arena.leftovers() == ["restart.lock"])
        try store.release(owned)
    }

    @Test func `A dead lock run's record is kept aside, for the scope of its command has to end first`() throws {
        let arena = try Arena()
        let store = try arena.store()
        let record = LockRecordTextTests.record
        try arena.write(try LockRecordText.firstLine(record), to: "restart.lock")
        let dead = try #require(try store.observe())
        let owned = try #require(try store.takeOver(dead, on: .ownerDead, .test("next")))
        #expect(try Set(arena.leftovers()) == ["restart.lock", "evicted-\(record.token)"])
        #expect(try store.evicted(before: owned).map(\.observation.record?.token) == [record.token])
        try store.release(owned)
    }

    @Test func `A living owner's lock is no dead owner's`() throws {
        let arena = try Arena()
        let (one, two) = (try arena.store(), try arena.store())
        let owned = try #require(try one.acquire(.test("one")))
        let observation = try #require(try two.observe())
        #expect(try two.takeOver(observation, on: .ownerDead, .test("two")) == nil)
        #expect(try !two.breakLock(observation, on: .ownerDead))
        #expect(try one.isOwned(owned))
        #expect(try arena.leftovers() == ["restart.lock"])
        try one.release(owned)
    }

    @Test func `Progress after the look saves the owner from a takeover for none`() throws {
        let arena = try Arena()
        let (one, two) = (try arena.store(), try arena.store())
        let owned = try #require(try one.acquire(.test("one")))
        let observation = try #require(try two.observe())
        repeat { try one.stamp(owned) } while try two.observe()?.stamp == observation.stamp
        #expect(try two.takeOver(observation, on: .noProgress, .test("two")) == nil)
        #expect(try !two.breakLock(observation, on: .noProgress))
        #expect(try one.isOwned(owned))
        let again = try #require(try two.observe())
        let taken = try #require(try two.takeOver(again, on: .noProgress, .test("two")))
        #expect(try !one.isOwned(owned))
        #expect(try arena.leftovers() == ["evicted-\(owned.record.token)", "restart.lock"])
        try one.release(owned)
        #expect(try two.isOwned(taken))
        try two.release(taken)
    }

    @Test func `What was observed is what is taken: another acquisition in between is left alone`() throws {
        let arena = try Arena()
        let (one, two) = (try arena.store(), try arena.store())
        let first = try #require(try one.acquire(.test("one")))
        let observation = try #require(try two.observe())
        try one.release(first)
        #expect(try two.takeOver(observation, on: .forced, .test("two")) == nil)
        #expect(try !two.breakLock(observation, on: .forced))
        let second = try #require(try one.acquire(.test("one again")))
        #expect(try two.takeOver(observation, on: .forced, .test("two")) == nil)
        #expect(try !two.breakLock(observation, on: .forced))
        #expect(try one.isOwned(second))
        try one.release(second)
        #expect(try arena.leftovers().isEmpty)
    }

    @Test func `A broken lock is free, its living owner's record kept aside with inode and kernel lock`() throws {
        let arena = try Arena()
        let (one, two) = (try arena.store(), try arena.store())
        let owned = try #require(try one.acquire(.test("one")))
        let observation = try #require(try two.observe())
        #expect(try two.breakLock(observation, on: .forced))
        #expect(try two.observe() == nil)
        let aside = try #require(try two.evicted().first)
        #expect(aside.name == "evicted-\(owned.record.token)")
        #expect(aside.observation.id == owned.id)
        #expect(aside.observation.kernelLock == .held)
        try one.release(owned)
        #expect(try two.evicted().first?.observation.kernelLock == .free)
        try two.bury(aside)
        #expect(try arena.leftovers().isEmpty)
    }

    @Test func `A dead owner's lock is broken without a trace`() throws {
        let arena = try Arena()
        let store = try arena.store()
        try arena.write([1, 2, 3], to: "restart.lock")
        let observation = try #require(try store.observe())
        #expect(try store.breakLock(observation, on: .ownerDead))
        #expect(try arena.leftovers().isEmpty)
    }

    @Test func `The inode never changes while the lock is owned, and every event moves the stamp`() throws {
        let arena = try Arena()
        let store = try arena.store()
        let owned = try #require(try store.acquire(.test("one")))
        var last = try #require(try store.observe())
        for done in 1...20 {
            repeat {
                try store.append(ProgressEvent(phase: "start", done: done, total: 20), to: owned)
            } while try store.observe()?.stamp == last.stamp
            let now = try #require(try store.observe())
            #expect(now.id == owned.id)
            #expect(now.isSameLock(as: last))
            #expect(now.events.last?.done == done)
            last = now
        }
        try store.release(owned)
    }

    @Test func `Garbage of crashed publications is swept by the next owner`() throws {
        let arena = try Arena()
        let store = try arena.store()
        try arena.write([1], to: "staging-00000000-0000-4000-8000-000000000000")
        try arena.write([1], to: "reap-1-2-3")
        try arena.write([1], to: "somebody-elses")
        let owned = try #require(try store.acquire(.test("one")))
        #expect(try arena.leftovers() == ["restart.lock", "somebody-elses"])
        try store.release(owned)
    }
}
