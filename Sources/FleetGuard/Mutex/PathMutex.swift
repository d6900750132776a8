/// The registry mutex for file systems without `flock`: the process that creates `restart.mutex` is inside, and removes it.
///
/// A crash leaves the file behind. It is judged stale by its inode and modification time alone, seen unchanged for
/// `patience.frozenAfter` on the waiter's own clock; never by content, because another implementation's mutex may
/// still be empty while it is being created. Then `PathMutexReaper` removes it.
final class PathMutex: RegistryMutex {
    let mode = LockRecord.Mode.path

    private let directory: RunDirectory
    private let time: any GuardTime
    private let processes: any ProcessTable
    private let patience: MutexPatience
    /// Kept open while inside: so the inode number is ours alone.
    private var file: LockFile?
    /// A mutex of ours that could not be removed. Kept open, so that we know it again: else this process would wait
    /// for itself, and be unable to release its lock once the file system works again.
    private var unremoved: LockFile?

    init(
        _ directory: RunDirectory, time: any GuardTime, processes: any ProcessTable, patience: MutexPatience
    ) {
        self.directory = directory
        self.time = time
        self.processes = processes
        self.patience = patience
    }

    func enter(while isWanted: () throws(FleetError) -> Bool) throws(FleetError) -> Bool {
        if try isInsideStill() { return true }
        var reaper = PathMutexReaper(directory, time: time, processes: processes, patience: patience)
        var backoff = Backoff(patience)
        while true {
            let mine = MutexRecord(mutex: .path, token: time.token(), holder: processes.me)
            if try directory.status(at: RunDirectory.mutexName) == nil,
                let published = try Staging.publish(
                    try mine.bytes(), at: RunDirectory.mutexName, in: directory, token: time.token())
            {
                file = consume published
                return true
            }
            try refuseOtherMode()
            try reaper.look()
            time.sleep(for: backoff.next())
            guard try isWanted() else { return false }
        }
    }

    /// Removes the mutex if it is still ours. Nobody takes it from a living process without killing it first, so the
    /// look and the removal cannot be torn apart.
    func leave() {
        guard let file = self.file.take() else { return }
        // Left behind, it is what a crash leaves behind, and the one who reaps it would kill us as frozen. So a
        // passing error gets another try; a lasting one means that no process can create or remove files here anyway.
        for _ in 0..<3 {
            do throws(FleetError) {
                let mine = try directory.status(of: file, RunDirectory.mutexName)
                if try directory.status(at: RunDirectory.mutexName)?.id == mine.id {
                    try directory.unlink(RunDirectory.mutexName)
                }
                return
            } catch {
                continue
            }
        }
        unremoved = consume file
    }

    private func isInsideStill() throws(FleetError) -> Bool {
        guard let mine = unremoved.take() else { return false }
        let isThere: Bool
        do throws(FleetError) {
            let id = try directory.status(of: mine, RunDirectory.mutexName).id
            isThere = try directory.status(at: RunDirectory.mutexName)?.id == id
        } catch {
            unremoved = consume mine
            throw error
        }
        if isThere { file = consume mine }
        return isThere
    }

    private func refuseOtherMode() throws(FleetError) {
        guard let other = try directory.open(RunDirectory.mutexName, .read) else { return }
        let bytes = try directory.contents(of: other, RunDirectory.mutexName, limit: MutexRecord.length)
        guard let record = MutexRecord(parsing: bytes), record.mutex == .kernel else { return }
        throw MutexModeClash.error(path: directory.path(RunDirectory.mutexName), found: record.mutex)
    }
}
