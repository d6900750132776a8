/// How a waiting process treats another process's lock. Times are on its own monotonic clock.
public struct WaitPolicy: Sendable, Equatable {
    /// What a waiter does once it has waited for `maxWait`.
    public enum OnTimeout: String, Sendable, CaseIterable {
        /// Take over and evict.
        case `break`
        /// End with `.busy`.
        case fail
    }

    /// Longest wait for one owner that makes progress, or for the longer time that its record declares (`maxHold`). Where
    /// the wait cannot end with a takeover: the longest wait in all. nil: no limit.
    public var maxWait: Duration?
    /// Applies after `maxWait`. A `lock run` without a declared longest time is broken only with `breaksRuns`.
    public var onTimeout: OnTimeout
    /// `--on-timeout break` was typed: then a `lock run` is broken as well.
    public var breaksRuns: Bool
    /// Do not wait at all for a living owner.
    public var noWait: Bool
    /// A progress stamp that stood still for this long is a stalled owner.
    public var stallAfter: Duration
    /// How long an evicted owner gets to see the fence and stop, before it is killed.
    public var evictGrace: Duration

    /// By default: at most 10 minutes for an owner that makes progress, then a takeover.
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

/// How a wait ends if the owner keeps making progress.
public enum WaitEnd: Sendable, Equatable {
    /// The lock is taken over once this waiter has seen this owner for that long. The time starts again with each owner, so
    /// a queue of healthy owners evicts none of them.
    case takesOver(Duration)
    /// The waiter gives up once its whole wait has lasted that long, for any owners.
    case givesUp(Duration)
    /// No limit was set. A dead or stalled owner is still taken over.
    case never
}

/// What to do about a lock that was just observed.
enum WaitDecision: Equatable {
    case takeOver(TakeoverGround, Verdict)
    case busy(Verdict)
    /// Look again when something changes, and at this age of the wait at the latest.
    case wait(Duration)
}

extension WaitPolicy {
    /// How the wait for this owner ends; nil for a file that is not a record.
    public func end(for record: LockRecord?) -> WaitEnd {
        guard let maxWait else { return .never }
        guard onTimeout == .break else { return .givesUp(maxWait) }
        // A lock run declares its longest time with --max-hold; without that it is broken only on request.
        if let record, record.isRun == true, record.maxHold == nil, !breaksRuns { return .givesUp(maxWait) }
        return .takesOver(max(maxWait, record?.maxHold ?? .zero))
    }

    /// The table of "Judging the owner" in docs/guard.md.
    func decide(_ observation: LockObservation, isAbandoned: Bool, _ seen: Patience.Seen) -> WaitDecision {
        let isRecord = observation.record != nil
        if isAbandoned { return .takeOver(.ownerDead, isRecord ? .abandoned : .unreadable) }
        if seen.unchanged >= stallAfter { return .takeOver(.noProgress, isRecord ? .stalled : .unreadable) }
        let verdict: Verdict = isRecord ? .held : .unreadable
        if noWait { return .busy(verdict) }
        let untilStalled = stallAfter - seen.unchanged
        switch end(for: observation.record) {
        case .never: return .wait(untilStalled)
        case .givesUp(let limit):
            return seen.waited < limit ? .wait(min(untilStalled, limit - seen.waited)) : .busy(verdict)
        case .takesOver(let limit):
            return seen.owner < limit
                ? .wait(min(untilStalled, limit - seen.owner)) : .takeOver(.forced, verdict)
        }
    }
}
