/// A waiter's memory of one lock: how long it has waited in all, how long for this owner, and how long the progress stamp
/// has stood still. It counts what the waiter has watched (`WatchedTime`) on its own monotonic clock, so clock steps,
/// suspend, a file server's clock and a waiter that was itself stopped are no evidence.
struct Patience {
    /// What a decision rests on.
    struct Seen: Equatable {
        /// The progress stamp has stood still for this long.
        var unchanged: Duration = .zero
        /// The same owner has had the lock for this long.
        var owner: Duration = .zero
        /// The whole wait.
        var waited: Duration = .zero
    }

    private var clock: WatchedTime
    private var last: LockObservation?
    private(set) var seen = Seen()

    init(longestGap: Duration) { clock = WatchedTime(longestGap: longestGap) }

    /// The wait begins, or continues without a lock to observe.
    mutating func observeNothing(now: Duration) {
        seen.waited += clock.look(now)
        last = nil
    }

    mutating func observe(_ observation: LockObservation, now: Duration) {
        let passed = clock.look(now)
        seen.waited += passed
        seen.owner = isSameOwner(observation) ? seen.owner + passed : .zero
        seen.unchanged =
            last.map { $0.isSameLock(as: observation) && $0.stamp == observation.stamp } == true
            ? seen.unchanged + passed : .zero
        last = observation
    }

    /// Whatever is not a record has no owner that could be told from another, and no plan: its changes do not begin a
    /// new wait, or the wait for a file that keeps being rewritten would never end.
    private func isSameOwner(_ observation: LockObservation) -> Bool {
        guard let last else { return false }
        if last.record == nil && observation.record == nil { return true }
        return last.isSameLock(as: observation)
    }
}
