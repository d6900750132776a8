/// Where the lock lives: `FileLockStore`, or a simulated one in tests. Only this package can add one, since the guard's
/// promises rest on it.
///
/// Each transition checks and changes in one atomic step: of any number of processes that try at once, one succeeds
/// and the others get nil or false, look again and decide again.
package protocol LockStore: AnyObject {
    /// The lock as it is now; nil = free. Writes nothing.
    func observe() throws(FleetError) -> LockObservation?

    /// Does all that an acquisition needs and that no other process sees, so that the first one that matters has no
    /// first time in it. For a process that begins to wait.
    func rehearse(_ request: LockRequest) throws(FleetError)

    /// Free → mine.
    func acquire(_ request: LockRequest) throws(FleetError) -> OwnedLock?

    /// Somebody's → mine, if it is still the lock that was observed and the ground still holds.
    func takeOver(
        _ observation: LockObservation, on ground: TakeoverGround, _ request: LockRequest
    ) throws(FleetError) -> OwnedLock?

    /// Somebody's → free, under the same rules.
    func breakLock(_ observation: LockObservation, on ground: TakeoverGround) throws(FleetError) -> Bool

    /// Mine → free. Does nothing when it is not mine any more.
    func release(_ lock: OwnedLock) throws(FleetError)

    /// The fence: is the lock at its name the one that I hold?
    func isOwned(_ lock: OwnedLock) throws(FleetError) -> Bool

    func stamp(_ lock: OwnedLock) throws(FleetError)
    func append(_ event: ProgressEvent, to lock: OwnedLock) throws(FleetError)

    /// Owners that lost the lock while they lived and are not buried yet.
    func evicted() throws(FleetError) -> [EvictedOwner]

    /// Those of them that lost it before this lock was published. Who is evicted later is this lock's own owner, or one
    /// after it.
    func evicted(before lock: OwnedLock) throws(FleetError) -> [EvictedOwner]

    /// Forgets an evicted owner.
    func bury(_ owner: EvictedOwner) throws(FleetError)

    /// Somebody's, a `lock run`'s, to be used by this process inside it; nil when it is not that lock any more. The
    /// lock has a record of its own, which is written nowhere.
    func borrow(_ observation: LockObservation, _ request: LockRequest) throws(FleetError) -> OwnedLock?

    /// Tries to be the only one that restarts inside the borrowed lock.
    func enter(_ lock: OwnedLock) throws(FleetError) -> Bool

    /// The current or last process inside a borrowed lock, in words.
    func occupant() throws(FleetError) -> String?

    func makeWatch() throws(FleetError) -> any LockStoreWatch

    /// For messages.
    var lockPath: String { get }
}

/// Why another process's lock may be taken; checked again inside the transition.
package enum TakeoverGround: Sendable, Equatable {
    /// Its owner is proved dead: the record is replaced.
    case ownerDead
    /// Its owner may be alive, but the observed progress stamp does not change. The record is kept aside until the owner is
    /// buried.
    case noProgress
    /// Somebody decided so, whatever the owner does. The record is kept aside, too.
    case forced

    var isEviction: Bool { self != .ownerDead }
}

/// A lock that this process published, or one that it borrowed.
package final class OwnedLock {
    package let record: LockRecord
    /// Closed, and nil, once the lock was given back.
    var file: LockFile?
    let id: FileID
    /// The names of the evicted records at the moment of publishing; nil where they could not be listed.
    let evictedBefore: [String]?
    /// Where the next progress line goes.
    var length: Int
    /// The last line may lack its end.
    var isTorn = false
    /// The owner's record, where the lock is borrowed.
    var outer: LockRecord?
    /// The file whose kernel lock keeps other borrowers out.
    var inner: LockFile?

    /// Whether it was given back.
    var isClosed: Bool { file == nil }

    init(record: LockRecord, file: consuming LockFile, id: FileID, length: Int, evictedBefore: [String]? = nil) {
        self.record = record
        self.file = consume file
        self.id = id
        self.length = length
        self.evictedBefore = evictedBefore
    }
}

/// A record that was moved aside.
public struct EvictedOwner: Sendable, Equatable {
    /// `evicted-TOKEN`, in the run directory.
    public var name: String
    /// The record under that name; its kernel lock shows whether the owner still lives.
    public var observation: LockObservation
}

package protocol LockStoreWatch: AnyObject {
    /// Returns when the lock may have changed, at a signal, or after `timeout`.
    func wait(after observation: LockObservation, timeout: Duration) throws(FleetError)
    /// Somebody else was faster: leaves the new owner alone for a moment, or until the lock is free again.
    func rest() throws(FleetError)
    func close()
}
