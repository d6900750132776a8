internal import SystemPackage

/// The registry mutex where `flock` works: an exclusive kernel lock on `restart.mutex`, a permanent file that is
/// never removed. A crash frees it at once; a stopped holder is dealt with after `patience.frozenAfter`.
final class KernelMutex: RegistryMutex {
    let mode = LockRecord.Mode.kernel

    private let directory: RunDirectory
    private let time: any GuardTime
    private let processes: any ProcessTable
    private let patience: MutexPatience
    private var opened: Opened?
    private var isInside = false

    /// The mutex file from its opening to its close.
    private final class Opened {
        let file: LockFile
        /// The descriptor pins it.
        let id: FileID
        /// A kernel mutex's record was read there, or written. So it stays one: a path mutex is always a new file.
        var isKernelMutex = false

        init(_ file: consuming LockFile, _ id: FileID) {
            self.file = file
            self.id = id
        }
    }

    init(
        _ directory: RunDirectory, time: any GuardTime, processes: any ProcessTable, patience: MutexPatience
    ) {
        self.directory = directory
        self.time = time
        self.processes = processes
        self.patience = patience
    }

    /// Whether an error of `flock` means that this file system has none.
    static func isUnsupported(_ error: Errno) -> Bool {
        error == .noLocks || error == .notSupportedOnSocket || error == .notSupported || error == .noFunction
    }

    func enter(while isWanted: () throws(FleetError) -> Bool) throws(FleetError) -> Bool {
        var frozen = FrozenHolder(time: time, processes: processes, patience: patience)
        var backoff = Backoff(patience)
        while true {
            let mutex = try openedMutex()
            if try lock(mutex.file) {
                // From here on an error must give the kernel lock back: others would take this process for frozen.
                isInside = true
                let isCurrent: Bool
                do throws(FleetError) {
                    isCurrent = try directory.status(at: RunDirectory.mutexName)?.id == mutex.id
                } catch {
                    leave()
                    throw error
                }
                if isCurrent {
                    try signIn(mutex)
                    return true
                }
                isInside = false
                forget()  // the file was removed by hand: lock the one that is there now
                continue
            }
            // Most waits last microseconds, and many wait at once when a lock is released: the holder is examined
            // only by processes that have waited for some steps already.
            if backoff.isLong {
                try frozen.observe(
                    try record(in: mutex.file), file: mutex.id, path: directory.path(RunDirectory.mutexName))
            }
            time.sleep(for: backoff.next())
            guard try isWanted() else { return false }
        }
    }

    func leave() {
        guard isInside, let opened else { return }
        isInside = false
        directory.calls.unlock(opened.file)
    }

    private func lock(_ file: borrowing LockFile) throws(FleetError) -> Bool {
        do throws(Errno) {
            return try directory.lock(file, .exclusive)
        } catch {
            throw directory.failure("lock", RunDirectory.mutexName, error)
        }
    }

    /// Records the holder. Refuses a mutex of the other kind: its holder does not see our kernel lock.
    private func signIn(_ mutex: Opened) throws(FleetError) {
        do throws(FleetError) {
            if !mutex.isKernelMutex, let record = try record(in: mutex.file), record.mutex != .kernel {
                throw MutexModeClash.error(path: directory.path(RunDirectory.mutexName), found: record.mutex)
            }
            let mine = MutexRecord(mutex: .kernel, token: time.token(), holder: processes.me)
            try directory.write(try mine.bytes(), to: mutex.file, RunDirectory.mutexName)
            opened?.isKernelMutex = true
        } catch {
            leave()
            throw error
        }
    }

    private func record(in file: borrowing LockFile) throws(FleetError) -> MutexRecord? {
        MutexRecord(
            parsing: try directory.contents(of: file, RunDirectory.mutexName, limit: MutexRecord.length))
    }

    /// Whether this directory can have a kernel mutex: it has one, or one can be made.
    func isSupported() throws(FleetError) -> Bool {
        guard let existing = try open() else { return try make() }
        if let record = try record(in: existing.file) {
            opened?.isKernelMutex = record.mutex == .kernel
            guard record.mutex == .path else { return true }
        } else if try hasFlock(existing.file) {
            // Not a record: the process that enters writes its own.
            return true
        }
        // A path mutex, or one of a file system without flock that is still being created.
        forget()
        return false
    }

    private func hasFlock(_ file: borrowing LockFile) throws(FleetError) -> Bool {
        do throws(Errno) {
            if try directory.lock(file, .shared) { directory.calls.unlock(file) }
            return true
        } catch {
            if Self.isUnsupported(error) { return false }
            throw directory.failure("lock", RunDirectory.mutexName, error)
        }
    }

    /// The mutex file, made on first use.
    private func openedMutex() throws(FleetError) -> Opened {
        while true {
            if let opened { return opened }
            if try open() == nil, try !make() {
                throw FleetError(.io, "the file system of \(directory.calls.path) has no flock", .noFlock)
            }
        }
    }

    /// nil when there is none.
    private func open() throws(FleetError) -> Opened? {
        guard let file = try directory.open(RunDirectory.mutexName, .update) else { return nil }
        let id = try directory.status(of: file, RunDirectory.mutexName).id
        opened = Opened(file, id)
        return opened
    }

    /// Publishes the mutex file with its content by `link`, so that a process in path mode never sees a kernel mutex
    /// that looks like its own kind being created. The staged file is locked first: where `flock` does not work,
    /// nothing is published.
    /// - Returns: false if there is no `flock` here.
    private func make() throws(FleetError) -> Bool {
        let record = MutexRecord(mutex: .kernel, token: time.token(), holder: processes.me)
        var supported = true
        do throws(FleetError) {
            _ = try Staging.publish(
                try record.bytes(), at: RunDirectory.mutexName, in: directory, token: time.token()
            ) { (staged: borrowing LockFile) throws(FleetError) in
                do throws(Errno) {
                    _ = try directory.lock(staged, .exclusive)
                    directory.calls.unlock(staged)
                } catch {
                    supported = !Self.isUnsupported(error)
                    throw directory.failure("lock", RunDirectory.mutexName, error)
                }
            }
        } catch {
            if supported { throw error }
        }
        return supported
    }

    private func forget() { opened = nil }
}
