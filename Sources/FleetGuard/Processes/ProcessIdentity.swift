/// A process, beyond doubt: a number alone is reused, so it comes with its start time, boot and pid namespace.
public struct ProcessIdentity: Codable, Sendable, Equatable {
    /// In its own pid namespace.
    public var pid: Int32
    /// Field 22 of `/proc/PID/stat`.
    public var start: UInt64
    /// Inode of `/proc/self/ns/pid`: the same number in another namespace is another process.
    public var pidNamespace: UInt64
    /// `/proc/sys/kernel/random/boot_id`.
    public var bootID: String
    /// The node name, uname(2): tells a reboot of this host from another host.
    public var host: String
    /// The effective user ID.
    public var uid: UInt32

    /// `start` in clock ticks since boot; the other values as their properties say.
    public init(pid: Int32, start: UInt64, pidNamespace: UInt64, bootID: String, host: String, uid: UInt32) {
        self.pid = pid
        self.start = start
        self.pidNamespace = pidNamespace
        self.bootID = bootID
        self.host = host
        self.uid = uid
    }
}

/// What can be known of a recorded process from here.
public enum Liveness: Sendable, Equatable {
    /// Proved: the same number with the same start time, on this boot and in this pid namespace.
    case alive
    /// Proved: the number is free or belongs to a younger process, or the machine has booted since.
    case gone
    /// It lived on another host or in another pid namespace: its state is unknown, and nothing may be killed.
    case unknowable
}
