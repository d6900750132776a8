/// The lock as an operator wants to see it: verdict, evidence, owner, and what would happen next.
public struct LockInspection: Sendable {
    public var path: String
    public var verdict: Verdict
    /// Why that is the verdict, in words.
    public var evidence: String
    public var observation: LockObservation?
    /// Whether the owner lives, and how that is known.
    public var owner: OwnerStatus?
    /// Seconds since the last progress stamp, by this host's clock; for people, nothing is decided by it.
    public var stampAge: Double?
    /// What `mosaic fleet restart` would do if it were started now.
    public var next: String
    /// Owners that lost the lock while they lived and are not buried yet.
    public var evicted: [EvictedOwner]

    public struct OwnerStatus: Sendable {
        public var liveness: Liveness
        public var how: String
        /// Processes other than the owner that hold its kernel lock: commands that it started.
        public var commands: [Int32]
    }
}

/// Looks at the lock without touching it.
public struct LockInspector {
    private let store: (any LockStore)?
    private let path: String
    private let time: any GuardTime
    private let processes: any ProcessTable
    private let policy: WaitPolicy

    /// - Parameters:
    ///   - store: nil when there is no run directory yet.
    ///   - path: where the lock is or would be.
    ///   - policy: what a restart started now would use.
    public init(
        store: (any LockStore)?, path: String, time: any GuardTime, processes: any ProcessTable, policy: WaitPolicy
    ) {
        self.store = store
        self.path = path
        self.time = time
        self.processes = processes
        self.policy = policy
    }

    /// - Throws: `.io`.
    public func inspect() throws(FleetError) -> LockInspection {
        let evicted = try store?.evicted() ?? []
        guard let observation = try store?.observe() else {
            let burial = evicted.isEmpty ? "" : ", and wait for \(evicted.count) evicted owner(s) to be gone"
            return LockInspection(
                path: path, verdict: .free, evidence: "there is no lock file", observation: nil, owner: nil,
                stampAge: nil, next: "acquire the lock at once\(burial)", evicted: evicted)
        }
        let stamp = Double(observation.stamp.seconds) + Double(observation.stamp.nanoseconds) / 1e9
        let age = time.wallClock() - stamp
        let verdict = judge(observation, age: age)
        return LockInspection(
            path: path, verdict: verdict, evidence: evidence(observation, verdict, age: age),
            observation: observation, owner: observation.record.map { status(of: $0, observation) }, stampAge: age,
            next: next(observation, verdict), evicted: evicted)
    }

    private func judge(_ observation: LockObservation, age: Double) -> Verdict {
        guard observation.record != nil else { return .unreadable }
        if OwnerJudge(processes: processes).isAbandoned(observation) { return .abandoned }
        return age >= policy.stallAfter.inSeconds ? .stalled : .held
    }

    private func evidence(_ observation: LockObservation, _ verdict: Verdict, age: Double) -> String {
        let kernel =
            switch observation.kernelLock {
            case .held: "its kernel lock is held"
            case .free: "its kernel lock is free"
            case .unknown: "it carries no kernel lock (path mode)"
            }
        switch verdict {
        case .free: return "there is no lock file"
        case .unreadable:
            guard case .unreadable(let reason) = observation.content else { return kernel }
            return "it is not a lock record: \(reason); \(kernel)"
        case .abandoned:
            return observation.kernelLock == .unknown
                ? "\(kernel), and its owner's process is gone" : "\(kernel): its owner is gone"
        case .held: return "\(kernel), and the last progress is \(DurationText.human(.seconds(clamping: age))) old"
        case .stalled:
            return
                "\(kernel), but the last progress is \(DurationText.human(.seconds(clamping: age))) old by this host's clock "
                + "(limit \(DurationText.canonical(policy.stallAfter)))"
        }
    }

    private func status(of record: LockRecord, _ observation: LockObservation) -> LockInspection.OwnerStatus {
        let liveness = processes.liveness(of: record.owner)
        let how =
            switch liveness {
            case .alive: "process \(record.pid) runs, with the recorded start time"
            case .gone: "no process \(record.pid) with the recorded start time"
            case .unknowable: "it belongs to another host or pid namespace, so it cannot be looked at from here"
            }
        let holders =
            observation.kernelLock == .held ? processes.exclusiveHolders(of: observation.id) : []
        return LockInspection.OwnerStatus(
            liveness: liveness, how: how, commands: holders.filter { $0 != record.pid })
    }

    private func next(_ observation: LockObservation, _ verdict: Verdict) -> String {
        let stall = DurationText.canonical(policy.stallAfter)
        switch verdict {
        case .free: return "acquire the lock at once"
        case .abandoned: return "take over at once"
        case .unreadable:
            return observation.kernelLock == .free
                ? "take over at once" : "take over once it has seen no change for \(stall)"
        case .stalled: return "take over and evict the owner once it has itself seen no progress for \(stall)"
        case .held:
            switch policy.end(for: observation.record) {
            case .never: return "wait until the lock is released"
            case .givesUp(let limit):
                let end = "wait for at most \(DurationText.canonical(limit)), then give up with exit status 75"
                return policy.onTimeout == .break ? "\(end): it is a lock run without --max-hold" : end
            case .takesOver(let limit):
                return "wait until it has itself seen this owner hold the lock for \(DurationText.canonical(limit)), "
                    + "then take over and evict it"
            }
        }
    }
}
