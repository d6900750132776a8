internal import SystemPackage

/// The lock as a file: every transition of `restart.lock` under the registry mutex.
///
/// The record is written whole into a staging file and carries its owner's kernel lock *before* it gets its name, so
/// readers always see a complete record, and the kernel itself says whether the owner is alive.
package final class FileLockStore: LockStore {
    let directory: RunDirectory
    let mutex: any RegistryMutex
    let time: any GuardTime
    let processes: any ProcessTable
    private let reader: LockReader
    /// Asked while the registry mutex is waited for in order to get the lock, or to break it: on a slow disk that takes
    /// long. A release is never interrupted.
    package var interruption: () -> FleetError? = { nil }

    init(
        _ calls: any LockFileCalls, time: any GuardTime, processes: any ProcessTable, mutex: any RegistryMutex,
        directory: RunDirectory
    ) {
        self.directory = directory
        self.time = time
        self.processes = processes
        self.mutex = mutex
        self.reader = LockReader(directory: directory)
    }

    package var lockPath: String { directory.path(RunDirectory.lockName) }

    package func observe() throws(FleetError) -> LockObservation? { try reader.observe(RunDirectory.lockName) }

    package func acquire(_ request: LockRequest) throws(FleetError) -> OwnedLock? {
        // Many may try at once, and one gets it: processes still waiting for the mutex then need not enter it to see that.
        func isFree() throws(FleetError) -> Bool { try directory.status(at: RunDirectory.lockName) == nil }
        func isWorthIt() throws(FleetError) -> Bool { try isUninterrupted() ? isFree() : false }
        return try mutex.inside(while: isWorthIt) { () throws(FleetError) in
            guard try isFree() else { return nil }
            return try publish(request) { staged throws(FleetError) in try giveName(staged) }
        }
    }

    package func rehearse(_ request: LockRequest) throws(FleetError) {
        // The first JSON and the first date of a process take it 0.4 ms: the time to make what the runtime knows of
        // their types.
        let token = LockToken.random()
        _ = try line(of: request, token: token, acquiredAt: time.wallClock())
        _ = try MutexRecord(mutex: mutex.mode, token: token, holder: processes.me).bytes()
    }

    package func takeOver(
        _ observation: LockObservation, on ground: TakeoverGround, _ request: LockRequest
    ) throws(FleetError) -> OwnedLock? {
        try mutex.inside(while: isUninterrupted) { () throws(FleetError) in
            guard let now = try confirmed(observation, ground) else { return nil }
            return try publish(request) { staged throws(FleetError) in
                if isForgotten(now, ground) {
                    return try directory.rename(staged, RunDirectory.lockName)
                }
                try moveAside(now)
                try giveName(staged)
            }
        }
    }

    package func breakLock(_ observation: LockObservation, on ground: TakeoverGround) throws(FleetError) -> Bool {
        try mutex.inside(while: isUninterrupted) { () throws(FleetError) -> Bool? in
            guard let now = try confirmed(observation, ground) else { return false }
            if isForgotten(now, ground) {
                try directory.unlink(RunDirectory.lockName)
            } else {
                try moveAside(now)
            }
            return true
        } ?? false
    }

    private func isUninterrupted() throws(FleetError) -> Bool {
        if let interrupted = interruption() { throw interrupted }
        return true
    }

    package func release(_ lock: OwnedLock) throws(FleetError) {
        guard !lock.isClosed else { return }
        guard lock.outer == nil else { return giveBack(lock) }
        // The close comes last: while the record has its name, its owner must be seen to live.
        defer { lock.file = nil }
        try mutex.inside { () throws(FleetError) in
            // In our own directory, wherever it is now, so no other owner's record can be affected.
            guard try directory.status(at: RunDirectory.lockName)?.id == lock.id else { return }
            try directory.unlink(RunDirectory.lockName)
        }
    }

    package func isOwned(_ lock: OwnedLock) throws(FleetError) -> Bool {
        // Our open descriptor pins the inode number, so equality is identity. By the path, as the next owner would look:
        // in a run directory that was moved away our record still has its name, but excludes no one.
        guard !lock.isClosed else { return false }
        return try directory.statusByPath(at: RunDirectory.lockName)?.id == lock.id
    }

    package func stamp(_ lock: OwnedLock) throws(FleetError) {
        switch lock.file {
        case nil: return
        case .some(let file): try directory.touch(file, RunDirectory.lockName)
        }
    }

    package func append(_ event: ProgressEvent, to lock: OwnedLock) throws(FleetError) {
        guard !lock.isClosed else { return }
        // A line that could only be begun (a full disk) must not swallow this one; an empty line is no event.
        let line = (lock.isTorn ? [UInt8(ascii: "\n")] : []) + (try LockRecordText.line(event))
        lock.isTorn = true
        try lock.write(line, in: directory)
        lock.isTorn = false
        lock.length += line.count
    }

    package func evicted() throws(FleetError) -> [EvictedOwner] {
        try owners(ofEvicted: Self.evicted(among: try directory.names()))
    }

    package func evicted(before lock: OwnedLock) throws(FleetError) -> [EvictedOwner] {
        // One listing, made inside the mutex when this lock already had its name, knows them all: a record is moved
        // aside from that name only.
        guard let names = lock.evictedBefore else { return try evicted() }
        return try owners(ofEvicted: names)
    }

    private static func evicted(among names: [String]) -> [String] {
        names.filter { $0.begins(with: RunDirectory.evictedPrefix) }.sorted()
    }

    private func owners(ofEvicted names: [String]) throws(FleetError) -> [EvictedOwner] {
        var owners: [EvictedOwner] = []
        for name in names {
            // A directory is not a record and cannot be unlinked; it must not block every owner.
            if let observation = try reader.observe(name), observation.kind != .directory {
                owners.append(EvictedOwner(name: name, observation: observation))
            }
        }
        return owners
    }

    package func bury(_ owner: EvictedOwner) throws(FleetError) { try directory.unlink(owner.name) }

    package func makeWatch() throws(FleetError) -> any LockStoreWatch {
        do throws(Errno) {
            return FileLockStoreWatch(try directory.calls.makeWatch(), directory: directory, time: time)
        } catch {
            // inotify instances are few (128 for a user, commonly) and a restart does not depend on them.
            if error == .tooManyOpenFiles || error == .noSpace || error == .noFunction { return PollingWatch(time) }
            throw directory.failure("watch", ".", error)
        }
    }

    // MARK: - Inside the mutex

    /// The current lock, if the transition that was decided on the observation may still be made.
    private func confirmed(
        _ old: LockObservation, _ ground: TakeoverGround
    ) throws(FleetError) -> LockObservation? {
        guard let now = try observe(), now.isSameLock(as: old) else { return nil }
        if let record = now.record, record.mutex != mutex.mode {
            throw MutexModeClash.error(path: lockPath, found: record.mutex)
        }
        switch ground {
        case .ownerDead: return OwnerJudge(processes: processes).isAbandoned(now) ? now : nil
        case .noProgress: return now.stamp == old.stamp ? now : nil
        case .forced: return now
        }
    }

    /// Whether nothing can act under this lock any more. The command of a `lock run` may be left when the owner is dead, and
    /// its record is what it is found by.
    private func isForgotten(_ now: LockObservation, _ ground: TakeoverGround) -> Bool {
        !ground.isEviction && now.kind != .directory && now.record?.isRun != true
    }

    /// Gives the record of an owner that may live another name. It keeps its inode and its kernel lock, so the next
    /// owner sees when that owner is really gone. A directory is not a record; it is kept for its contents.
    private func moveAside(_ now: LockObservation) throws(FleetError) {
        let token = now.record.flatMap { LockToken($0.token) } ?? time.token()
        let prefix = now.kind == .directory ? RunDirectory.discardedPrefix : RunDirectory.evictedPrefix
        try directory.rename(RunDirectory.lockName, prefix + token.rawValue)
    }

    private func giveName(_ staged: String) throws(FleetError) {
        do throws(Errno) {
            try directory.link(staged, RunDirectory.lockName)
        } catch {
            throw directory.failure("create", RunDirectory.lockName, error)
        }
    }

    /// Stages a whole, locked record and hands it to `place`, which gives it the lock's name. A full disk shows
    /// while staging, before anything of the old lock was touched.
    private func publish(
        _ request: LockRequest, place: (String) throws(FleetError) -> Void
    ) throws(FleetError) -> OwnedLock {
        try directory.checkInPlace()
        let token = time.token()
        let (record, line) = try line(of: request, token: token, acquiredAt: time.wallClock())
        let staged = try Staging.make(line, in: directory, token: token, prepare: takeKernelLock)
        let id: FileID
        let names: [String]?
        do throws(FleetError) {
            id = try directory.status(of: staged.file, staged.name).id
            try place(staged.name)
            // From here on the lock is ours. Every record is staged inside the mutex, so what is left under staging
            // names, of this publication and of crashed ones, is garbage. A failure to sweep it loses nothing.
            try? directory.unlink(staged.name)  // if it stays, the sweep below or the next owner's takes it
            names = try? directory.names()  // where no descriptor is left, `evicted(before:)` lists again
            sweep(names ?? [])
        } catch {
            Staging.discard(staged.name, in: directory)
            throw error
        }
        return OwnedLock(
            record: record, file: staged.published(), id: id, length: line.count,
            evictedBefore: names.map(Self.evicted(among:)))
    }

    private func line(
        of request: LockRequest, token: LockToken, acquiredAt: Double
    ) throws(FleetError) -> (record: LockRecord, bytes: [UInt8]) {
        let record = LockRecord(
            token: token, owner: processes.me, request: request, acquiredAt: Timestamp.rfc3339(acquiredAt),
            mutex: mutex.mode)
        return (record, try LockRecordText.firstLine(record))
    }

    private func takeKernelLock(_ file: borrowing LockFile) throws(FleetError) {
        guard mutex.mode == .kernel else { return }
        do throws(Errno) {
            guard try directory.lock(file, .exclusive) else { throw Errno.wouldBlock }
        } catch {
            throw directory.failure("lock the new record of", RunDirectory.lockName, error)
        }
    }

    private func sweep(_ names: [String]) {
        for name in names
        where name.begins(with: RunDirectory.stagingPrefix) || name.begins(with: PathMutexReaper.claimPrefix) {
            try? directory.unlink(name)  // a directory, for example; the others are still removed
        }
    }
}

extension OwnedLock {
    /// At the end of the record, as far as this process has written it.
    fileprivate func write(_ line: [UInt8], in directory: RunDirectory) throws(FleetError) {
        switch file {
        case nil: return
        case .some(let file): try directory.write(line, to: file, RunDirectory.lockName, at: length)
        }
    }
}
