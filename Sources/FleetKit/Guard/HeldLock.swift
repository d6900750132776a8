/// Proof that this process owns the fleet's restart. Only the guard makes one; an operation that must not run
/// unguarded takes it as a parameter, so that without the lock it does not compile.
public final class HeldLock {
    public let token: LockToken

    init(token: LockToken) { self.token = token }

    /// The fence: the inode at `restart.lock` is the one that this process holds. Ask before every command.
    /// - Throws: `.evicted`, naming who took over; from then on this lock is dead.
    public func checkFence() throws(FleetError) {}

    /// Stamps the lock: the owner's main loop lives, and systemd still knows its job.
    /// - Throws: `.evicted` as `checkFence`; `.io`.
    public func stamp() throws(FleetError) {}

    /// Appends one progress event, which stamps the lock too.
    public func report(_ event: ProgressEvent) throws(FleetError) {}

    /// The lock record's descriptor, for helper processes that can act on the fleet.
    public var commandDescriptor: CInt? { nil }
}
