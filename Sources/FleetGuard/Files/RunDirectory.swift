package import SystemPackage

/// The run directory as the guard uses it: system calls with their retries, and errors that name the file.
package final class RunDirectory {
    package static let lockName = "restart.lock"
    package static let mutexName = "restart.mutex"
    package static let stagingPrefix = "staging-"
    package static let evictedPrefix = "evicted-"
    /// Something at `restart.lock` that was no file at all (a directory), moved aside and kept.
    package static let discardedPrefix = "discarded-"

    package let calls: any LockFileCalls

    package init(_ calls: any LockFileCalls) { self.calls = calls }

    package func path(_ name: String) -> String { calls.path + "/" + name }

    /// nil when the name is absent.
    package func status(at name: String) throws(FleetError) -> FileStatus? {
        try ifPresent("access", name) { () throws(Errno) in try calls.status(at: name) }
    }

    /// nil when the name is absent in the directory that the path leads to now, or there is none.
    package func statusByPath(at name: String) throws(FleetError) -> FileStatus? {
        try ifPresent("access", name) { () throws(Errno) in try calls.statusByPath(at: name) }
    }

    /// - Throws: `.io` when the directory was removed, or moved away: other processes would not find what is published in it.
    package func checkInPlace() throws(FleetError) {
        do throws(Errno) {
            guard try retrying({ () throws(Errno) in try calls.isInPlace() }) else {
                throw Errno.noSuchFileOrDirectory
            }
        } catch {
            throw failure("find this run directory again at", ".", error)
        }
    }

    /// nil when the name is absent.
    package func open(_ name: String, _ how: FileOpening) throws(FleetError) -> LockFile? {
        guard how == .create else {
            return try ifPresent("open", name) { () throws(Errno) in try calls.open(name, how) }
        }
        return try done("create", name) { () throws(Errno) in try calls.open(name, how) }
    }

    package func status(of file: borrowing LockFile, _ name: String) throws(FleetError) -> FileStatus {
        try done("access", name) { () throws(Errno) in try calls.status(of: file) }
    }

    /// The content, at most `limit` + 1 bytes, so that the caller sees when there is more.
    package func contents(of file: borrowing LockFile, _ name: String, limit: Int) throws(FleetError) -> [UInt8] {
        var bytes: [UInt8] = []
        do throws(Errno) {
            while bytes.count <= limit {
                let offset = bytes.count
                let wanted = min(64 << 10, limit + 1 - offset)
                let chunk = try retrying { () throws(Errno) in try calls.read(file, at: offset, count: wanted) }
                if chunk.isEmpty { break }  // only this is the end: some file systems read short in the middle
                bytes += chunk
            }
        } catch {
            throw failure("read", name, error)
        }
        return bytes
    }

    /// Writes all bytes or throws.
    package func write(_ bytes: [UInt8], to file: borrowing LockFile, _ name: String, at start: Int = 0)
        throws(FleetError)
    {
        var written = 0
        do throws(Errno) {
            while written < bytes.count {
                let rest = bytes[written...]
                let offset = start + written
                let count = try retrying { () throws(Errno) in try calls.write(file, rest, at: offset) }
                guard count > 0 else { throw Errno.ioError }
                written += count
            }
        } catch {
            throw failure("write", name, error)
        }
    }

    package func link(_ old: String, _ new: String) throws(Errno) {
        try retrying { () throws(Errno) in try calls.link(old, new) }
    }

    package func rename(_ old: String, _ new: String) throws(FleetError) {
        try done("rename to \(new)", old) { () throws(Errno) in try calls.rename(old, new) }
    }

    /// The name is already absent, as wanted.
    package func unlink(_ name: String) throws(FleetError) {
        _ = try ifPresent("remove", name) { () throws(Errno) in try calls.unlink(name) }
    }

    package func names() throws(FleetError) -> [String] {
        try done("list", ".") { () throws(Errno) in try calls.names() }
    }

    package func touch(_ file: borrowing LockFile, _ name: String) throws(FleetError) {
        try done("stamp", name) { () throws(Errno) in try calls.touch(file) }
    }

    /// - Throws: the raw error, because `ENOLCK` and its kin choose the path mutex.
    package func lock(_ file: borrowing LockFile, _ kind: KernelLockKind) throws(Errno) -> Bool {
        try retrying { () throws(Errno) in try calls.lock(file, kind) }
    }

    package func failure(_ verb: String, _ name: String, _ error: Errno) -> FleetError {
        let place = name == "." ? calls.path : path(name)
        let what = "cannot \(verb) \(place): \(error.description)"
        let hint: String
        switch error {
        case .noSpace, .diskQuotaExceeded: hint = "free some space there, then run the command again"
        case .readOnlyFileSystem: return FleetError(.io, what, .readOnly, errno: error.rawValue)
        case .permissionDenied, .notPermitted: hint = "check the owner and mode of \(calls.path)"
        case .tooManyOpenFiles, .tooManyOpenFilesInSystem: hint = "raise the limit of open files (ulimit -n)"
        case .noSuchFileOrDirectory, .notDirectory, .staleNFSFileHandle:
            hint = "the run directory was removed or replaced underneath; run the command again"
        default: hint = "check the file system that holds \(calls.path)"
        }
        return FleetError(.io, what, hint: hint, errno: error.rawValue)
    }

    private func done<Value: ~Copyable>(
        _ verb: String, _ name: String, _ call: () throws(Errno) -> Value
    ) throws(FleetError) -> Value {
        do throws(Errno) { return try retrying(call) } catch { throw failure(verb, name, error) }
    }

    /// nil when the name is absent.
    private func ifPresent<Value: ~Copyable>(
        _ verb: String, _ name: String, _ call: () throws(Errno) -> Value
    ) throws(FleetError) -> Value? {
        do throws(Errno) {
            return try retrying(call)
        } catch .noSuchFileOrDirectory {
            return nil
        } catch {
            throw failure(verb, name, error)
        }
    }

    /// `EINTR` is not a result. The bound keeps a broken file system from blocking us forever.
    private func retrying<Value: ~Copyable>(_ call: () throws(Errno) -> Value) throws(Errno) -> Value {
        for _ in 0..<100 {
            do throws(Errno) {
                return try call()
            } catch .interrupted {
                continue
            }
        }
        throw .interrupted
    }
}
