internal import FleetGuard
internal import Glibc

/// A lock named after a holder, in a directory that the holder's service manager names. Whatever mosaic home, variable or
/// bus address led here, every process that acts on this holder through this manager uses this file.
///
/// The file is permanent and its `flock` is the lock; the process's end frees it. Its content only says who has it, and
/// is believed of a process alone that the kernel shows to hold the lock.
package final class HolderLock {
    enum Attempt {
        case mine(HolderLock)
        /// This process, which lives and was seen to hold the lock, wrote this.
        case taken(HolderClaim)
        /// Held, by an unknown home: the claim is not written yet, or the process may not be examined.
        case unknown([Int32])
    }

    static let folderName = "mosaic-fleet"

    private var file: Descriptor?

    private init(_ file: consuming Descriptor) { self.file = consume file }

    package func release() { file = nil }

    /// One try, which never waits. Ten system calls where the lock is free and the file is there.
    ///
    /// - Parameter directory: the manager's runtime directory.
    /// - Throws: `.unsafeHome` where another user could have prepared the file; `.io`.
    static func attempt(
        in directory: String, holder: UnitName, claim: HolderClaim, processes: any ProcessTable
    ) throws(FleetError) -> Attempt {
        let place = try open(directory, file: "\(holder).lock")
        if flock(place.file.number, LOCK_EX | LOCK_NB) == 0 {
            let bytes = try JSONLine.bytes(claim, of: "the claim on the holder")
            guard pwrite(place.file.number, bytes, bytes.count, 0) == bytes.count else {
                throw failure("write", place.path, errno)
            }
            return .mine(HolderLock(place.taken()))
        }
        let number = errno
        guard number == EWOULDBLOCK else { throw failure("lock", place.path, number) }
        guard let found = HolderClaim(parsing: content(of: place.file.number)),
            processes.liveness(of: found.process) == .alive,
            processes.holds(place.id, found.process.pid, isLocked: true)
        else { return .unknown(processes.exclusiveHolders(of: place.id)) }
        return .taken(found)
    }

    private struct Place: ~Copyable {
        let file: Descriptor
        let id: FileID
        let path: String

        consuming func taken() -> Descriptor { file }
    }

    private static func open(_ directory: String, file name: String) throws(FleetError) -> Place {
        let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC
        var base = Glibc.open(directory, flags)
        if base < 0, errno == ENOENT, mkdir(directory, 0o700) == 0 { base = Glibc.open(directory, flags) }
        guard let base = Descriptor(result: base) else { throw failure("open", directory, errno) }
        var owner = stat()
        guard fstat(base.number, &owner) == 0 else { throw failure("access", directory, errno) }
        let folderPath = directory + "/" + folderName
        var isNew = false
        var folder = openat(base.number, folderName, flags | O_NOFOLLOW)
        if folder < 0, errno == ENOENT {
            isNew = mkdirat(base.number, folderName, 0o700) == 0
            guard isNew || errno == EEXIST else { throw failure("make", folderPath, errno) }
            folder = openat(base.number, folderName, flags | O_NOFOLLOW)
        }
        guard let folder = Descriptor(result: folder) else { throw failure("open", folderPath, errno) }
        // root, who acts on a user's fleet, must not leave what that user cannot open.
        if isNew, owner.st_uid != geteuid(), fchown(folder.number, owner.st_uid, owner.st_gid) != 0 {
            throw failure("change the owner of", folderPath, errno)
        }
        try check(folder.number, folderPath, owner.st_uid, isFolder: true)
        let path = folderPath + "/" + name
        let always = O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
        var result = openat(folder.number, name, always)
        let isNewFile = result < 0 && errno == ENOENT
        if isNewFile { result = openat(folder.number, name, always | O_CREAT, 0o600) }
        guard let file = Descriptor(result: result) else { throw failure("open", path, errno) }
        if isNewFile, owner.st_uid != geteuid(), fchown(file.number, owner.st_uid, owner.st_gid) != 0 {
            throw failure("change the owner of", path, errno)
        }
        let id = try check(file.number, path, owner.st_uid, isFolder: false)
        return Place(file: file, id: id, path: path)
    }

    /// - Parameter owner: of the runtime directory, which the manager's user owns.
    @discardableResult
    private static func check(
        _ descriptor: CInt, _ path: String, _ owner: UInt32, isFolder: Bool
    ) throws(FleetError) -> FileID {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("access", path, errno) }
        guard status.st_uid == owner || status.st_uid == geteuid(), status.st_mode & 0o022 == 0,
            status.st_mode & S_IFMT == (isFolder ? S_IFDIR : S_IFREG)
        else {
            throw FleetError(
                .unsafeHome,
                "\(Printable.oneLine(path)) is not a \(isFolder ? "directory" : "file") that only the manager's user can write",
                hint: "check its owner with 'ls -ld', and remove it when no restart is running")
        }
        return FileID(status)
    }

    /// In one write, so that a reader meets the old claim or the new one; what is left of a longer one is behind the line.
    private static func content(of file: CInt) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: HolderClaim.longest)
        let count = pread(file, &bytes, bytes.count, 0)
        return count > 0 ? Array(bytes[..<count]) : []
    }

    private static func failure(_ verb: String, _ path: String, _ number: CInt) -> FleetError {
        let hint: String
        switch number {
        case ENOSPC, EDQUOT: hint = "free some space there, then run the command again"
        case EMFILE, ENFILE: hint = "raise the limit of open files (ulimit -n)"
        case EACCES, EPERM, EROFS: hint = "run the command as the user of that service manager"
        default: hint = "check that directory: the service manager named it"
        }
        let code: FleetError.Code = number == EACCES || number == EPERM ? .unsafeHome : .io
        return FleetError(
            code,
            "the lock of the holder cannot be taken: cannot \(verb) \(Printable.oneLine(path)):"
                + " \(String(cString: strerror(number)))",
            hint: hint, errno: number)
    }
}
