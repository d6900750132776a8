/// The registry mutex for file systems without `flock`: whoever creates `restart.mutex` is inside, and removes it.
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

    init(
        _ directory: RunDirectory, time: any GuardTime, processes: any ProcessTable, patience: MutexPatience
    ) {
        self.directory = directory
        self.time = time
        self.processes = processes
        self.patience = patience
    }

    func enter() throws(FleetError) {
        var reaper = PathMutexReaper(directory, time: time, processes: processes, staleAfter: patience.frozenAfter)
        var backoff = Backoff(patience)
        while true {
            let mine = MutexRecord(mutex: .path, token: time.token(), holder: processes.me)
            if try directory.status(at: RunDirectory.mutexName) == nil,
                let published = try Staging.publish(
                    try mine.bytes(), at: RunDirectory.mutexName, in: directory, token: time.token())
            {
                file = published
                return
            }
            try refuseOtherMode()
            try reaper.look()
            time.sleep(for: backoff.next())
        }
    }

    /// Removes the mutex if it is still ours. Nobody takes it from a living process without killing it first, so the
    /// look and the removal cannot be torn apart.
    func leave() {
        guard let file else { return }
        self.file = nil
        defer { directory.calls.close(file) }
        // Left behind, it is what a crash leaves behind, and the one who reaps it would kill us as frozen. So a
        // passing error gets another try; a lasting one means that nobody can make or remove files here anyway.
        for _ in 0..<3 {
            do throws(FleetError) {
                let mine = try directory.status(of: file, RunDirectory.mutexName)
                guard try directory.status(at: RunDirectory.mutexName)?.id == mine.id else { return }
                return try directory.unlink(RunDirectory.mutexName)
            } catch {
                continue
            }
        }
    }

    private func refuseOtherMode() throws(FleetError) {
        guard let other = try directory.open(RunDirectory.mutexName, .read) else { return }
        defer { directory.calls.close(other) }
        let bytes = try directory.contents(of: other, RunDirectory.mutexName, limit: MutexRecord.length)
        guard let record = MutexRecord(parsing: bytes), record.mutex == .kernel else { return }
        throw MutexModeClash.error(path: directory.path(RunDirectory.mutexName), found: record.mutex)
    }
}
