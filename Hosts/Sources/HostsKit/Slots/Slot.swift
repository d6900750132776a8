internal import FleetGuard
public import FleetKit

/// The right to have one host down, as it is stored.
///
/// `token` is fresh with each taking, so to compare it is to compare the slot's revision: what was given back and taken
/// again has another one.
public struct Slot: Codable, Hashable, Sendable {
    public var token: String
    /// `HostIdentity`: two names of one host have one slot.
    public var identity: String
    /// As the station that took it calls the host.
    public var host: String
    /// Which run of which station; what `StoredSlot.isStationAlive` is about.
    public var station: String
    /// `alice@laptop`.
    public var author: String
    public var reason: String?
    /// RFC 3339.
    public var since: String
    /// Of the operation that this slot is for; never used for another one.
    public var operation: String

    public init(
        token: String, identity: String, host: String, station: String, author: String, reason: String?, since: String,
        operation: String
    ) {
        self.token = token
        self.identity = identity
        self.host = host
        self.station = station
        self.author = author
        self.reason = reason
        self.since = since
        self.operation = operation
    }
}

public struct StoredSlot: Hashable, Sendable {
    public var slot: Slot
    /// A remark, never a permission: a station that is taken for dead may go on at any moment.
    public var isStationAlive: Bool
    /// Of the last change, where the store counts them; else 0.
    public var revision: Int64

    public init(_ slot: Slot, isStationAlive: Bool, revision: Int64 = 0) {
        self.slot = slot
        self.isStationAlive = isStationAlive
        self.revision = revision
    }
}

/// Why a slot may be given back. It can only be made from what its host said, so a slot that is given back without proof
/// does not compile.
public struct SlotEvidence: Hashable, Sendable {
    public enum Ground: Hashable, Sendable {
        /// The operation has ended or can never begin, the lock is free and the fleet is well.
        case well
        /// The host left everything as it was, because another restart runs there.
        case busy
        /// The owner knows that it asked the host for nothing.
        case unsent
    }

    public let ground: Ground
    public let operation: String

    private init(_ ground: Ground, _ slot: Slot) {
        self.ground = ground
        operation = slot.operation
    }

    /// - Parameters: as the host answered to `settle`, after which an unknown operation is void.
    /// - Returns: nil where it proves nothing.
    public static func well(_ slot: Slot, state: HostOperationState, health: HostHealth) -> SlotEvidence? {
        guard state == .ended || state == .void, health.isLockFree, health.isHealthy else { return nil }
        return SlotEvidence(.well, slot)
    }

    /// - Returns: nil for any exit status but 75.
    public static func busy(_ slot: Slot, exitStatus: Int32) -> SlotEvidence? {
        exitStatus == ExitStatus.busy.rawValue ? SlotEvidence(.busy, slot) : nil
    }

    /// For the owner alone, before it has sent anything for this slot.
    static func unsent(_ slot: Slot) -> SlotEvidence { SlotEvidence(.unsent, slot) }
}
