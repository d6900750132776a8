internal import FleetGuard
internal import FleetKit

extension JSONObject {
    /// `status --json`.
    /// - Parameter heal: how often a timer heals the fleet; nil where none does.
    static func status(_ report: StatusReport, lock: LockInspection, heal: Duration? = nil) -> Self {
        [
            "schemaVersion": 1, "allActive": report.exitStatus == .done, "summary": report.summary,
            "lock": Self.lock(lock), "units": report.rows.map(unit),
            // In the holder's tmux server, and of no agent; with `-o wide`.
            "sessions": report.sessions,
            "healEverySeconds": heal?.inSeconds,
        ]
    }

    private static func unit(_ row: StatusReport.Row) -> Self {
        let state = row.state
        let isSignal = state.mainExit?.code != 1
        return [
            "role": row.role.rawValue, "agent": row.agent?.rawValue, "unit": state.name.rawValue,
            "load": state.loadState, "active": state.activeState, "sub": state.subState, "result": state.result,
            "pid": state.mainPID > 0 ? state.mainPID : nil,
            // Since 1970.
            "activeSinceMicroseconds": state.activeSince > 0 ? state.activeSince : nil,
            // When it went down, for a unit that is down.
            "inactiveSinceMicroseconds": state.isDown && state.inactiveSince > 0
                ? state.inactiveSince : row.stop.map { UInt64(clamping: Int64(clamping: $0.time * 1e6)) },
            // Whose `mosaic fleet stop` took it down, as the history tells.
            "stoppedBy": row.stop?.author,
            // How its last main process ended: an exit status, or a signal's number.
            "exitStatus": isSignal ? nil : state.mainExit?.status,
            "exitSignal": isSignal ? state.mainExit?.status : nil,
            "cpuNanoseconds": state.cpu, "restarts": state.restarts, "memoryBytes": state.memory,
            "invocationID": state.invocationID.isEmpty ? nil : state.invocationID,
            "activity": row.role == .holder ? nil : activity(state.activity),
            // Down because a restart took it down and did not start it again; absent otherwise.
            "owed": row.isOwed ? true : nil,
            "trouble": row.trouble, "command": row.command.isEmpty ? nil : row.command, "directory": row.directory,
            // `current`, `outdated` or `unknown`; absent for a unit that is down, and under --watch.
            "freshness": row.freshness?.verdict.rawValue, "outdatedBy": reasons(row.freshness),
            "freshnessUnknown": row.freshness?.verdict == .unknown ? row.freshness?.doubt : nil,
        ]
    }

    /// Why units are outdated, by their names; without those that are not.
    static func outdated(_ units: [(unit: UnitName, freshness: Freshness)]) -> [String: [Self]] {
        let reasons = units.compactMap { unit, freshness in Self.reasons(freshness).map { (unit.rawValue, $0) } }
        return Dictionary(reasons) { first, _ in first }
    }

    /// nil where it is not outdated.
    private static func reasons(_ freshness: Freshness?) -> [Self]? {
        guard let freshness, freshness.verdict == .outdated else { return nil }
        // `unit`, `drop-in`, `roster`, `program`, `interpreter`, `environment-file`.
        return freshness.reasons.map { ["kind": $0.kind.rawValue, "path": $0.path, "what": $0.what] }
    }
}
