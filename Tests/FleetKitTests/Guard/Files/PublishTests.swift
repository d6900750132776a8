import SystemPackage
import Testing

@testable import FleetGuard
@testable import FleetKit

/// A lock record is published whole and locked, or not at all.
@Suite struct PublishTests {
    typealias Operation = FaultyLockFiles.Operation

    @Test(.timeLimit(.minutes(10))) func `A racing reader never sees a partial record`()
        throws
    {
        let arena = try Arena()
        let rounds = 300
        let done = Event()
        let seen = Collected<String>()
        let reader = Contender {
            do {
                let store = try arena.store()
                var records = 0
                while !done.hasHappened {
                    guard let observation = try store.observe() else { continue }
                    if case .unreadable(let reason) = observation.content { seen.append(reason) }
                    records += 1
                }
                if records == 0 { seen.append("the reader never met a record") }
            } catch { seen.append("\(error)") }
        }
        let errors = Contender.race(2) { index in
            let store = try arena.store()
            for _ in 0..<rounds {
                if let owned = try store.acquire(.test("publisher \(index)")) { try store.release(owned) }
            }
        }
        done.happen()
        reader.join()
        #expect(errors.isEmpty)
        #expect(seen.all.isEmpty)
    }

    @Test func `The kernel lock is held from the first moment the name exists`() throws {
        let arena = try Arena()
        let faulty = try arena.faulty()
        let store = try arena.store(faulty)
        let reader = try arena.store()
        nonisolated(unsafe) var atPublication: [LockObservation?] = []
        faulty.after = { call in
            guard [.link, .rename].contains(call.operation), call.detail == "restart.lock" else { return }
            atPublication.append(try? reader.observe())
        }
        let first = try #require(try store.acquire(.test("first")))
        try store.release(first)
        try arena.write([], to: "restart.lock")
        let garbage = try #require(try store.observe())
        let second = try #require(try store.takeOver(garbage, on: .ownerDead, .test("second")))
        let observed = try #require(try store.observe())
        let third = try #require(try store.takeOver(observed, on: .forced, .test("third")))
        #expect(atPublication.count == 3)
        #expect(atPublication.map { $0?.kernelLock } == [.held, .held, .held])
        #expect(atPublication.map { $0?.record?.command } == ["first", "second", "third"])
        try store.release(second)
        try store.release(third)
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        var operation: Operation
        var error: Errno
        var testDescription: String { "\(operation) \(error)" }
    }

    static let faults: [Fault] = [
        Operation.open, .write, .statusOfFile, .statusAtName, .link, .unlink, .names, .lock, .read,
    ].flatMap {
        [Fault(operation: $0, error: .noSpace), Fault(operation: $0, error: .ioError)]
    }

    /// In path mode nothing is locked, and the mutex is read only by those who wait for it.
    static func neverCalled(_ operation: Operation, _ mode: MutexChoice) -> Bool {
        mode == .path && (operation == .lock || operation == .read)
    }

