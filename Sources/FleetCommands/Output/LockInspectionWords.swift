internal import FleetGuard
internal import FleetKit

/// What one look at the lock says, in words.
extension LockInspection {
    /// Why that is the verdict.
    var evidence: String {
        guard let observation else { return "there is no lock file" }
        let kernel =
            switch observation.kernelLock {
            case .held: "its kernel lock is held"
            case .free: "its kernel lock is free"
            case .unknown: "it has no kernel lock (path mode)"
            }
        let age = DurationText.human(.seconds(clamping: stampAge ?? 0))
        switch verdict {
        case .free: return "there is no lock file"
        case .unreadable:
            guard case .unreadable(let reason) = observation.content else { return kernel }
            return "\(reason); \(kernel)"
        case .abandoned:
            return observation.kernelLock == .unknown
                ? "\(kernel), and its owner's process is gone" : "\(kernel): its owner is gone"
        case .held: return "\(kernel), and the last progress is \(age) old"
        case .stalled:
            return "\(kernel), but the last progress is \(age) old by this host's clock "
                + "(limit \(DurationText.canonical(policy.stallAfter)))"
        }
    }

    /// How it is known whether the owner lives.
    var ownerEvidence: String? {
        guard let owner, let record = observation?.record else { return nil }
        return switch owner.liveness {
        case .alive:
            owner.isStopped
                ? "process \(record.pid) was stopped by a signal or a debugger, and makes no progress"
                : "process \(record.pid) runs, with the recorded start time"
        case .gone: "no process \(record.pid) with the recorded start time"
        case .unknowable: "it belongs to another host or pid namespace, so it cannot be checked from here"
        }
    }

    /// What `mosaic fleet restart` would do if it were started now.
    var next: String {
        guard let observation else {
            return evicted.isEmpty
                ? "acquire the lock at once"
                : "acquire the lock at once, and wait for \(evicted.count) evicted owner(s) to be gone"
        }
        let stall = DurationText.canonical(policy.stallAfter)
        switch verdict {
        case .free: return "acquire the lock at once"
        case .abandoned: return "take over at once"
        case .unreadable:
            return observation.kernelLock == .free
                ? "take over at once" : "take over once it has seen no change for \(stall)"
        case .stalled: return "take over and evict the owner once it has seen no progress for \(stall)"
        case .held: return nextAfterHeld(observation.record)
        }
    }

    private func nextAfterHeld(_ record: LockRecord?) -> String {
        switch policy.end(for: record) {
        case .never: return "wait until the lock is released"
        case .givesUp(let limit):
            let end = "wait up to \(DurationText.canonical(limit)), then give up with exit status 75"
            return policy.onTimeout == .break ? "\(end): it is a lock run without --max-hold" : end
        case .takesOver(let limit):
            return "wait until it has seen this owner hold the lock for \(DurationText.canonical(limit)), "
                + "then take over and evict it"
        }
    }
}
