import Glibc
import SystemPackage
import Testing

@testable import FleetGuard
@testable import FleetKit

/// Locks that are used by those who are inside of them, and the keepers of a `lock run`.
@Suite struct NestingTests {
    private final class Party {
        let processes: FakeProcesses
        let store: FileLockStore
        let fleet: Guard
        let events = Collected<GuardEvent>()

        init(_ pid: Int32, _ arena: Arena, _ time: ManualTime) throws {
            let processes = FakeProcesses(pid: pid)
            self.processes = processes
            store = try arena.store(mutex: .kernel, time: time, processes: processes)
            let events = events
            fleet = Guard(store: store, time: time, processes: processes, report: { events.append($0) })
        }
    }

    /// What the outer owner holds, and somebody whose ancestor it is.
    private struct Stage {
        let arena: Arena
        let time = ManualTime()
        let outer: Party
        let inner: Party
        let lock: HeldLock

        init(isRun: Bool = true) throws {
            arena = try Arena()
            (outer, inner) = (try Party(1, arena, time), try Party(2, arena, time))
            lock = try outer.fleet.acquire(.test("outer", isRun: isRun), WaitPolicy())
            inner.processes.ancestors = [1]
            inner.processes.holders = { _ in [1] }
        }

        var token: String { lock.record.token }

        func why() throws -> String? {
            if case .outside(let why) = try inner.fleet.nesting(token) { why } else { nil }
        }
    }

    @Test func `Inside is who has the token and descends from the one that holds that lock`() throws {
        let stage = try Stage()
        #expect(try stage.why() == nil)
        stage.inner.processes.ancestors = []
        #expect(try stage.why()?.contains("was not started by process 1") == true)
        stage.inner.processes.ancestors = [1]
        stage.inner.processes.holders = { _ in [] }
        #expect(try stage.why()?.contains("no longer holds it") == true)
        stage.inner.processes.holders = { _ in [1] }
        stage.inner.processes.states[1] = .gone
        #expect(try stage.why()?.contains("no longer holds it") == true)
        stage.inner.processes.states[1] = .alive
        stage.outer.fleet.release(stage.lock)
        #expect(try stage.why() == "the lock is free")
    }

    @Test func `The lock of a restart is nobody's to use`() throws {
        #expect(try Stage(isRun: false).why() == "the lock's owner runs no command under it")
    }

    @Test func `A borrowed lock is never released, and its fence is the owner's`() throws {
        let stage = try Stage()
        let observation = try #require(try stage.inner.store.observe())
        try stage.inner.fleet.withLock(inside: observation, .test("inner"), WaitPolicy()) { lock throws(FleetError) in
            try lock.checkFence()
            try lock.report(ProgressEvent(phase: "drain", unit: "a.service", outcome: "sent"))
            #expect(lock.record.pid == 2)
            #expect(lock.outer?.token == stage.token)
        }
        try stage.lock.checkFence()
        // What it did is in the owner's record, for whoever comes after a crash.
        let events = try #require(try stage.inner.store.observe()).events
        #expect(events.map(\.unit) == ["a.service"])
        try stage.inner.fleet.withLock(inside: observation, .test("next"), WaitPolicy()) { lock throws(FleetError) in
            let isBroken = try stage.outer.store.breakLock(observation, on: .forced)
            #expect(isBroken)
            let lost = failure { try lock.checkFence() }
            #expect(lost?.code == .evicted)
        }
    }

    @Test func `Two inside the same lock exclude each other, and one that waits too long is busy`() throws {
        let stage = try Stage()
        let other = try Party(3, stage.arena, stage.time)
        let observation = try #require(try stage.inner.store.observe())
        let policy = WaitPolicy(maxWait: .seconds(2))
        try stage.inner.fleet.withLock(inside: observation, .test("inner"), policy) { _ throws(FleetError) in
            let busy = failure {
                try other.fleet.withLock(inside: observation, .test("other"), policy) { _ throws(FleetError) in }
            }
            #expect(busy?.code == .busy)
            #expect(busy?.message == "pid 2 (inner) runs inside the same lock")
            // A lock run inside adds nothing, so it waits for nobody.
            try other.fleet.withLock(inside: observation, .test("run", isRun: true), policy) {
                _ throws(FleetError) in
            }
        }
        try other.fleet.withLock(inside: observation, .test("other"), policy) { _ throws(FleetError) in }
        let said = other.events.all.filter { if case .waitingInside = $0 { true } else { false } }
        #expect(!said.isEmpty)
    }

    /// The keeper ends the command once its `lock run` is dead; killed together with it, it could not.
    @Test func `The keeper of an evicted lock run gets time to end its command`() throws {
        let (arena, time) = (try Arena(), ManualTime())
        let (a, b) = (try Party(1, arena, time), try Party(2, arena, time))
        let first = try #require(try a.store.acquire(.test("A", isRun: true)))
        var killedAt: [Int32: Duration] = [:]
        b.processes.holders = { _ in [1, 50] }
        b.processes.onKill = { pid in
            killedAt[pid] = killedAt[pid] ?? time.now()
            if pid == 50 { try? a.store.release(first) }
        }
        let policy = WaitPolicy(maxWait: .zero, breaksRuns: true, evictGrace: .seconds(10))
        b.fleet.release(try b.fleet.acquire(.test("B"), policy))
        let keeper = try #require(killedAt[50])
        #expect(keeper - (killedAt[1] ?? .zero) >= Burial.keeperGrace)
    }
}
