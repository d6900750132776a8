/// Events that the guard reports to its caller while it acquires, all on the caller's thread.
public enum GuardEvent: Sendable {
    /// Still waiting for another process's lock; sent at each poll from 400 ms on.
    case waiting(WaitStatus)
    /// Still waiting for this other restart inside the same `lock run`; sent at each look from 400 ms on.
    case waitingInside(String, waited: Duration)
    /// This process took the lock from its owner, for this reason.
    case tookOver(LockObservation, Verdict)
    /// An evicted owner is being waited for, and gets killed when the grace is over.
    case burying(EvictedOwner, grace: Duration)
    /// An evicted owner did not stop by itself and was killed.
    case killed(EvictedOwner, pid: Int32)
    /// An evicted owner is gone.
    case buried(EvictedOwner)
    /// It cannot be proved that an evicted owner is gone, and nothing more can be done from here.
    case notBuried(EvictedOwner, why: String)
    /// The lock could not be given back; it becomes abandoned when this process ends.
    case releaseFailed(FleetError)
}

/// One look of a waiting process.
public struct WaitStatus: Sendable {
    /// The lock as this look found it.
    public var observation: LockObservation
    /// `.held`, or `.unreadable` for a file that is not a record.
    public var verdict: Verdict
    /// How long this process has waited so far.
    public var waited: Duration
    /// How much of that for this owner.
    public var owner: Duration
    /// How long the owner has made no progress.
    public var unchanged: Duration
    /// As given to `acquire`; says how the wait can end.
    public var policy: WaitPolicy
}
