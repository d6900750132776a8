public import FleetGuard
internal import FoundationEssentials

/// One line that a host answers: a mark, then a JSON object.
///
/// The mark tells it from what a login shell prints before it. The station trusts none of it: lines are bounded, texts are
/// made safe before they are shown, and an answer that cannot be read ends the call.
public struct HostFrame: Codable, Sendable, Equatable {
    /// Every line of an answer begins with it.
    public static let mark = "#mosaic-host# "
    /// Bytes of one line: a document of 1 MiB, of which every byte may be escaped.
    public static let sizeLimit = 8 << 20
    /// Bytes of a command's output that are passed on.
    package static let textLimit = 1 << 20

    /// Decides which of the optional fields are set.
    public enum Kind: String, Codable, Sendable {
        /// The first of every answer.
        case hello
        /// `accepted`: the operation is written down, and runs now; `refused`: the request failed, and `bye` follows.
        case accepted, progress, document, health, state, refused
        /// The last of every complete answer.
        case bye
    }

    /// A kind that the reader does not know makes the line unreadable.
    public var kind: Kind

    // hello
    /// `HostRequest.protocolVersion` of the host.
    public var `protocol`: Int?
    /// The version of the host's mosaic.
    public var version: String?
    /// Of the request; nil when that could not be read or its id is not a UUID.
    public var id: String?
    /// `HostIdentity.of` for the fleet that answers.
    public var identity: String?
    /// The user's name for `loginctl enable-linger`; nil where it is not needed or the user has no account.
    public var user: String?
    /// Whether the fleet outlives the connection; absent where the host cannot say.
    public var lingers: Bool?
    /// A `begin` has to name it, see `HostLedger`.
    public var generation: Int?

    // progress, document
    /// A line for people; in a document, the command's standard output.
    public var text: String?
    /// Units of the current phase that are done; nil when the phase does not count.
    public var done: Int?
    /// Units of the current phase; nil when the phase does not count.
    public var total: Int?
    /// Which of the commands that were asked for.
    public var index: Int?
    /// The command's standard error.
    public var errors: String?

    // document, state
    /// An exit status: the command's (75 if it timed out), or the operation's, nil if unknown. 128 + N is signal N.
    public var status: Int32?
    /// Of the operation that the request names.
    public var state: HostOperationState?

    /// Set in an answer of kind `health` only.
    public var health: HostHealth?

    // refused
    /// The raw value of a `FleetError.Code`; may be one that the station does not know.
    public var code: String?
    /// As `FleetError.message`; not safe for a terminal before it is made `Printable`.
    public var message: String?
    /// As `FleetError.hint`; it is about the host, not the station.
    public var hint: String?

    /// Every optional field is nil at first.
    public init(_ kind: Kind) { self.kind = kind }

    /// A `refused` frame.
    public init(_ error: FleetError) {
        kind = .refused
        code = error.code.rawValue
        message = error.message
        hint = error.hint
    }

    /// With its mark and the newline.
    public func line() throws(FleetError) -> String {
        Self.mark + String(decoding: try JSONLine.bytes(self, of: "an answer"), as: UTF8.self)
    }

    /// - Parameter line: without the newline.
    /// - Returns: nil for a line without the mark, or whose JSON cannot be read.
    public init?(line: some Collection<UInt8>) {
        guard line.count <= Self.sizeLimit, line.starts(with: Self.mark.utf8) else { return nil }
        let json = Data(line.dropFirst(Self.mark.utf8.count))
        guard let frame = try? JSONDecoder().decode(Self.self, from: json) else { return nil }  // nil says it
        self = frame
    }
}

/// A fleet in the numbers that a view over many hosts shows, and whether a slot may be given back for it.
public struct HostHealth: Codable, Sendable, Equatable, Hashable {
    /// As `lock inspect` judges it.
    public var lock: String
    /// Of `total`, those whose unit is active.
    public var active: Int
    /// The holder and the agents of the roster.
    public var total: Int
    /// Absent where it cannot be told.
    public var outdated: Int?
    /// Running agents of which it cannot be told; absent from hosts of versions before it.
    public var unknown: Int?
    /// `1 failed, 4 active`.
    public var summary: String
    /// The holder and every agent run, but for those that were stopped on purpose or never started; nothing is owed.
    public var isHealthy: Bool
    /// What keeps it from being healthy, a few at most.
    public var troubles: [String]
    /// Operations of stations that are under way; absent from hosts of versions before it.
    public var underWay: Int?

    /// Checks nothing; `init(_:lock:intents:outdated:unknown:)` derives the values from a fleet.
    public init(
        lock: String, active: Int, total: Int, outdated: Int?, unknown: Int? = nil, summary: String, isHealthy: Bool,
        troubles: [String]
    ) {
        self.lock = lock
        self.active = active
        self.total = total
        self.outdated = outdated
        self.unknown = unknown
        self.summary = summary
        self.isHealthy = isHealthy
        self.troubles = troubles
    }

    /// False also for a lock whose owner is dead.
    public var isLockFree: Bool { lock == "free" }
}
