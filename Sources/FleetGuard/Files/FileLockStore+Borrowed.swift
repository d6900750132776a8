internal import SystemPackage

/// A lock that its owner, a `lock run`, lends to the restarts inside it.
extension FileLockStore {
    /// Permanent, and never a proof of anything: its `flock` is what counts.
    static let nestedName = "restart.nested"
    private static let occupantBytes = 512

    package func borrow(_ observation: LockObservation, _ request: LockRequest) throws(FleetError) -> OwnedLock? {
        guard let outer = observation.record, let file = try directory.open(RunDirectory.lockName, .update) else {
            return nil
        }
        // The descriptor pins the inode, so from here on the fence is as exact as the owner's own.
        guard try directory.status(of: file, RunDirectory.lockName).id == observation.id,
            try observe()?.isSameLock(as: observation) == true
        else { return nil }
        let record = LockRecord(
            token: time.token(), owner: processes.me, request: request,
            acquiredAt: Timestamp.rfc3339(time.wallClock()), mutex: outer.mutex)
        let lock = OwnedLock(record: record, file: file, id: observation.id, length: 0)
        lock.outer = outer
        return lock
    }

    package func enter(_ lock: OwnedLock) throws(FleetError) -> Bool {
        if lock.inner == nil { lock.inner = try openNested() }
        switch lock.inner {
        case nil: return false
        case .some(let file): guard try occupy(file, as: lock.record) else { return false }
        }
        // Nobody else appends now. What the one before left may lack the end of its line.
        switch lock.file {
        case nil: return false
        case .some(let file): lock.length = Int(try directory.status(of: file, RunDirectory.lockName).size)
        }
        lock.isTorn = true
        return true
    }

    /// Tries to be the only one inside, and says who that is.
    private func occupy(_ file: borrowing LockFile, as record: LockRecord) throws(FleetError) -> Bool {
        do throws(Errno) {
            guard try directory.lock(file, .exclusive) else { return false }
        } catch {
            guard KernelMutex.isUnsupported(error) else { throw directory.failure("lock", Self.nestedName, error) }
            throw FleetError(
                .io, "work inside another lock needs flock, which \(directory.calls.path) does not support",
                .noNesting)
        }
        let words = "pid \(processes.me.pid) (\(Printable.oneLine(record.command)))"
        var text = Array(words.utf8.prefix(Self.occupantBytes - 1))
        text += Array(repeating: UInt8(ascii: " "), count: Self.occupantBytes - 1 - text.count) + [UInt8(ascii: "\n")]
        try directory.write(text, to: file, Self.nestedName)
        return true
    }

    package func occupant() throws(FleetError) -> String? {
        guard let file = try directory.open(Self.nestedName, .read) else { return nil }
        let bytes = try directory.contents(of: file, Self.nestedName, limit: Self.occupantBytes)
        let words = String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        return words.lastIndex { $0 != " " }.map { Printable.oneLine(String(words[...$0])) }
    }

    /// nil if another process has just created it.
    private func openNested() throws(FleetError) -> LockFile? {
        if let file = try directory.open(Self.nestedName, .update) { return file }
        do throws(Errno) {
            // Made for appending, and closed at once: opened again, it can be written from its beginning.
            _ = try directory.calls.open(Self.nestedName, .create)
        } catch {
            if error == .fileExists || error == .interrupted { return nil }
            throw directory.failure("create", Self.nestedName, error)
        }
        return try directory.open(Self.nestedName, .update)
    }

    /// Gives it back without touching the lock, which is its owner's.
    func giveBack(_ lock: OwnedLock) {
        lock.inner = nil
        lock.file = nil
    }
}
