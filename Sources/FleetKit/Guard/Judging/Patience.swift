/// A waiter's memory of one lock, on the waiter's own monotonic clock: how long it has waited for this owner, and how
/// long the progress stamp has stood still. Clock steps, suspend and a file server's clock cannot move either.
struct Patience {
    private var seen: LockObservation?
    private var ownerSince: Duration = .zero
    private var stampSince: Duration = .zero

    mutating func observe(_ observation: LockObservation, now: Duration) {
        if let seen, seen.isSameLock(as: observation) {
            if seen.stamp != observation.stamp { stampSince = now }
        } else {
            ownerSince = now
            stampSince = now
        }
        seen = observation
    }

    func unchanged(now: Duration) -> Duration { now - stampSince }
    func waitedForOwner(now: Duration) -> Duration { now - ownerSince }
}
