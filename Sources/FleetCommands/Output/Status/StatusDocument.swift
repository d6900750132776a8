internal import FleetGuard
internal import FleetKit

/// `status --json`.
struct StatusDocument: Encodable {
    struct Unit: Encodable {
        var role: String
        var agent: String?
        var unit: String
        var load: String
        var active: String
        var sub: String
        var result: String
        var pid: Int32?
        /// Microseconds since 1970.
        var activeSinceMicroseconds: UInt64?
        /// When it went down, for a unit that is down.
        var inactiveSinceMicroseconds: UInt64?
        /// Whose `mosaic fleet stop` took it down, as the history tells.
        var stoppedBy: String?
        /// How its last main process ended: an exit status, or a signal's number.
        var exitStatus: Int32?
        var exitSignal: Int32?
        var cpuNanoseconds: UInt64?
        var restarts: UInt32
        var memoryBytes: UInt64?
        var invocationID: String?
        /// Of agents.
        var activity: ActivityDocument?
        /// Down because a restart took it down and did not start it again; absent otherwise.
        var owed: Bool?
        var trouble: String?
        var command: [String]?
        var directory: String?
        /// `current`, `outdated` or `unknown`; absent for a unit that is down, and under --watch.
        var freshness: String?
        /// Why it is outdated.
        var outdatedBy: [Reason]?
        /// Why it is unknown.
        var freshnessUnknown: String?
    }

    struct Reason: Encodable {
        /// `unit`, `drop-in`, `roster`, `program`, `interpreter`, `environment-file`.
        var kind: String
        var path: String
        var what: String

        static func all(_ freshness: Freshness?) -> [Reason]? {
            guard let freshness, freshness.verdict == .outdated else { return nil }
            return freshness.reasons.map { Reason(kind: $0.kind.rawValue, path: $0.path, what: $0.what) }
        }
    }

    let schemaVersion = 1
    var allActive: Bool
    var summary: String
    var lock: LockInspectionDocument
    var units: [Unit]
    /// Sessions in the holder's tmux server that belong to no agent; with `-o wide`.
    var sessions: [String]
    /// How often a timer heals the fleet; absent where none does.
    var healEverySeconds: Double?

    init(_ report: StatusReport, lock: LockInspection) {
        allActive = report.exitStatus == .done
        summary = report.summary
        sessions = report.sessions
        self.lock = LockInspectionDocument(lock)
        units = report.rows.map { row in
            let state = row.state
            return Unit(
                role: row.role.rawValue, agent: row.agent?.rawValue, unit: state.name.rawValue, load: state.loadState,
                active: state.activeState, sub: state.subState, result: state.result,
                pid: state.mainPID > 0 ? state.mainPID : nil,
                activeSinceMicroseconds: state.activeSince > 0 ? state.activeSince : nil,
                inactiveSinceMicroseconds: state.isDown && state.inactiveSince > 0
                    ? state.inactiveSince : row.stop.map { UInt64(clamping: Int64(clamping: $0.time * 1e6)) },
                stoppedBy: row.stop?.author,
                exitStatus: state.mainExit.flatMap { $0.code == 1 ? $0.status : nil },
                exitSignal: state.mainExit.flatMap { $0.code == 1 ? nil : $0.status },
                cpuNanoseconds: state.cpu, restarts: state.restarts,
                memoryBytes: state.memory, invocationID: state.invocationID.isEmpty ? nil : state.invocationID,
                activity: row.role == .holder ? nil : ActivityDocument(state.activity),
                owed: row.isOwed ? true : nil, trouble: row.trouble,
                command: row.command.isEmpty ? nil : row.command, directory: row.directory,
                freshness: row.freshness?.verdict.rawValue, outdatedBy: Reason.all(row.freshness),
                freshnessUnknown: row.freshness?.verdict == .unknown ? row.freshness?.doubt : nil)
        }
    }
}
