internal import FleetGuard
internal import FleetKit

/// Runs one script on the guard as it is shipped, over a seam.
struct Contender {
    let script: [ScriptStep]
    let bug: SeededBug?

    /// Runs until the seam has no more answers.
    /// - Returns: the contender's calls beyond those that were answered; at least one.
    func calls(after seam: Seam) -> [Seam.Found] {
        let outcome: SeamCall.Outcome
        var keepAlive: [AnyObject] = []
        do throws(FleetError) {
            let calls: any LockFileCalls = bug.map { SeededCalls(seam, bug: $0) } ?? seam
            let store = try FileLockStore.open(
                calls, mutex: seam.isPathMode ? .path : .kernel, time: seam, processes: seam,
                patience: MutexPatience(
                    frozenAfter: Seam.tick, longestStep: .microseconds(50), longestGap: Seam.tick,
                    givesUpAfter: Seam.tick * 100))
            keepAlive.append(store)
            let policyGuard = Guard(
                store: store, time: seam, processes: seam, longestGap: Seam.tick,
                interruption: {
                    seam.looksAgain()
                    return nil
                },
                report: { event in
                    if case .tookOver(let observation, _) = event { Self.won(observation, seam) }
                })
            keepAlive.append(policyGuard)
            try run(policyGuard, store, seam)
            outcome = .done
        } catch {
            outcome =
                switch error.code {
                case .busy: .busy
                case .evicted: .evicted
                default: .failed(error.message)
                }
        }
        _ = seam.ask(.mark(.exit(outcome)))
        withExtendedLifetime(keepAlive) {}
        return seam.found
    }

    private func run(_ policyGuard: Guard, _ store: FileLockStore, _ seam: Seam) throws(FleetError) {
        var lock: HeldLock?
        do throws(FleetError) {
            for (index, step) in script.enumerated() {
                try run(step, &lock, policyGuard, store, seam)
                if bug == nil { seam.finishedStep(index, holdsLock: lock != nil) }
            }
        } catch {
            // As `withLock` does: however the body ends, the lock is given back.
            if let lock { policyGuard.release(lock) }
            throw error
        }
    }

    private func run(
        _ step: ScriptStep, _ lock: inout HeldLock?, _ policyGuard: Guard, _ store: FileLockStore, _ seam: Seam
    ) throws(FleetError) {
        switch step {
        case .acquire(let policy):
            do throws(FleetError) {
                let request = LockRequest(scope: .fleet, command: "restart")
                lock = try policyGuard.acquire(request, waitPolicy(policy))
                _ = seam.ask(.mark(.granted))
            } catch {
                guard bug?.survivesFailures == true, error.code == .io else { throw error }
                _ = seam.ask(.mark(.hang))
            }
        case .acquireRun(let policy, let maxHold):
            let request = LockRequest(
                scope: .fleet, command: "lock run", maxHold: maxHold.map { Seam.tick * $0 }, isRun: true)
            lock = try policyGuard.acquire(request, waitPolicy(policy))
            _ = seam.ask(.mark(.granted))
        case .acquirePlanned(let policy, let plan):
            let request = LockRequest(scope: .fleet, command: "restart", maxHold: Seam.tick * plan)
            lock = try policyGuard.acquire(request, waitPolicy(policy))
            _ = seam.ask(.mark(.granted))
        case .release:
            if let lock { policyGuard.release(lock) }
            lock = nil
        case .restart(let policy, let joins, let onlyFailed, let steps):
            try Restart(
                policy: waitPolicy(policy), joins: joins, onlyFailed: onlyFailed, steps: steps, bug: bug
            ).run(policyGuard, seam) { step, lock throws(FleetError) in try run(step, holding: lock, seam) }
        case .roll(let policy, let width):
            try RollingRestart(policy: waitPolicy(policy), width: width, bug: bug).run(policyGuard, seam)
        case .breakLock: try breakLock(nil, store, seam)
        case .breakByToken:
            guard let token = try store.observe()?.record?.token else { return }
            _ = seam.ask(.mark(.pause))
            try breakLock(token, store, seam)
        case .fillDisk: _ = seam.ask(.mark(.failNextWrite(seam.vocabulary.mutex)))
        case .pause: _ = seam.ask(.mark(.pause))
        default:
            guard let lock else { return }
            try run(step, holding: lock, seam)
        }
    }

    /// As `lock break` does.
    private func breakLock(_ token: String?, _ store: FileLockStore, _ seam: Seam) throws(FleetError) {
        guard let observation = try store.observe(), token == nil || observation.record?.token == token else { return }
        let isDead = observation.kernelLock == .free
        if try store.breakLock(observation, on: isDead ? .ownerDead : .forced) { Self.won(observation, seam) }
    }

    private func waitPolicy(_ policy: ScriptPolicy) -> WaitPolicy {
        var policy = policy.waitPolicy
        if bug == .graceLeftOut { policy.evictGrace = .zero }
        return policy
    }

    private func run(_ step: ScriptStep, holding lock: HeldLock, _ seam: Seam) throws(FleetError) {
        switch step {
        case .act:
            try lock.checkFence()
            _ = seam.ask(.mark(.act))
        case .actWithoutFence: _ = seam.ask(.mark(.act))
        case .actThroughChild:
            try lock.checkFence()
            _ = seam.ask(.mark(.spawnCommand(lock.commandDescriptor)))
            _ = seam.ask(.mark(.awaitCommand))
        case .progress: try lock.report(ProgressEvent(phase: "start", done: 1, total: 2))
        case .stamp: try lock.stamp()
        case .work: _ = seam.ask(.mark(.work))
        case .hang(let isStamped):
            if isStamped, let descriptor = lock.commandDescriptor { _ = seam.ask(.mark(.startStamping(descriptor))) }
            _ = seam.ask(.mark(.hang))
        case .startServer: _ = seam.ask(.mark(.startServer))
        case .acquire, .acquireRun, .acquirePlanned, .release, .breakLock, .breakByToken, .fillDisk, .pause, .restart,
            .roll, .operate:
            break
        }
    }

    private static func won(_ observation: LockObservation, _ seam: Seam) {
        guard let record = observation.record else { return }
        _ = seam.ask(.mark(.won(seam.vocabulary.number(ofName: record.token))))
    }
}
