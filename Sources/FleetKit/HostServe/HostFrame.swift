public import FleetGuard
internal import FoundationEssentials

/// One line that a host answers: a mark, then a JSON object.
///
/// The mark tells it from what a login shell prints before it. The station trusts none of it: lines are bounded, texts are
/// made safe before they are shown, and an answer that cannot be read ends the call.
public struct HostFrame: Codable, Sendable, Equatable {
    public static let mark = "#mosaic-host# "
    /// Bytes of one line: a document of 1 MiB, of which every byte may be escaped.
    public static let sizeLimit = 8 << 20
    /// Bytes of a command's output that are passed on.
    package static let textLimit = 1 << 20

    public enum Kind: String, Codable, Sendable {
        /// The first of every answer.
        case hello
        case accepted, progress, document, health, state, refused
        /// The last of every complete answer.
        case bye
    }

    public var kind: Kind

    // hello
    public var `protocol`: Int?
    public var version: String?
    public var id: String?
    public var identity: String?
    public var user: String?
    /// Whether the fleet outlives the connection; absent where the host cannot say.
    public var lingers: Bool?
    /// A `begin` has to name it, see `HostLedger`.
    public var generation: Int?

    // progress, document
    public var text: String?
    public var done: Int?
    public var total: Int?
    /// Which of the commands that were asked for.
    public var index: Int?
    public var errors: String?

    // document, state
    public var status: Int32?
    public var state: HostOperationState?

    public var health: HostHealth?

    // refused
    public var code: String?
    public var message: String?
    public var hint: String?

    public init(_ kind: Kind) { self.kind = kind }

    public init(_ error: FleetError) {
        kind = .refused
        code = error.code.rawValue
        message = error.message
        hint = error.hint
    }

    /// With its mark and the newline.
    public func line() throws(FleetError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return Self.mark + String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
        } catch {
            throw FleetError(.io, "an answer cannot be written as JSON: \(error)", hint: "report this as a bug")
        }
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
    public var active: Int
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

    public var isLockFree: Bool { lock == "free" }
}