    @Test(arguments: faults, [MutexChoice.kernel, .path])
    func `A failed acquire leaves nothing behind, and says which file`(_ fault: Fault, _ mode: MutexChoice)
        throws
    {
        // The fault strikes at each call of its kind in turn, the first, the second, …, until one run has no fault.
        for strike in 0..<100 {
            let arena = try Arena()
            let time = ManualTime()
            let faulty = try arena.faulty()
            let store = try arena.store(faulty, mutex: mode, time: time)
            nonisolated(unsafe) var count = 0
            nonisolated(unsafe) var struck = false
            faulty.fault = { call in
                guard call.operation == fault.operation else { return nil }
                defer { count += 1 }
                guard count == strike else { return nil }
                struck = true
                return fault.error
            }
            let error = failure {
                if let owned = try store.acquire(.test("one")) { try store.release(owned) }
            }
            faulty.fault = { _ in nil }
            guard struck else { return #expect(strike > 0 || Self.neverCalled(fault.operation, mode)) }
            if let error {
                #expect(error.code == .io)
                #expect(error.exitStatus.rawValue == 74)
                #expect(error.message.contains(arena.run), "\(error)")
                #expect(!error.hint.isEmpty)
            }
            if mode == .path { #expect(try !arena.names().contains("restart.mutex"), "strike \(strike)") }
            #expect(faulty.openFiles == (faulty.holdsMutex ? 1 : 0), "strike \(strike)")
            if fault.operation != .unlink && fault.operation != .names {
                // A release that failed says so; the record that it leaves is free for the next one.
                let leftovers = try arena.leftovers()
                #expect(leftovers.isEmpty || leftovers == ["restart.lock"] && error != nil, "strike \(strike)")
            }
            // Whatever is left, the next one is not hindered and leaves nothing.
            if let left = try store.observe() {
                #expect(left.kernelLock == (mode == .kernel ? .free : .unknown))
                #expect(try store.breakLock(left, on: .forced))
            }
            let next = try #require(try store.acquire(.test("next")))
            for owner in try store.evicted() { try store.bury(owner) }
            try store.release(next)
            #expect(try arena.leftovers().isEmpty, "strike \(strike)")
            #expect(time.now() == .seconds(1_000), "nobody had to wait for the mutex")
        }
        Issue.record("no run without a fault")
    }

    @Test(arguments: [MutexChoice.kernel, .path])
    func `Short writes and reads make a whole record all the same`(_ mode: MutexChoice) throws {
        let arena = try Arena()
        let faulty = try arena.faulty()
        faulty.longestWrite = 7
        faulty.longestRead = 5
        let store = try arena.store(faulty, mutex: mode)
        let owned = try #require(try store.acquire(.test("one")))
        try store.append(ProgressEvent(phase: "drain", done: 1, total: 2), to: owned)
        let observation = try #require(try arena.store(mutex: mode).observe())
        #expect(observation.record == owned.record)
        #expect(observation.events == [ProgressEvent(phase: "drain", done: 1, total: 2)])
        #expect(try store.observe()?.record == owned.record)
        try store.release(owned)
        #expect(try arena.leftovers().isEmpty)
    }

    @Test(arguments: [MutexChoice.kernel, .path])
    func `An interrupted call is made again`(_ mode: MutexChoice) throws {
        let arena = try Arena()
        let faulty = try arena.faulty()
        nonisolated(unsafe) var turn = false
        faulty.fault = { _ in
            turn.toggle()
            return turn ? .interrupted : nil
        }
        let store = try arena.store(faulty, mutex: mode)
        let owned = try #require(try store.acquire(.test("one")))
        try store.append(ProgressEvent(phase: "drain"), to: owned)
        try store.stamp(owned)
        #expect(try store.isOwned(owned))
        #expect(try store.evicted().isEmpty)
        try store.release(owned)
        #expect(try arena.leftovers().isEmpty)
    }

    @Test func `A torn progress line does not swallow the next one`() throws {
        let arena = try Arena()
        let faulty = try arena.faulty()
        let store = try arena.store(faulty)
        let owned = try #require(try store.acquire(.test("one")))
        faulty.longestWrite = 9
        nonisolated(unsafe) var writes = 0
        faulty.fault = { call in
            guard call.operation == .write else { return nil }
            writes += 1
            return writes == 2 ? .noSpace : nil
        }
        let error = failure { try store.append(ProgressEvent(phase: "drain"), to: owned) }
        #expect(error?.code == .io)
        #expect(error?.message.contains(arena.lockPath) == true)
        try store.append(ProgressEvent(phase: "holder"), to: owned)
        try store.append(ProgressEvent(phase: "settle"), to: owned)
        #expect(try store.observe()?.events.map(\.phase) == ["holder", "settle"])
        try store.release(owned)
    }
}
