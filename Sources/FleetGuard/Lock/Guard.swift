internal import Logging

/// The teardown-settle guard: one restart at a time, across processes, exact under crashes, hangs and races.
///
/// It waits and judges; the transitions themselves are the store's. All times are on this process's own monotonic
/// clock.
public final class Guard {
    package let store: any LockStore
    let time: any GuardTime
    let processes: any ProcessTable
    let report: (GuardEvent) -> Void
    let interruption: () -> FleetError?
    let scopes: (any RunScopes)?
    let longestGap: Duration
    private let log = Logger(label: "guard")

    /// A waiter looks at least this often, whatever wakes it.
    static let safetyNet: Duration = .seconds(1)
    /// How long a new owner's lock is left alone. Where many wait, most turns are shorter, and fifteen who look at each
    /// new owner are in its way.
    package static let rest: Duration = .milliseconds(3)
    /// A waiter whose looks lie further apart was stopped, or not scheduled (`WatchedTime`).
    public static let longestGap: Duration = .seconds(2)
    /// A wait shorter than this is not worth a word.
    static let quietFor: Duration = .milliseconds(400)

    /// - Parameters:
    ///   - scopes: of the commands of `lock run`s; nil where there can be none.
    ///   - longestGap: what a pause between two looks counts at most; the clock of a simulated world may be coarser.
    ///   - interruption: asked at every look; an error (a signal came) ends the wait with it.
    ///   - report: what happens meanwhile.
    package init(
        store: any LockStore, time: any GuardTime, processes: any ProcessTable, scopes: (any RunScopes)? = nil,
        longestGap: Duration = Guard.longestGap,
        interruption: @escaping () -> FleetError? = { nil }, report: @escaping (GuardEvent) -> Void = { _ in }
    ) {
        self.store = store
        self.time = time
        self.processes = processes
        self.scopes = scopes
        self.longestGap = longestGap
        self.interruption = interruption
        self.report = report
    }

    /// Runs `body` while this process owns the fleet's restart, and gives the lock back however it ends.
    /// - Throws: what `acquire` throws, or `body`.
    public func withLock<Value>(
        _ request: LockRequest, _ policy: WaitPolicy, contended: () throws(FleetError) -> Void = {},
        _ body: (HeldLock) throws(FleetError) -> Value
    ) throws(FleetError) -> Value {
        let lock = try acquire(request, policy, contended: contended)
        defer { release(lock) }
        return try body(lock)
    }

    /// Waits for the lock according to the policy. When it returns, no earlier owner can act any more.
    ///
    /// - Parameter contended: called once, before this process waits for another one or takes over from it. What the
    ///   caller looks at in it lies before everything that another owner does from now on; without a call, no process did
    ///   anything between the caller's wish and the lock.
    /// - Throws: what `contended` threw; `.busy`; `.evicted` when the lock was lost again while older owners were buried;
    ///   `.io`; what `interruption` gave. In each case nothing is held.
    public func acquire(
        _ request: LockRequest, _ policy: WaitPolicy, contended: () throws(FleetError) -> Void = {}
    ) throws(FleetError) -> HeldLock {
        var owner: LockRecord?
        let owned = try own(request, policy, contended, &owner)
        let lock = HeldLock(owned, store: store)
        lock.owner = owner
        do throws(FleetError) {
            try Burial(
                store: store, time: time, processes: processes, scopes: scopes, grace: policy.evictGrace,
                longestGap: longestGap, interruption: interruption, report: report
            ).run(for: lock)
            log.debug("acquired", metadata: ["token": "\(owned.record.token)", "lock": "\(store.lockPath)"])
            return lock
        } catch {
            release(lock)
            throw error
        }
    }

    /// Gives the lock back; does nothing when it was given back already or is lost. Callers of `acquire` call it once.
    /// A failure is reported as `.releaseFailed` and not thrown.
    public func release(_ lock: HeldLock) {
        do throws(FleetError) {
            try store.release(lock.owned)
            log.debug("released", metadata: ["token": "\(lock.record.token)"])
        } catch {
            report(.releaseFailed(error))
        }
    }

    /// - Parameter owner: gets the record of the last other owner that was seen.
    private func own(
        _ request: LockRequest, _ policy: WaitPolicy, _ contended: () throws(FleetError) -> Void,
        _ owner: inout LockRecord?
    ) throws(FleetError) -> OwnedLock {
        var isContended = false
        var patience = Patience(longestGap: longestGap)
        patience.observeNothing(now: time.now())
        var watch: (any LockStoreWatch)?
        defer { watch?.close() }
        while true {
            if let interrupted = interruption() { throw interrupted }
            guard let observation = try store.observe() else {
                if let owned = try store.acquire(request) { return owned }
                try watch?.rest()
                continue
            }
            owner = observation.record ?? owner
            if !isContended {
                isContended = true
                try contended()
            }
            patience.observe(observation, now: time.now())
            let seen = patience.seen
            let decision = policy.decide(
                observation, isAbandoned: OwnerJudge(processes: processes).isAbandoned(observation), seen)
            switch decision {
            case .takeOver(let ground, let verdict):
                if let owned = try store.takeOver(observation, on: ground, request) {
                    report(.tookOver(observation, verdict))
                    return owned
                }
            case .busy(let verdict):
                throw GuardWords.busy(observation, verdict, waited: seen.waited, path: store.lockPath)
            case .wait(let longest):
                if seen.waited >= Self.quietFor {
                    report(
                        .waiting(
                            WaitStatus(
                                observation: observation, verdict: observation.record == nil ? .unreadable : .held,
                                waited: seen.waited, owner: seen.owner, unchanged: seen.unchanged, policy: policy)))
                }
                // Watching begins before the look that decides to wait, so that no change falls in between.
                guard let watch else {
                    try store.rehearse(request)
                    watch = try store.makeWatch()
                    continue
                }
                let untilWord = Self.quietFor - seen.waited
                let bound = untilWord > .zero ? min(untilWord, Self.safetyNet) : Self.safetyNet
                try watch.wait(after: observation, timeout: min(longest, bound))
            }
        }
    }
}
