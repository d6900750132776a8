internal import FleetGuard
internal import Glibc

/// Tries `flock` with two descriptors of one file, and leaves nothing behind.
enum KernelLockProbe {
    enum Answer: Equatable, Sendable {
        case works
        /// The error's words.
        case unsupported(String)
        /// Two exclusive locks at once.
        case ineffective
    }

    /// Linux's `__O_TMPFILE` (fcntl.h): a file that never gets a name. Swift does not import it.
    private static let unnamed: CInt = 0o20_000_000 | O_DIRECTORY

    /// - Throws: `.io` when no file can be made there.
    static func ask(in folder: String) throws(FleetError) -> Answer {
        let first = try scratchFile(in: folder)
        // Another open file, not another descriptor of the same: those would share the lock.
        guard let second = Descriptor(result: open("/proc/self/fd/\(first.number)", O_RDWR | O_CLOEXEC)) else {
            throw failure("open a file again in", folder)
        }
        guard flock(first.number, LOCK_EX | LOCK_NB) == 0 else { return .unsupported(String(cString: strerror(errno))) }
        guard flock(second.number, LOCK_EX | LOCK_NB) != 0 else { return .ineffective }
        return errno == EWOULDBLOCK ? .works : .unsupported(String(cString: strerror(errno)))
    }

    /// Seconds by which the file system's clock is ahead of this machine's, as a new file there shows it.
    static func clockSkew(in folder: String, wallClock: Double) throws(FleetError) -> Double {
        let file = try scratchFile(in: folder)
        var status = stat()
        guard fstat(file.number, &status) == 0 else { throw failure("look at a file in", folder) }
        return Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) / 1e9 - wallClock
    }

    /// Writes that many bytes into a file without a name, which goes with its descriptor.
    /// - Returns: errno of what failed; nil when everything was written.
    /// - Throws: `.io` when no file can be made there for another reason than a lack of room.
    static func write(in folder: String, bytes count: Int) throws(FleetError) -> CInt? {
        let file: Descriptor
        do throws(FleetError) { file = try scratchFile(in: folder) } catch {
            // No file at all: without a free inode or block that is the same want of room.
            var system = statvfs()
            let isFull =
                statvfs(folder, &system) == 0
                && (system.f_bavail == 0 || system.f_files > 0 && system.f_favail == 0)
            guard isFull else { throw error }
            return ENOSPC
        }
        let chunk = [UInt8](repeating: 0, count: 1 << 14)
        var written = 0
        while written < count {
            let part = Glibc.write(file.number, chunk, min(chunk.count, count - written))
            if part < 0 && errno == EINTR { continue }
            guard part > 0 else { return errno }
            written += part
        }
        // Some file systems look for the room only now.
        return fsync(file.number) == 0 || errno == EINVAL ? nil : errno
    }

    private static func scratchFile(in folder: String) throws(FleetError) -> Descriptor {
        if let file = Descriptor(result: open(folder, unnamed | O_RDWR | O_CLOEXEC, 0o600)) { return file }
        // A file system that knows only files with names (NFS, many of FUSE): the name goes before anything else is done.
        guard [EOPNOTSUPP, EISDIR, EINVAL].contains(errno) else { throw failure("make a file in", folder) }
        let path = "\(folder)/\(RunDirectory.stagingPrefix)\(LockToken.random())"
        let flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        guard let named = Descriptor(result: open(path, flags, 0o600)) else { throw failure("make a file in", folder) }
        guard unlink(path) == 0 else { throw failure("remove a file in", folder) }
        return named
    }

    private static func failure(_ what: String, _ folder: String) -> FleetError {
        FleetError(
            .io, "cannot \(what) \(Printable.oneLine(folder)): \(String(cString: strerror(errno)))",
            hint: "check its owner and the free space")
    }
}
