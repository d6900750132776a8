/// Line 1 of `restart.lock`, written once: the owner of the fleet's restart, and the reason.
public struct LockRecord: Codable, Sendable, Equatable {
    public enum Mode: String, Codable, Sendable {
        /// The record's inode carries its owner's kernel lock (`flock`).
        case kernel
        /// The file system has no `flock`: the owner is known by its process identity alone.
        case path
    }

    /// The format that this code writes; a record of another version is not read.
    public static let currentVersion = 1

    public var version: Int
    public var token: String
    public var pid: Int32
    /// Field 22 of `/proc/PID/stat`: clock ticks after boot at which the process started.
    public var processStart: UInt64
    /// Inode of `/proc/self/ns/pid`.
    public var pidNamespace: UInt64
    public var bootID: String
    public var host: String
    public var uid: UInt32
    public var scope: LockScope
    public var command: String
    public var reason: String?
    /// RFC 3339, UTC; for people only, nothing is judged by it.
    public var acquiredAt: String
    public var mutex: Mode
    /// True for `lock run`: a script that may take up to long. One without `maxHoldSeconds` is broken only on request.
    public var isRun: Bool?
    /// The longest time that the owner may hold the lock: for a restart from the timeouts of its units, for a `lock run` as
    /// typed. While it makes progress, no waiter breaks it before having seen it for that long.
    public var maxHoldSeconds: Double?

    public init(
        token: LockToken, owner: ProcessIdentity, request: LockRequest, acquiredAt: String, mutex: Mode
    ) {
        self.version = Self.currentVersion
        self.token = token.rawValue
        self.pid = owner.pid
        self.processStart = owner.start
        self.pidNamespace = owner.pidNamespace
        self.bootID = owner.bootID
        self.host = owner.host
        self.uid = owner.uid
        self.scope = request.scope
        self.command = request.command
        self.reason = request.reason
        self.acquiredAt = acquiredAt
        self.mutex = mutex
        self.isRun = request.isRun ? true : nil
        self.maxHoldSeconds = request.maxHold?.inSeconds
    }

    /// `maxHoldSeconds`, clamped: a file may contain any number.
    public var maxHold: Duration? {
        maxHoldSeconds.map { .seconds(clamping: max(0, $0)) }
    }

    public var owner: ProcessIdentity {
        ProcessIdentity(
            pid: pid, start: processStart, pidNamespace: pidNamespace, bootID: bootID, host: host, uid: uid)
    }
}

/// What the caller of `Guard.acquire` is about to do, as recorded in the lock.
public struct LockRequest: Sendable, Equatable {
    public var scope: LockScope
    /// The command line, for people.
    public var command: String
    public var reason: String?
    /// The longest time that it may take; nil: not declared.
    public var maxHold: Duration?
    /// A `lock run`.
    public var isRun: Bool

    public init(
        scope: LockScope, command: String, reason: String? = nil, maxHold: Duration? = nil, isRun: Bool = false
    ) {
        self.scope = scope
        self.command = command
        self.reason = reason
        self.maxHold = maxHold
        self.isRun = isRun
    }
}
