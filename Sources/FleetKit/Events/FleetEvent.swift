internal import FleetGuard

/// An event for an operator: the JSON document that the command of `[events]` reads.
///
/// The fields are documented in docs/events.md; a field that has nothing to say is left out.
public struct FleetEvent: Codable, Sendable, Equatable {
    /// The raw values are the words of the document's `event` field.
    public enum Kind: String, Sendable, CaseIterable, Codable {
        /// A unit died, or could not be started.
        case unitFailed = "unit-failed"
        /// systemd does not start the unit again by itself: its start limit is used up.
        case unitGaveUp = "unit-gave-up"
        /// As `unitFailed`, because the kernel killed it for lack of memory.
        case outOfMemory = "out-of-memory"
        /// A restart that held the lock did not bring everything up, or was ended by SIGTERM.
        case restartFailed = "restart-failed"
        /// A rolling restart stopped at a failure.
        case restartHalted = "restart-halted"
        /// The lock was taken from a restart that was alive.
        case restartEvicted = "restart-evicted"
        /// A restart took over the lock from one that had died or hung.
        case takeover
        /// An agent waits for a person.
        case agentWaiting = "agent-waiting"
        /// `heal` has tried a unit often enough for now.
        case healResting = "heal-resting"
    }

    package static let currentVersion = 1

    /// Raised when a field changes its meaning; new fields do not raise it.
    public var schemaVersion = FleetEvent.currentVersion
    /// A fresh UUID.
    public var id: String
    /// What happened; decides which of the optional fields are set.
    public var event: Kind
    /// RFC 3339, in UTC.
    public var time: String
    /// The node name, uname(2).
    public var host: String
    /// The mosaic home.
    public var home: String
    /// One line for people.
    public var summary: String
    /// The systemd unit; nil for events of a restart.
    public var unit: String?
    /// The agent's name; nil for the holder and for events of a restart.
    public var agent: String?
    /// systemd's word for a unit (`exit-code`, `signal`, …); the history's for a restart; the verdict for a takeover.
    public var result: String?
    /// How the unit's run ended, in words.
    public var exit: String?
    /// The run that it is about.
    package var invocation: String?
    /// The lock token of the restart, as `history` knows it.
    public var restart: String?
    /// Who ran the restart, such as `alice (pts/3)`; for a takeover, who took the lock over.
    public var who: String?
    /// The command line of the restart.
    public var command: String?
    /// The `--reason` of the restart; for a takeover, of the one that was taken over.
    public var reason: String?
    /// The note of the agent's report.
    public var note: String?
    /// What to type.
    public var next: String?

    /// Sets `id` and `host`; the optional fields stay nil.
    /// - Parameters:
    ///   - time: seconds since 1970.
    ///   - summary: made printable, and cut after 500 characters.
    public init(_ kind: Kind, home: String, time: Double, summary: String) {
        id = LockToken.random().rawValue
        event = kind
        self.time = Timestamp.rfc3339(time)
        host = ProcFileSystem.hostName()
        self.home = home
        self.summary = Printable.oneLine(summary, limit: 500)
    }

    /// The document, with a line end.
    func text() throws(FleetError) -> [UInt8] {
        try JSONLine.bytes(self, of: "the event")
    }

    /// `TIME-ID.json`, so that the names' order is the events' order.
    var fileName: String { "\(time)-\(id).json" }
}
