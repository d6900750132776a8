public import FleetGuard

/// What the slots need of etcd. Every call has an end.
public protocol EtcdConnection: AnyObject {
    /// Reads are asked of each endpoint in turn until one answers; a change is sent once.
    /// - Throws: `.noServiceManager` where no endpoint answers a read, or where etcd refuses the request for good.
    func send(_ request: EtcdRequest) throws(FleetError) -> EtcdAnswer

    /// Grants a lease and keeps it alive until `releaseLease` or the end of the process.
    /// - Returns: its id.
    func keepLease(seconds: Int) throws(FleetError) -> Int64

    /// How long the lease lives at least, by the station's own clock; nil: it is lost, or may be.
    var leaseLeft: Duration? { get }

    /// Ends the lease, and with it what is attached to it. What cannot be told to etcd expires there.
    func releaseLease()
}

public enum EtcdRequest: Hashable, Sendable {
    /// Every key below `prefix`, as of one revision.
    case read(prefix: String)
    case commit(EtcdTransaction)
    /// A key that lives as long as the lease; safe to repeat.
    case mark(key: String, lease: Int64)
}

public enum EtcdAnswer: Hashable, Sendable {
    case snapshot(EtcdSnapshot)
    /// Done; of a transaction: all of its conditions held.
    case done
    /// A condition of the transaction does not hold, and nothing was changed: what there is instead.
    case conflict(EtcdSnapshot)
    /// The change was made, or will be, or never. Only a later read can tell.
    case unknown(String)
}

/// Keys as of one revision.
public struct EtcdSnapshot: Hashable, Sendable {
    public struct Entry: Hashable, Sendable {
        public var key: String
        public var value: [UInt8]
        /// The revision of its last change.
        public var revision: Int64

        public init(key: String, value: [UInt8], revision: Int64) {
            self.key = key
            self.value = value
            self.revision = revision
        }
    }

    public var revision: Int64
    public var entries: [Entry]

    public init(revision: Int64, entries: [Entry]) {
        self.revision = revision
        self.entries = entries
    }
}

/// Changes that are made together if every condition holds, and not at all otherwise.
public struct EtcdTransaction: Hashable, Sendable {
    public enum Condition: Hashable, Sendable {
        case isAbsent(String)
        case isUnchanged(String, since: Int64)
        /// No key below the prefix was made or changed after that revision. Keys may have gone.
        case nothingNewer(prefix: String, than: Int64)
    }

    public enum Change: Hashable, Sendable {
        /// - Parameter lease: of the key; nil: it stays until it is deleted.
        case put(key: String, value: [UInt8], lease: Int64?)
        case delete(key: String)
    }

    public var conditions: [Condition]
    public var changes: [Change]
    /// What is read in the same step where a condition does not hold.
    public var prefix: String

    public init(_ conditions: [Condition], _ changes: [Change], prefix: String) {
        self.conditions = conditions
        self.changes = changes
        self.prefix = prefix
    }
}
