/// The lock as one look found it: verdict, owner, and what the judgement rests on. In words, it is the caller's.
public struct LockInspection: Sendable {
    /// Where the lock is or would be, also when it is free.
    public var path: String
    /// `stalled` is judged by this host's wall clock here, while a waiter goes by what it has watched itself.
    public var verdict: Verdict
    /// nil when the lock is free.
    public var observation: LockObservation?
    /// Whether the owner lives.
    public var owner: OwnerStatus?
    /// Seconds since the last progress stamp, by this host's clock; for people, nothing is decided by it.
    public var stampAge: Double?
    /// What an acquisition that begins now would go by.
    public var policy: WaitPolicy
    /// Owners that lost the lock while they lived and are not buried yet.
    public var evicted: [EvictedOwner]

    /// What can be found out from this host about the process in the record.
    public struct OwnerStatus: Sendable {
        /// `.unknowable` where this host cannot tell; the guard then kills nothing.
        public var liveness: Liveness
        /// The kernel shows it as stopped (Ctrl-Z, SIGSTOP, a debugger): it makes no progress until it is continued.
        public var isStopped: Bool
        /// Processes other than the owner that hold its kernel lock: commands that it started.
        public var commands: [Int32]
    }
}

/// Looks at the lock without touching it.
package struct LockInspector {
    private let store: (any LockStore)?
    private let path: String
    private let time: any GuardTime
    private let processes: any ProcessTable
    private let policy: WaitPolicy

    /// - Parameters:
    ///   - store: nil if there is no run directory yet.
    ///   - path: where the lock is or would be.
    ///   - policy: what an acquisition that begins now would use.
    package init(
        store: (any LockStore)?, path: String, time: any GuardTime, processes: any ProcessTable, policy: WaitPolicy
    ) {
        self.store = store
        self.path = path
        self.time = time
        self.processes = processes
        self.policy = policy
    }

    /// - Throws: `.io`.
    package func inspect() throws(FleetError) -> LockInspection {
        let evicted = try store?.evicted() ?? []
        guard let observation = try store?.observe() else {
            return LockInspection(
                path: path, verdict: .free, observation: nil, owner: nil, stampAge: nil, policy: policy,
                evicted: evicted)
        }
        let stamp = Double(observation.stamp.seconds) + Double(observation.stamp.nanoseconds) / 1e9
        let age = time.wallClock() - stamp
        return LockInspection(
            path: path, verdict: judge(observation, age: age), observation: observation,
            owner: observation.record.map { status(of: $0, observation) }, stampAge: age, policy: policy,
            evicted: evicted)
    }

    private func judge(_ observation: LockObservation, age: Double) -> Verdict {
        guard observation.record != nil else { return .unreadable }
        if OwnerJudge(processes: processes).isAbandoned(observation) { return .abandoned }
        return age >= policy.stallAfter.inSeconds ? .stalled : .held
    }

    private func status(of record: LockRecord, _ observation: LockObservation) -> LockInspection.OwnerStatus {
        let holders = observation.kernelLock == .held ? processes.exclusiveHolders(of: observation.id) : []
        let liveness = processes.liveness(of: record.owner)
        return LockInspection.OwnerStatus(
            liveness: liveness, isStopped: liveness == .alive && processes.isStopped(record.pid),
            commands: holders.filter { $0 != record.pid })
    }
}
