internal import FleetGuard

/// What a station asks of a host: one line of JSON on the standard input of `mosaic fleet host serve`.
public struct HostRequest: Codable, Sendable, Equatable {
    /// Raised when an older side could misread the newer one.
    public static let protocolVersion = 1
    /// Bytes of the line; a longer one is refused.
    public static let sizeLimit = 1 << 16

    /// What the host is to do; a word that it does not know makes the request unreadable.
    public enum Action: String, Codable, Sendable {
        /// Read only: health, and the documents of other commands.
        case ask
        /// Write the operation down and run it; refused when the id is known.
        case begin
        /// Stream an operation that is under way, until its end.
        case follow
        /// Ask what became of an operation; one that was never begun is written down as void, so that it never can be.
        case settle
    }

    /// A host refuses any version but its own.
    public var `protocol`: Int
    /// Only `begin` runs an operation; `settle` writes to the host's record.
    public var action: Action
    /// The operation's; of a question, its own.
    public var id: String
    /// Arguments of `mosaic fleet`: one list for `begin`, any number for `ask`.
    public var commands: [[String]]
    /// Who asks, for the host's record: `alice@station`.
    public var author: String
    /// Of `begin`: what the host's hello said when it was asked beforehand, see `HostLedger`; absent: 0.
    public var generation: Int?

    /// Sets `protocol` to the version of this program.
    public init(
        _ action: Action, id: HostOperationID, commands: [[String]] = [], author: String, generation: Int? = nil
    ) {
        self.protocol = Self.protocolVersion
        self.action = action
        self.id = id.rawValue
        self.commands = commands
        self.author = author
        self.generation = generation
    }
}

/// The name of one operation on one host, made by the station: a UUID. It is also a file's name on the host.
public struct HostOperationID: Hashable, Sendable, CustomStringConvertible {
    /// 36 characters: lower-case hexadecimal digits and hyphens.
    public let rawValue: String

    /// - Returns: nil for anything but a UUID in lower case.
    public init?(_ text: String) {
        guard LockToken(text)?.rawValue.isExactly(text) == true else { return nil }
        rawValue = text
    }

    /// The raw value.
    public var description: String { rawValue }
}

/// What became of an operation, as its host has it written down.
public enum HostOperationState: String, Codable, Sendable {
    /// Never heard of.
    case unknown
    /// A process that runs it still holds the kernel lock on its file.
    case running
    /// How may be unknown: then there is no exit status.
    case ended
    /// Settled before it was begun: it never ran and never will.
    case void
}
