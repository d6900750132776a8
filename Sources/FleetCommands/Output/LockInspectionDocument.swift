internal import FleetGuard

/// `lock inspect --json`.
struct LockInspectionDocument: Encodable {
    struct Owner: Encodable {
        var record: LockRecord
        /// `alive`, `gone`, `unknowable`.
        var liveness: String?
        var livenessEvidence: String?
        var commandPIDs: [Int32]
        var lastProgressSecondsAgo: Double?
        var phase: String?
        var done: Int?
        var total: Int?
        var events: [ProgressEvent]
    }

    struct Evicted: Encodable {
        var name: String
        var pid: Int32?
        var kernelLockHeld: Bool
    }

    let schemaVersion = 1
    var path: String
    var verdict: String
    var evidence: String
    var owner: Owner?
    var evicted: [Evicted]
    var next: String

    init(_ inspection: LockInspection) {
        path = inspection.path
        verdict = inspection.verdict.rawValue
        evidence = inspection.evidence
        next = inspection.next
        evicted = inspection.evicted.map {
            Evicted(name: $0.name, pid: $0.observation.record?.pid, kernelLockHeld: $0.observation.kernelLock == .held)
        }
        guard let observation = inspection.observation, let record = observation.record else { return }
        let last = observation.events.latest
        owner = Owner(
            record: record, liveness: inspection.owner.map { "\($0.liveness)" },
            livenessEvidence: inspection.ownerEvidence, commandPIDs: inspection.owner?.commands ?? [],
            lastProgressSecondsAgo: inspection.stampAge, phase: last?.phase, done: last?.done, total: last?.total,
            events: observation.events)
    }
}
