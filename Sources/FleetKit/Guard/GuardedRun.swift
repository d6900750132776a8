/// What came of an operation that may end with another one's success.
public enum GuardedOutcome<Value> {
    case ran(Value)
    /// Nothing was done: this restart did the same, and began after it was asked for.
    case joined(CompletedRestart)
}

extension Guard {
    /// Runs `body` while this process owns the fleet's restart, or ends with a restart that made it unnecessary; and
    /// remembers one that others may end with.
    ///
    /// Whether there is such a restart is decided while the lock is held: only then is none under way.
    /// - Parameters:
    ///   - outer: the lock of the `lock run` that this process is inside of, which is used then; else nil.
    ///   - joins: end with another one's success if there is one.
    ///   - isWhole: whether what `body` returned means that everything in the request's scope was restarted.
    ///   - acquired: told once the lock is owned, before anything is decided.
    ///   - notRecorded: told when that could not be remembered; nobody can join it then.
    /// - Throws: what `withLock` throws, or `body`.
    public func run<Value>(
        _ request: LockRequest, _ policy: WaitPolicy, inside outer: LockObservation? = nil, joins: Bool,
        isWhole: (Value) -> Bool, acquired: (HeldLock) -> Void = { _ in }, notRecorded: (FleetError) -> Void,
        _ body: (HeldLock) throws(FleetError) -> Value
    ) throws(FleetError) -> GuardedOutcome<Value> {
        let asked = now()
        func work(_ lock: HeldLock) throws(FleetError) -> GuardedOutcome<Value> {
            acquired(lock)
            if joins, let other = try restartCompleted(since: asked, covering: request.scope) { return .joined(other) }
            let value = try body(lock)
            guard isWhole(value) else { return .ran(value) }
            do throws(FleetError) {
                try recordCompleted(lock)
            } catch {
                notRecorded(error)
            }
            return .ran(value)
        }
        guard let outer else { return try withLock(request, policy, work) }
        return try withLock(inside: outer, request, policy, work)
    }

    /// The restart that made another one of `scope`, asked for at `asked`, unnecessary; nil when there is none.
    private func restartCompleted(
        since asked: Duration, covering scope: LockScope
    ) throws(FleetError) -> CompletedRestart? {
        guard let last = try store.completed(), last.covers(scope, askedAt: asked, bootID: bootID) else { return nil }
        return last
    }
}
