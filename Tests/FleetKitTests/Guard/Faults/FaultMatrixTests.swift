import FoundationEssentials
import SystemPackage
import Testing

@testable import FleetGuard
@testable import FleetKit

/// Every system call of every transition fails once, and for good, with every error that a file system may give.
@Suite(.timeLimit(.minutes(10))) struct FaultMatrixTests {
    static let errors: [Errno] = [
        .noSpace, .diskQuotaExceeded, .ioError, .readOnlyFileSystem, .tooManyOpenFiles, .staleNFSFileHandle, .noLocks,
    ]
    static let modes: [MutexChoice] = [.kernel, .path]

    /// How many calls the transition makes when none fails.
    private func count(_ transition: FaultTransition, _ mode: MutexChoice) throws -> Int {
        let stage = try FaultStage(mode)
        try transition.prepare(stage)
        stage.begin { _ in nil }
        try transition.act(stage)
        stage.end()
        try nextOneIsNotHindered(stage, "no fault", mayWait: false)
        return stage.made.count
    }

    @Test(arguments: FaultTransition.all, modes)
    func `A failed call is a clear error and leaves nothing in the way`(
        _ transition: FaultTransition, _ mode: MutexChoice
    ) throws {
        let calls = try count(transition, mode)
        try #require(calls > 0)
        var runs = 0
        var failures = 0
        for lasting in [false, true] {
            for error in Self.errors {
                for strike in 0..<calls {
                    runs += 1
                    if try play(transition, mode, error, strike, lasting: lasting) { failures += 1 }
                }
            }
        }
        // Some calls are clean-up, whose failure loses nothing; never all of them.
        #expect(failures > 0)
        print("faults: \(transition), \(mode): \(calls) calls, \(runs) runs, \(failures) failed as a whole")
    }

    /// - Returns: whether the transition as a whole failed.
    private func play(
        _ transition: FaultTransition, _ mode: MutexChoice, _ error: Errno, _ strike: Int, lasting: Bool
    ) throws -> Bool {
        let stage = try FaultStage(mode)
        try transition.prepare(stage)
        stage.begin { $0 == strike || lasting && $0 > strike ? error : nil }
        var thrown: FleetError?
        do {
            try transition.act(stage)
        } catch let error as FleetError {
            thrown = error
        }
        stage.end()
        let call = strike < stage.made.count ? "\(stage.made[strike])" : "?"
        let story = "\(call) \(error) lasting \(lasting): \(String(describing: thrown?.message))"
        if let thrown {
            #expect(thrown.code == .io, "\(story)")
            #expect(thrown.exitStatus.rawValue == 74, "\(story)")
            #expect(thrown.message.contains(stage.arena.run), "\(story)")
            #expect(!thrown.hint.isEmpty, "\(story)")
        }
        let mine = try stage.isOwnedByMe
        #expect(try !(mine && stage.isOwnedByOther), "two owners: \(story)")
        if stage.held != nil { #expect(mine, "owned, and not at its name: \(story)") }
        let expected = (stage.faulty.holdsMutex ? 1 : 0) + (stage.held?.isClosed == false ? 1 : 0)
        // A path mutex that could not be removed stays open, to be known again.
        let unremoved = mode == .path && lasting ? 1 : 0
        #expect((expected...expected + unremoved).contains(stage.faulty.openFiles), "descriptors: \(story)")
        if mode == .path, !lasting { #expect(try !stage.arena.names().contains("restart.mutex"), "mutex: \(story)") }
        try nextOneIsNotHindered(stage, story, mayWait: mode == .path && lasting)
        return thrown != nil
    }

    /// Once everybody before it is gone, the next restart owns the lock and leaves nothing.
    private func nextOneIsNotHindered(_ stage: FaultStage, _ story: String, mayWait: Bool) throws {
        // The one whose calls failed can release as soon as they work again. The other one just ends.
        if let held = stage.held, !held.isClosed { try stage.store.release(held) }
        stage.foreign?.file = nil
        let next = FakeProcesses(pid: 3)
        next.states = [1: .gone, 2: .gone]
        let start = stage.time.now()
        let store = try stage.arena.store(
            mutex: stage.mode, time: stage.time, processes: next, patience: FaultStage.patience)
        let fleet = Guard(store: store, time: stage.time, processes: next)
        let lock = try fleet.acquire(.test("next"), WaitPolicy(noWait: true))
        try lock.checkFence()
        #expect(stage.time.now() - start <= (mayWait ? .seconds(6) : .zero), "waited: \(story)")
        fleet.release(lock)
        #expect(try stage.arena.leftovers().isEmpty, "leftovers: \(story)")
        if stage.mode == .path { #expect(try !stage.arena.names().contains("restart.mutex"), "mutex: \(story)") }
    }

    @Test(arguments: FaultTransition.all, modes)
    func `Interruptions, short reads and short writes are invisible`(
        _ transition: FaultTransition, _ mode: MutexChoice
    ) throws {
        for times in [1, 2, 7] {
            let stage = try FaultStage(mode)
            try transition.prepare(stage)
            stage.faulty.longestWrite = 3
            stage.faulty.longestRead = 5
            // Each call is interrupted `times` times before it is let through.
            var inRow = 0
            stage.begin { _ in
                inRow = inRow == times ? 0 : inRow + 1
                return inRow == 0 ? nil : .interrupted
            }
            try transition.act(stage)
            stage.end()
            #expect(try stage.held.map { try stage.store.isOwned($0) } != false)
            if let held = stage.held { #expect(try stage.other.observe()?.record == held.record) }
            try nextOneIsNotHindered(stage, "interrupted \(times)", mayWait: false)
        }
    }

    /// `moved` and `swapped`: renamed away with all that is in it, so that every file keeps its name, where nobody finds
    /// it.
    enum Loss: String, CaseIterable, Sendable { case removed, replaced, moved, swapped }

    @Test(arguments: FaultTransition.all, Loss.allCases)
    func `A run directory lost at any call is an error or a lost lock, and the next one makes its own`(
        _ transition: FaultTransition, _ loss: Loss
    ) throws {
        for mode in Self.modes {
            let calls = try count(transition, mode)
            for strike in 0..<calls {
                let stage = try FaultStage(mode)
                try transition.prepare(stage)
                let files = FileManager.default
                var lossError: (any Error)?
                stage.begin { number in
                    guard number == strike else { return nil }
                    do {
                        switch loss {
                        case .removed, .replaced: try files.removeItem(atPath: stage.arena.run)
                        case .moved, .swapped:
                            try files.moveItem(atPath: stage.arena.run, toPath: stage.arena.run + ".moved")
                        }
                        if loss == .replaced || loss == .swapped {
                            try files.createDirectory(atPath: stage.arena.run, withIntermediateDirectories: false)
                        }
                    } catch { lossError = error }
                    return nil
                }
                let thrown = failure { try transition.act(stage) }
                stage.end()
                #expect(lossError == nil)
                let story = "\(mode) \(stage.made[min(strike, stage.made.count - 1)]): \(String(describing: thrown))"
                if let thrown { #expect(thrown.code == .io || thrown.code == .evicted, "\(story)") }
                #expect(try !stage.isOwnedByMe && !stage.isOwnedByOther, "owned in no directory: \(story)")
                if let held = stage.held { _ = failure { try stage.store.release(held) } }
                let expected = stage.faulty.holdsMutex ? 1 : 0
                #expect(stage.faulty.openFiles == expected, "descriptors: \(story)")
                let next = try stage.arena.store(mutex: mode, time: stage.time, processes: FakeProcesses(pid: 3))
                let lock = try #require(try next.acquire(.test("next")))
                #expect(try next.isOwned(lock), "\(story)")
                try next.release(lock)
                #expect(try stage.arena.leftovers().isEmpty, "\(story)")
            }
        }
    }
}
