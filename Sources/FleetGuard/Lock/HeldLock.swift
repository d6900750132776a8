/// Proof that this process owns the fleet's restart. Only the guard makes one; an operation that must not run
/// unguarded takes it as a parameter, so that without the lock it does not compile.
public final class HeldLock {
    let owned: OwnedLock
    /// The last other owner that was seen before this lock was acquired; nil when it was free at once.
    public internal(set) var owner: LockRecord?
    private let store: any LockStore

    init(_ owned: OwnedLock, store: any LockStore) {
        self.owned = owned
        self.store = store
    }

    /// As written when the lock was acquired; inside a `lock run`, this process's own record, which is in no file.
    public var record: LockRecord { owned.record }

    /// Of the record, which the lock keeps open.
    package var fileID: FileID { owned.id }

    /// The record of the `lock run` whose lock this is, where this process only uses it.
    public var outer: LockRecord? { owned.outer }

    /// This acquisition's own name.
    public var token: LockToken? { LockToken(owned.record.token) }

    /// The fence: the inode at `restart.lock` is the one that this process holds. Ask before every command.
    /// - Throws: `.evicted`, naming the new owner; from then on this lock is dead.
    public func checkFence() throws(FleetError) {
        guard try !store.isOwned(owned) else { return }
        let successor: LockObservation?
        do throws(FleetError) {
            successor = try store.observe()
        } catch {
            // The lock is certainly lost, even if its new owner cannot be read: this must not end as a mere I/O error.
            throw GuardWords.evicted(who: "and its new owner cannot be read (\(error.message))", path: store.lockPath)
        }
        guard successor?.record?.token != record.token else {
            throw GuardWords.evicted(
                who: "whose run directory was moved away, or removed and created again", path: store.lockPath)
        }
        throw GuardWords.evicted(by: successor, path: store.lockPath)
    }

    /// What an operation asks for that must not run unguarded, also inside this package: only a lock has one.
    package struct Proof {}
    package var proof: Proof { Proof() }

    /// Stamps the lock: the owner's main loop lives, and systemd still knows its job.
    /// - Throws: `.io`.
    public func stamp() throws(FleetError) { try store.stamp(owned) }

    /// Appends one progress event, which stamps the lock too.
    /// - Throws: `.io`, for example if the disk is full; the lock is still held.
    public func report(_ event: ProgressEvent) throws(FleetError) { try store.append(event, to: owned) }

    /// The lock record's descriptor, for helper processes that can act on the fleet: while one of them lives, the
    /// kernel lock is held (or, where there is none, the record has a writer), so the owner does not count as dead.
    ///
    /// Inside a `lock run` it is that of the nested mutex: what outlives this restart keeps the next one in there out.
    public var commandDescriptor: CInt? { owned.inner?.descriptor ?? owned.file?.descriptor }
}
