internal import FleetGuard

extension JSONObject {
    /// `lock inspect --json`.
    static func lock(_ inspection: LockInspection) -> Self {
        [
            "schemaVersion": 1, "path": inspection.path, "verdict": inspection.verdict.rawValue,
            "evidence": inspection.evidence, "owner": owner(inspection), "next": inspection.next,
            "evicted": inspection.evicted.map {
                [
                    "name": $0.name, "pid": $0.observation.record?.pid,
                    "kernelLockHeld": $0.observation.kernelLock == .held,
                ] as Self
            },
        ]
    }

    private static func owner(_ inspection: LockInspection) -> Self? {
        guard let observation = inspection.observation, let record = observation.record else { return nil }
        let last = observation.events.latest
        return [
            "record": record,
            // `alive`, `gone`, `unknowable`.
            "liveness": inspection.owner.map { "\($0.liveness)" }, "livenessEvidence": inspection.ownerEvidence,
            "commandPIDs": inspection.owner?.commands ?? [], "lastProgressSecondsAgo": inspection.stampAge,
            "phase": last?.phase, "done": last?.done, "total": last?.total, "events": observation.events,
        ]
    }
}
