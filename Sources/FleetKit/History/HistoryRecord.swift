public import FleetGuard
internal import FoundationEssentials

/// One line of `history.jsonl`: a guarded operation, or what happened to the lock.
public struct HistoryRecord: Codable, Sendable, Equatable {
    /// The raw values are the words in the file.
    public enum Kind: String, Sendable, CaseIterable {
        /// A guarded restart, asked for by a person or a program.
        case restart
        /// A restart by `heal`.
        case heal
        /// A `lock run`.
        case run
        /// Unguarded: they have a token of their own, so that they can be named.
        case start, stop
        /// The lock was taken over from an owner that was dead.
        case takeover
        /// The lock was taken over from an owner that may have been alive.
        case eviction
        /// An operator freed the lock.
        case `break`

        /// Something that was done to the fleet, in contrast to what happened to the lock on the way to it.
        package var isOperation: Bool {
            switch self {
            case .restart, .heal, .run, .start, .stop: true
            case .takeover, .eviction, .break: false
            }
        }
    }

    /// A process that owned the lock.
    package struct Party: Codable, Sendable, Equatable {
        package var pid: Int32
        package var command: String
        package var token: String
        package var reason: String?
        /// How far it had come: `phase drain 3/20`.
        package var progress: String?
    }

    /// Milliseconds since the operation was asked for.
    package struct Span: Codable, Sendable, Equatable {
        /// A phase, or the verb of a unit's command.
        package var what: String
        package var from: Int64
        package var to: Int64
        /// How a unit's command ended.
        package var outcome: String?

        package init(_ what: String, from: Int64, to: Int64, outcome: String? = nil) {
            self.what = what
            self.from = from
            self.to = to
            self.outcome = outcome
        }
    }

    /// How the operation ended for one unit.
    public struct Unit: Codable, Sendable, Equatable {
        /// The full unit name.
        public var unit: String
        /// Of its last command: `done`, or the outcome's name.
        public var outcome: String
        package var spans: [Span]
    }

    package static let currentVersion = 1

    /// `currentVersion`; a line of another version is not read.
    public var version = HistoryRecord.currentVersion
    /// The raw value of a `Kind`; a file may contain others.
    public var kind: String
    /// Of the acquisition; of the lock that was broken, for a break; none for an operation that never had the lock.
    public var token: String?
    /// Of the `lock run` around it.
    package var outer: String?
    /// The process that ran the operation, or that took or broke the lock; not the owner that lost it.
    public var pid: Int32
    package var uid: UInt32
    /// The user, and from where: `alice (pts/3)`. Older records have none.
    public var who: String?
    /// The node name of the host that it ran on, uname(2).
    public var host: String
    /// The command line, for people; not safe for a terminal.
    public var command: String
    /// `--reason`; nil when none was given.
    public var reason: String?
    /// What the operation was to touch; of the lost lock, for what happened to the lock.
    public var scope: LockScope
    /// RFC 3339: when it was asked for, and when it ended.
    package var startedAt: String
    package var endedAt: String
    /// From the one to the other.
    public var milliseconds: Int64 = 0
    /// For the lock.
    public var waited: Int64 = 0
    /// The last owner that it waited for; unknown after a short wait.
    package var waitedFor: Party?
    /// Who lost the lock, for a takeover, an eviction and a break.
    package var owner: Party?
    /// `done`, `failed`, `joined`, an error's code; the verdict, for what happened to the lock.
    public var result: String
    /// The exit status of the command; 0 for what happened to the lock.
    public var status: Int32 = 0
    /// The message of the error that ended it, or why a rolling restart halted; nil otherwise.
    public var error: String?
    package var phases: [Span] = []
    /// In the order of their first commands. If the line would be too long, units that are `done` are left out first.
    public var units: [Unit] = []
    /// So many units were left out, because the line would have been too long.
    package var omitted: Int?

    /// Durations, phases and units keep their defaults.
    /// - Parameters:
    ///   - process: becomes `pid`, `uid` and `host`.
    ///   - startedAt: RFC 3339, UTC; so is `endedAt`.
    public init(
        _ kind: Kind, by process: ProcessIdentity, command: String, reason: String?, scope: LockScope,
        startedAt: String, endedAt: String, result: String
    ) {
        self.kind = kind.rawValue
        pid = process.pid
        uid = process.uid
        host = process.host
        self.command = command
        self.reason = reason
        self.scope = scope
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.result = result
    }

    package var isOperation: Bool { Kind(rawValue: kind)?.isOperation == true }

    /// Whether it succeeded. A takeover means that another operation did not.
    public var isWell: Bool { result == "done" || result == "joined" }
}

// MARK: - As a line

extension HistoryRecord {
    /// No line is longer: 1,000 units are about 200 KiB.
    static let maximumBytes = 256 << 10
    /// About 30 years; what is longer is no time, and sums of it must not overflow.
    private static let longest: Int64 = 1_000_000_000_000

    /// The line with its newline, at most `maximumBytes`.
    func line() throws(FleetError) -> [UInt8] {
        var record = self
        while true {
            let bytes = try JSONLine.bytes(record, of: "the record")
            if bytes.count <= Self.maximumBytes { return bytes }
            guard !record.units.isEmpty else {
                throw FleetError(
                    .io, "the record is longer than \(Self.maximumBytes) bytes", hint: "give a shorter reason")
            }
            // Failures are what a reader will look for.
            let kept = record.units.count / 2
            let failed = record.units.filter { $0.outcome != "done" }
            let rest = record.units.filter { $0.outcome == "done" }
            record.units = Array((failed + rest).prefix(kept))
            record.omitted = units.count - kept
        }
    }

    /// nil when the line is no record of this version. What a file says is not believed further than it can be drawn:
    /// times are brought into a range in which they can be added.
    public static func parse(_ line: some Collection<UInt8>) -> HistoryRecord? {
        guard line.count <= maximumBytes,
            var record = try? JSONDecoder().decode(HistoryRecord.self, from: Data(line)),  // damaged: ignored
            record.version == currentVersion
        else { return nil }
        func sane(_ value: Int64) -> Int64 { min(max(0, value), longest) }
        func sane(_ span: Span) -> Span {
            let from = sane(span.from)
            return Span(span.what, from: from, to: max(from, sane(span.to)), outcome: span.outcome)
        }
        record.milliseconds = sane(record.milliseconds)
        record.waited = sane(record.waited)
        record.phases = record.phases.map(sane)
        for index in record.units.indices { record.units[index].spans = record.units[index].spans.map(sane) }
        record.omitted = record.omitted.map { max(0, $0) }
        return record
    }
}

extension HistoryRecord.Party {
    /// nil if the lock was not a record: then its owner is unknown.
    package init?(_ observation: LockObservation) {
        guard let record = observation.record else { return nil }
        self.init(
            pid: record.pid, command: record.command, token: record.token, reason: record.reason,
            progress: observation.events.last.map { event in
                let count = event.done.flatMap { done in event.total.map { " \(done)/\($0)" } } ?? ""
                return "phase \(event.phase)\(count)"
            })
    }
}
