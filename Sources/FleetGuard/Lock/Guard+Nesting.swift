/// Restarts inside a `lock run`: they use the lock that they are inside of instead of waiting for it.
extension Guard {
    /// What `nesting(_:)` found out about this process.
    public enum Nesting: Sendable {
        /// This process descends from the owner of this lock, which is a `lock run` and has the token.
        case inside(LockObservation)
        /// It is not so, and this is why.
        case outside(why: String)
    }

    /// Whether this process is inside the `lock run` whose token it was given. Verified, never believed: a token that
    /// is old, forged or was passed to another process has no effect.
    /// - Parameter text: the value of `MOSAIC_LOCK_TOKEN`.
    public func nesting(_ text: String) throws(FleetError) -> Nesting {
        guard let token = LockToken(text) else { return .outside(why: "it is not a lock token") }
        guard let observation = try store.observe() else { return .outside(why: "the lock is free") }
        guard let record = observation.record else { return .outside(why: "the lock is unreadable") }
        guard record.token == token.rawValue else {
            return .outside(why: "the lock belongs to \(GuardWords.owner(observation))")
        }
        guard record.isRun == true else { return .outside(why: "the lock's owner runs no command under it") }
        guard processes.liveness(of: record.owner) == .alive,
            processes.holds(observation.id, record.pid, isLocked: record.mutex == .kernel)
        else { return .outside(why: "process \(record.pid), which took that lock, no longer holds it") }
        guard processes.descends(from: record.owner) else {
            return .outside(why: "this process was not started by process \(record.pid), which holds that lock")
        }
        return .inside(observation)
    }

    /// Runs `body` under the lock that this process is inside of. The lock stays its owner's.
    ///
    /// Restarts inside one `lock run` exclude each other, too; a `lock run` inside another one adds nothing to it.
    /// - Throws: `.busy`; `.evicted` when the outer lock is lost; `.io`; what `interruption` gave; and `body`.
    public func withLock<Value>(
        inside observation: LockObservation, _ request: LockRequest, _ policy: WaitPolicy,
        contended: () throws(FleetError) -> Void = {}, _ body: (HeldLock) throws(FleetError) -> Value
    ) throws(FleetError) -> Value {
        guard let owned = try store.borrow(observation, request) else {
            throw GuardWords.evicted(by: try store.observe(), path: store.lockPath)
        }
        let lock = HeldLock(owned, store: store)
        defer { release(lock) }
        if !request.isRun { try enter(lock, policy, contended) }
        return try body(lock)
    }

    /// Waits until no other restart runs inside the same lock. Its owner's death frees it; no owner is evicted here.
    private func enter(
        _ lock: HeldLock, _ policy: WaitPolicy, _ contended: () throws(FleetError) -> Void
    ) throws(FleetError) {
        var patience = WatchedTime(longestGap: longestGap)
        var isContended = false
        while try !store.enter(lock.owned) {
            if !isContended {
                isContended = true
                try contended()
            }
            if let interrupted = interruption() { throw interrupted }
            try lock.checkFence()
            patience.look(time.now())
            let waited = patience.total
            let occupant = try store.occupant() ?? "another restart"
            if policy.noWait || policy.maxWait.map({ waited >= $0 }) == true {
                throw FleetError(.busy, "\(occupant) runs inside the same lock", .occupied)
            }
            if waited >= Self.quietFor { report(.waitingInside(occupant, waited: waited)) }
            time.sleep(for: Self.nestedStep)
        }
    }

    private static let nestedStep: Duration = .milliseconds(20)
}
