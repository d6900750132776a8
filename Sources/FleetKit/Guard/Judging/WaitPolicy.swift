/// How a waiting process treats a lock that somebody else owns. Times are on its own monotonic clock.
public struct WaitPolicy: Sendable, Equatable {
    public enum OnTimeout: String, Sendable, CaseIterable {
        /// Take over and evict.
        case `break`
        /// End with `.busy`.
        case fail
    }

    /// Longest wait for a lock whose owner makes progress; nil = for ever.
    public var maxWait: Duration?
    public var onTimeout: OnTimeout
    /// `--on-timeout break` was typed: then a `lock run` is broken as well.
    public var breaksRuns: Bool
    /// Do not wait at all for a living owner.
    public var noWait: Bool
    /// A progress stamp that stood still for this long is a stalled owner.
    public var stallAfter: Duration
    /// How long an evicted owner gets to see the fence and stop, before it is killed.
    public var evictGrace: Duration

    public init(
        maxWait: Duration? = .seconds(600), onTimeout: OnTimeout = .break, breaksRuns: Bool = false,
        noWait: Bool = false, stallAfter: Duration = .seconds(30), evictGrace: Duration = .seconds(10)
    ) {
        self.maxWait = maxWait
        self.onTimeout = onTimeout
        self.breaksRuns = breaksRuns
        self.noWait = noWait
        self.stallAfter = stallAfter
        self.evictGrace = evictGrace
    }
}

/// What to do about a lock that was just observed.
enum WaitDecision: Equatable {
    case takeOver(TakeoverGround, Verdict)
    case busy(Verdict)
    /// Look again when something changes, and at this age of the wait at the latest.
    case wait(Duration)
}

extension WaitPolicy {
    /// The table of "Judging the owner" in docs/guard.md.
    func decide(
        _ observation: LockObservation, isAbandoned: Bool, unchanged: Duration, waitedForOwner: Duration,
        waited: Duration
    ) -> WaitDecision {
        let isRecord = observation.record != nil
        if isAbandoned { return .takeOver(.ownerDead, isRecord ? .abandoned : .unreadable) }
        if unchanged >= stallAfter { return .takeOver(.noProgress, isRecord ? .stalled : .unreadable) }
        let verdict: Verdict = isRecord ? .held : .unreadable
        if noWait { return .busy(verdict) }
        let untilStalled = stallAfter - unchanged
        guard let maxWait else { return .wait(untilStalled) }
        guard waited >= maxWait else { return .wait(min(untilStalled, maxWait - waited)) }
        guard onTimeout == .break, mayBreak(observation.record, waitedForOwner) else { return .busy(verdict) }
        return .takeOver(.forced, verdict)
    }

    private func mayBreak(_ record: LockRecord?, _ waitedForOwner: Duration) -> Bool {
        guard let record, record.isRun == true, !breaksRuns else { return true }
        guard let maxHold = record.maxHoldSeconds else { return false }
        return waitedForOwner.inSeconds >= maxHold
    }
}
