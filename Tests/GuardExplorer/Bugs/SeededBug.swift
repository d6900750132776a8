/// Bugs that a lock like this has had somewhere, planted at the seam: the guard's own code runs unchanged, and a
/// wrapper turns its calls into those that the buggy code would have made.
package enum SeededBug: String, CaseIterable, Sendable {
    case releaseByBlindUnlink = "release-by-blind-unlink"
    case takeoverWithoutMutex = "takeover-without-mutex"
    case evictionReplaces = "eviction-replaces-the-record"
    case breakUnlinks = "break-unlinks-a-living-owner"
    case takeoverByUnlink = "takeover-by-unlink-then-create"
    case stalenessByContent = "staleness-by-content"
    case mutexLeaked = "mutex-leaked-on-failed-write"
    case fenceLeftOut = "fence-left-out"
    case flockAfterPublish = "flock-after-publish"
    case descriptorInherited = "descriptor-inherited-by-a-child"
    case stampedBySideThread = "stamped-by-a-side-thread"
    case burialLeftOut = "burial-left-out"
    case graceLeftOut = "grace-left-out"
    case killsReaders = "kills-whoever-has-the-record-open"
    case writersOverlooked = "helper-of-a-dead-owner-overlooked"
    case wishedTooEarly = "fleet-looked-at-before-the-wish"
    case joinLeftOut = "restarted-again-after-the-wish"
    case ownersTakenForOne = "time-of-all-owners-counts-for-the-last"
    case killsTheSlow = "slow-holder-taken-for-stopped"
    case stepNotAwaited = "next-step-before-the-last-is-up"
    case failureOverlooked = "rolling-on-after-a-failure"
    case watchLeftOut = "rolling-on-before-it-stayed-up"
    case debtsForgotten = "debts-of-a-crash-forgotten"
    case rolledBeforeTheLock = "only-outdated-decided-before-the-lock"
    case decidedTooEarly = "only-failed-decided-before-the-lock"

    /// The bug is in what the contender does, not in how the guard calls the system.
    package var needsItsOwnScript: Bool {
        switch self {
        case .fenceLeftOut, .descriptorInherited, .stampedBySideThread, .mutexLeaked: true
        default: false
        }
    }

    /// The process lives on after an I/O error, so that what it leaked stays leaked.
    var survivesFailures: Bool { self == .mutexLeaked }
}
