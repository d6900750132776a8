internal import CDBus
internal import FleetGuard
internal import FleetKit
import Synchronization
import Testing

@testable internal import FleetDBus

/// The batch loop against a manager that loses signals, answers and connections at chosen moments.
@Suite(.timeLimit(.minutes(10))) struct Batch {
    private let unit: UnitName
    private let start: UnitCommand
    private let restart: UnitCommand
    private static let down: [String: Value] = ["ActiveState": .string("inactive"), "SubState": .string("dead")]
    private static let newRun: [String: Value] = ["InvocationID": .bytes(Array(repeating: 7, count: 16))]
    private static let oldRun: [String: Value] = [
        "InvocationID": .bytes(Array(repeating: 5, count: 16)), "NRestarts": .uint32(3),
    ]
    private static let busy: [String: Value] = ["Job": .job(7, "/org/freedesktop/systemd1/job/7")]

    init() throws {
        unit = try UnitName("x.service")
        start = UnitCommand(.start, unit)
        restart = UnitCommand(.restart, unit)
    }

    private func manager(_ peer: ScriptedPeer) throws(FleetError) -> DBusServiceManager {
        try DBusServiceManager(address: peer.address, isPeerToPeer: true, timeouts: impatient)
    }

    private static func removed(_ id: UInt32, _ result: String) -> ScriptedPeer.Action {
        .send(
            .signal(
                "JobRemoved", .uint32(id), .path("/org/freedesktop/systemd1/job/\(id)"), .string("x.service"),
                .string(result)))
    }

    @Test func anEndedJobIsJudgedByTheStateAfterIt() throws {
        let isUp = Atomic(false)
        let peer = ScriptedPeer { call in
            guard call.member == "StartUnit" else {
                return call.healthyAnswer(unit: isUp.load(ordering: .relaxed) ? [:] : Self.down)
            }
            isUp.store(true, ordering: .relaxed)
            // Another job's end is none of ours.
            return [Self.removed(99, "failed")] + call.healthyAnswer() + [Self.removed(7, "done")]
        }
        let watcher = Watcher()
        let outcomes = try manager(peer).perform([start], maxParallel: nil, supervisor: watcher)
        #expect(outcomes.map(\.result) == [.done])
        #expect(watcher.sent == [start])
        #expect(watcher.events.filter { $0 != .tick } == [.queued(start), .finished(outcomes[0])])
    }

    /// JobRemoved never comes; the unit's own Job tells that the job is known, and later that it is gone.
    @Test func aLostSignalIsFoundByAsking() throws {
        let looks = Atomic(0)
        let peer = ScriptedPeer { call in
            let seen = looks.load(ordering: .relaxed)
            if call.arguments.last == "Job" {
                looks.add(1, ordering: .relaxed)
                return call.healthyAnswer(unit: seen < 2 ? Self.busy : [:])
            }
            return call.healthyAnswer(unit: seen == 0 ? Self.down : Self.newRun)
        }
        let watcher = Watcher()
        let outcomes = try manager(peer).perform([start], maxParallel: nil, supervisor: watcher)
        #expect(outcomes.map(\.result) == [.done])
        #expect(watcher.events.count { $0 == .jobsKnown } == 2)
        #expect(peer.log.count(of: "StartUnit") == 1)
    }

    @Test func progressIsNotClaimedForAManagerThatDoesNotAnswer() throws {
        let peer = ScriptedPeer { call in
            call.arguments.last == "Job" ? [] : call.healthyAnswer(unit: Self.down)
        }
        let watcher = Watcher()
        let error = #expect(throws: FleetError.self) {
            try manager(peer).perform([start], maxParallel: nil, supervisor: watcher)
        }
        #expect(error?.code == .noServiceManager)
        #expect(!watcher.events.contains(.jobsKnown))
        #expect(watcher.events.count { $0 == .tick } >= 3)
        #expect(peer.log.count(of: "StartUnit") == 1)
    }

    @Test func aCommandWhoseAnswerWasLostIsNotSentAgainWhenItWasTaken() throws {
        let peer = ScriptedPeer { call in
            if call.member == "RestartUnit" { return [.close] }
            return call.healthyAnswer(unit: call.connection == 1 ? [:] : Self.newRun)
        }
        let watcher = Watcher()
        let outcomes = try manager(peer).perform([restart], maxParallel: nil, supervisor: watcher)
        #expect(outcomes.map(\.result) == [.done])
        #expect(peer.log.count(of: "RestartUnit") == 1)
        #expect(watcher.events.filter { $0 != .tick } == [.queued(restart), .finished(outcomes[0])])
    }

    @Test func aCommandThatTheManagerProvablyNeverSawPassesTheFenceAgain() throws {
        let isDone = Atomic(false)
        let peer = ScriptedPeer { call in
            if call.member == "RestartUnit" {
                if call.connection == 1 { return [.close] }
                isDone.store(true, ordering: .relaxed)
                return call.healthyAnswer() + [Self.removed(7, "done")]
            }
            return call.healthyAnswer(unit: isDone.load(ordering: .relaxed) ? Self.newRun : [:])
        }
        let watcher = Watcher()
        let outcomes = try manager(peer).perform([restart], maxParallel: nil, supervisor: watcher)
        #expect(outcomes.map(\.result) == [.done])
        #expect(watcher.sent == [restart, restart])
        #expect(peer.log.count(of: "RestartUnit") == 2)
    }

    /// A unit that is down keeps the number of its last run while something refers to it. That run is not read before.
    @Test func aStartThatTheManagerNeverSawIsSentAgainAlsoWhereTheUnitHadARun() throws {
        let isUp = Atomic(false)
        let peer = ScriptedPeer { call in
            if call.member == "StartUnit" {
                if call.connection == 1 { return [.close] }
                isUp.store(true, ordering: .relaxed)
                return call.healthyAnswer() + [Self.removed(7, "done")]
            }
            let state = isUp.load(ordering: .relaxed) ? Self.newRun : Self.down.merging(Self.oldRun) { $1 }
            return call.healthyAnswer(unit: state)
        }
        let outcomes = try manager(peer).perform([start], maxParallel: nil, supervisor: Watcher())
        #expect(outcomes.map(\.result) == [.done])
        #expect(peer.log.count(of: "StartUnit") == 2)
    }

    @Test func aJobIsAwaitedOverANewConnection() throws {
        let peer = ScriptedPeer { call in
            if call.member == "StartUnit" { return call.healthyAnswer() + [.close] }
            if call.connection == 1 { return call.healthyAnswer(unit: Self.down) }
            if call.arguments.last == "Job" {
                return call.healthyAnswer(unit: Self.busy) + [Self.removed(7, "done")]
            }
            return call.healthyAnswer()
        }
        let outcomes = try manager(peer).perform([start], maxParallel: nil, supervisor: Watcher())
        #expect(outcomes.map(\.result) == [.done])
        #expect(peer.log.count(of: "StartUnit") == 1)
    }

    @Test func afterTheFenceSaidNoNothingMoreIsSent() throws {
        let peer = ScriptedPeer { $0.healthyAnswer(unit: Self.down) }
        let watcher = Watcher()
        let evicted = FleetError(.evicted, "the lock is gone", hint: "")
        watcher.onSend = { [watcher] (_) throws(FleetError) in if !watcher.sent.isEmpty { throw evicted } }
        let manager = try manager(peer)
        let commands = [start, UnitCommand(.start, try UnitName("y.service"))]
        let error = #expect(throws: FleetError.self) {
            try manager.perform(commands, maxParallel: nil, supervisor: watcher)
        }
        #expect(error == evicted)
        // One more question makes sure that whatever was sent has arrived.
        _ = try manager.states(of: [unit])
        #expect(peer.log.count(of: "StartUnit") == 1)
    }

    @Test func aSupervisorThatThrowsOnATickEndsTheWait() throws {
        let peer = ScriptedPeer { call in
            call.healthyAnswer(unit: call.arguments.last == "Job" ? Self.busy : Self.down)
        }
        let watcher = Watcher()
        let evicted = FleetError(.evicted, "the lock is gone", hint: "")
        watcher.onEvent = { (event) throws(FleetError) in if event == .tick { throw evicted } }
        let error = #expect(throws: FleetError.self) {
            try manager(peer).perform([start], maxParallel: nil, supervisor: watcher)
        }
        #expect(error == evicted)
    }

    @Test func neverMoreJobsThanAllowedAreInFlight() throws {
        let open = Mutex((now: 0, most: 0))
        let peer = ScriptedPeer { call in
            if call.member == "StartUnit" {
                open.withLock {
                    $0.now += 1
                    $0.most = max($0.most, $0.now)
                }
                return call.healthyAnswer()
            }
            if call.arguments.last == "Job" {
                open.withLock { $0.now = 0 }
                return call.healthyAnswer()
            }
            return call.healthyAnswer(unit: Self.down)
        }
        let commands = try (0..<5).map { (number) throws in UnitCommand(.start, try UnitName("u\(number).service")) }
        let outcomes = try manager(peer).perform(commands, maxParallel: 2, supervisor: Watcher())
        #expect(outcomes.map(\.command) == commands)
        #expect(open.withLock { $0.most } == 2)
    }

    @Test(arguments: [
        ("masked", UnitOutcome.Result.masked), ("not-found", .notFound), ("bad-setting", .loadFailed("bad-setting")),
        ("error", .loadFailed("error")),
    ])
    func whatCannotStartIsNotSent(load: String, result: UnitOutcome.Result) throws {
        let peer = ScriptedPeer { call in
            call.healthyAnswer(unit: Self.down.merging(["LoadState": .string(load)]) { $1 })
        }
        let watcher = Watcher()
        let outcomes = try manager(peer).perform([start, restart], maxParallel: nil, supervisor: watcher)
        #expect(outcomes.map(\.result) == [result, result])
        #expect(watcher.sent.isEmpty)
        #expect(peer.log.count(of: "StartUnit") == 0)
    }

    @Test(arguments: [
        ("org.freedesktop.systemd1.NoSuchUnit", UnitOutcome.Result.notFound),
        ("org.freedesktop.systemd1.UnitMasked", .masked),
        ("org.freedesktop.systemd1.LoadFailed", .loadFailed("loaded")),
        (
            "org.freedesktop.systemd1.OnlyByDependency",
            .refused("org.freedesktop.systemd1.OnlyByDependency: a\\u{1b}b")
        ),
        ("org.freedesktop.DBus.Error.AccessDenied", .refused("org.freedesktop.DBus.Error.AccessDenied: a\\u{1b}b")),
    ])
    func aRefusalIsNamed(name: String, result: UnitOutcome.Result) throws {
        let peer = ScriptedPeer { call in
            call.member == "StartUnit"
                ? [.send(.error(name, "a\u{1B}b"))] : call.healthyAnswer(unit: Self.down)
        }
        let outcomes = try manager(peer).perform([start], maxParallel: nil, supervisor: Watcher())
        #expect(outcomes.map(\.result) == [result])
    }

    @Test func aSkippedStartIsKnownFromTheChangeBeforeTheJobsEnd() throws {
        let path = UnitPath.of(unit)
        let peer = ScriptedPeer { call in
            guard call.member == "StartUnit" else {
                // As if systemd had forgotten the unit.
                let forgotten: [String: Value] = ["ConditionTimestampMonotonic": .uint64(0)]
                return call.healthyAnswer(unit: Self.down.merging(forgotten) { $1 })
            }
            return call.healthyAnswer()
                + [.send(.conditionSignal(path: path, held: false, time: 5)), Self.removed(7, "done")]
        }
        let outcomes = try manager(peer).perform([start], maxParallel: nil, supervisor: Watcher())
        #expect(outcomes.map(\.result) == [.skipped])
    }

    @Test func aJobThatIsNoJobIsAnError() throws {
        let peer = ScriptedPeer { call in
            call.member == "StartUnit"
                ? [.send(.answer(.path("/org/freedesktop/systemd1/job/x")))] : call.healthyAnswer(unit: Self.down)
        }
        #expect(throws: FleetError.self) {
            try manager(peer).perform([start], maxParallel: nil, supervisor: Watcher())
        }
    }

    @Test func nothingToDoIsDone() throws {
        let peer = ScriptedPeer { $0.healthyAnswer() }
        #expect(try manager(peer).perform([], maxParallel: nil, supervisor: Watcher()) == [])
    }
}
