import SystemPackage

@testable import FleetGuard
@testable import FleetKit

/// One contender whose system calls fail as planned, beside an owner whose calls work.
final class FaultStage {
    let arena: Arena
    let mode: MutexChoice
    let time = ManualTime()
    let faulty: FaultyLockFiles
    let me = FakeProcesses(pid: 1)
    let store: FileLockStore
    let other: FileLockStore
    static let patience = MutexPatience(longestStep: .milliseconds(100))
    /// What the contender under test owns.
    var held: OwnedLock?
    /// What the other one owned before.
    var foreign: OwnedLock?
    var observation: LockObservation?
    /// How many calls were made since `begin`, and what they were.
    private(set) var made: [FaultyLockFiles.Call] = []

    init(_ mode: MutexChoice) throws {
        arena = try Arena()
        self.mode = mode
        faulty = try arena.faulty()
        store = try arena.store(faulty, mutex: mode, time: time, processes: me, patience: Self.patience)
        other = try arena.store(mutex: mode, time: time, processes: FakeProcesses(pid: 2), patience: Self.patience)
    }

    /// The other one owns the lock and lives.
    func ownedByOther() throws {
        foreign = try other.acquire(.test("other"))
        observation = try store.observe()
    }

    /// The other one owned the lock and died.
    func leftByTheDead() throws {
        try ownedByOther()
        foreign?.file = nil
        me.states[2] = .gone
        observation = try store.observe()
    }

    func ownedByMe() throws { held = try store.acquire(.test("me")) }

    /// From now on calls are counted, and fail as `plan` says of their number, from 0.
    func begin(_ plan: @escaping (Int) -> Errno?) {
        faulty.fault = { [unowned self] call in
            made.append(call)
            return plan(made.count - 1)
        }
    }

    func end() { faulty.fault = { _ in nil } }

    var isOwnedByMe: Bool {
        get throws { if let held { try store.isOwned(held) } else { false } }
    }

    var isOwnedByOther: Bool {
        get throws { if let foreign { try other.isOwned(foreign) } else { false } }
    }
}

/// One transition of the lock: how the stage is set, and what is done on it.
struct FaultTransition: Sendable, CustomStringConvertible {
    var name: String
    var prepare: @Sendable (FaultStage) throws -> Void = { _ in }
    var act: @Sendable (FaultStage) throws -> Void

    var description: String { name }

    static let all: [FaultTransition] = [
        FaultTransition(name: "first acquire", act: { $0.held = try $0.store.acquire(.test("me")) }),
        FaultTransition(
            name: "acquire",
            prepare: { stage in if let lock = try stage.other.acquire(.test("before")) { try stage.other.release(lock) }
            },
            act: { $0.held = try $0.store.acquire(.test("me")) }),
        FaultTransition(
            name: "release", prepare: { try $0.ownedByMe() },
            act: { stage in
                guard let held = stage.held else { return }
                stage.held = nil
                try stage.store.release(held)
            }),
        FaultTransition(
            name: "take over from the dead", prepare: { try $0.leftByTheDead() },
            act: { stage in
                guard let seen = stage.observation else { return }
                stage.held = try stage.store.takeOver(seen, on: .ownerDead, .test("me"))
            }),
        FaultTransition(
            name: "take over from the stalled", prepare: { try $0.ownedByOther() },
            act: { stage in
                guard let seen = stage.observation else { return }
                stage.held = try stage.store.takeOver(seen, on: .noProgress, .test("me"))
            }),
        FaultTransition(
            name: "evict and bury", prepare: { try $0.leftByTheDead() },
            act: { stage in
                guard let seen = stage.observation else { return }
                stage.held = try stage.store.takeOver(seen, on: .forced, .test("me"))
                for owner in try stage.store.evicted() { try stage.store.bury(owner) }
            }),
        FaultTransition(
            name: "break the dead", prepare: { try $0.leftByTheDead() },
            act: { stage in
                guard let seen = stage.observation else { return }
                _ = try stage.store.breakLock(seen, on: .ownerDead)
            }),
        FaultTransition(
            name: "break the living", prepare: { try $0.ownedByOther() },
            act: { stage in
                guard let seen = stage.observation else { return }
                _ = try stage.store.breakLock(seen, on: .forced)
            }),
        FaultTransition(
            name: "append", prepare: { try $0.ownedByMe() },
            act: { stage in
                if let held = stage.held { try stage.store.append(ProgressEvent(phase: "drain"), to: held) }
            }),
        FaultTransition(
            name: "stamp", prepare: { try $0.ownedByMe() },
            act: { if let held = $0.held { try $0.store.stamp(held) } }),
        FaultTransition(
            name: "fence and look", prepare: { try $0.ownedByMe() },
            act: { stage in
                if let held = stage.held { _ = try stage.store.isOwned(held) }
                _ = try stage.store.observe()
            }),
        FaultTransition(
            name: "guard: acquire with a burial",
            prepare: { stage in
                try stage.leftByTheDead()
                if let seen = stage.observation { _ = try stage.other.breakLock(seen, on: .forced) }
            },
            act: { stage in
                let fleet = Guard(store: stage.store, time: stage.time, processes: stage.me)
                stage.held = try fleet.acquire(.test("me"), WaitPolicy(noWait: true)).owned
            }),
    ]
}
