/// Line 1 of `restart.lock`, written once: the owner of the fleet's restart, and the reason.
public struct LockRecord: Codable, Sendable, Equatable {
    /// How the owner can be proved alive or dead; must match the mutex of whoever takes the lock over.
    public enum Mode: String, Codable, Sendable {
        /// The record's inode carries its owner's kernel lock (`flock`).
        case kernel
        /// The file system has no `flock`: the owner is known by its process identity alone.
        case path
    }

    /// The format that this code writes; a record of another version is not read.
    public static let currentVersion = 1

    /// `currentVersion` in every record that was read.
    public var version: Int
    /// The text of a `LockToken`; checked when a record is read.
    public var token: String
    /// Of the owner, in its own pid namespace; above zero in every record that was read.
    public var pid: Int32
    /// Field 22 of `/proc/PID/stat`: clock ticks after boot at which the process started.
    public var processStart: UInt64
    /// Inode of `/proc/self/ns/pid`.
    public var pidNamespace: UInt64
    /// `/proc/sys/kernel/random/boot_id`.
    public var bootID: String
    /// The owner's node name, uname(2).
    public var host: String
    /// The owner's effective user ID.
    public var uid: UInt32
    /// What the owner said it would touch; the guard does not enforce it.
    public var scope: LockScope
    /// The owner's command line, for people. It may contain anything: make it `Printable` first.
    public var command: String
    /// For people, as free text (`--reason`); nil when none was given.
    public var reason: String?
    /// RFC 3339, UTC; for people only, nothing is judged by it.
    public var acquiredAt: String
    /// Of the process that wrote the record. A process with the other mode cannot take the lock over.
    public var mutex: Mode
    /// True for `lock run`: a script that may take long. One without `maxHoldSeconds` is broken only on request.
    public var isRun: Bool?
    /// The longest time that the owner may hold the lock: for a restart from the timeouts of its units, for a `lock run` as
    /// typed. While it makes progress, no waiter breaks it before having seen it for that long.
    public var maxHoldSeconds: Double?

    /// - Parameters:
    ///   - owner: this process.
    ///   - acquiredAt: RFC 3339, UTC.
    ///   - mutex: the mode of the mutex in use.
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

    /// The process fields together, to be looked up in the process table.
    public var owner: ProcessIdentity {
        ProcessIdentity(
            pid: pid, start: processStart, pidNamespace: pidNamespace, bootID: bootID, host: host, uid: uid)
    }
}

/// What the caller of `Guard.acquire` is about to do, as recorded in the lock.
public struct LockRequest: Sendable, Equatable {
    /// For people and for the history; the guard decides nothing by it.
    public var scope: LockScope
    /// The command line, for people.
    public var command: String
    /// For people, as free text (`--reason`); nil when none was given.
    public var reason: String?
    /// The longest time that it may take; nil: not declared.
    public var maxHold: Duration?
    /// A `lock run`.
    public var isRun: Bool

    /// - Parameters:
    ///   - maxHold: nil for a restart: waiters go by their own `maxWait`; nil for a run: it is broken only on request.
    ///   - isRun: true for a `lock run`.
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
