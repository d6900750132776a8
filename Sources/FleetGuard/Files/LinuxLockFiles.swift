internal import CLinux
package import Glibc
internal import SystemPackage

/// The guard's system calls on Linux, relative to one directory descriptor; only the two questions whether the
/// directory is still the one that others find go by its path.
final class LinuxLockFiles: LockFileCalls {
    let path: String
    private let folder: Descriptor
    private var directory: CInt { folder.number }
    /// Readable when a signal came; ends a wait.
    private let wakeDescriptor: CInt?
    /// An inotify instance that no watch uses at the moment.
    private var idleInotify: Descriptor?
    /// The directory's identity, once it was asked for; the open descriptor pins it.
    private var identity: FileID?

    /// - Parameter directory: owned by this object from now on.
    init(directory: consuming Descriptor, path: String, wakeDescriptor: CInt?) {
        folder = directory
        self.path = path
        self.wakeDescriptor = wakeDescriptor
    }

    func open(_ name: String, _ how: FileOpening) throws(Errno) -> LockFile {
        let always = O_CLOEXEC | O_NOFOLLOW
        let flags: CInt =
            switch how {
            case .read: O_RDONLY | O_NONBLOCK | always
            case .update: O_RDWR | O_NONBLOCK | always
            case .create: O_RDWR | O_CREAT | O_EXCL | O_APPEND | always
            }
        return LockFile(descriptor: try checked(openat(directory, name, flags, 0o600)), closedBy: self)
    }

    func close(_ descriptor: CInt) { _ = Glibc.close(descriptor) }

    func read(_ file: borrowing LockFile, at offset: Int, count: Int) throws(Errno) -> [UInt8] {
        var result = 0
        let descriptor = file.descriptor
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            result = pread(descriptor, buffer.baseAddress, count, off_t(offset))
            filled = max(0, result)
        }
        guard result >= 0 else { throw Errno(rawValue: errno) }
        return bytes
    }

    func write(_ file: borrowing LockFile, _ bytes: ArraySlice<UInt8>, at offset: Int) throws(Errno) -> Int {
        let descriptor = file.descriptor
        let result = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, off_t(offset)) }
        guard result >= 0 else { throw Errno(rawValue: errno) }
        return result
    }

    func status(of file: borrowing LockFile) throws(Errno) -> FileStatus { try status(of: file.descriptor) }

    private func status(of descriptor: CInt) throws(Errno) -> FileStatus {
        var status = stat()
        try check(fstat(descriptor, &status))
        return FileStatus(status)
    }

    func status(at name: String) throws(Errno) -> FileStatus {
        var status = stat()
        try check(fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW))
        return FileStatus(status)
    }

    func statusByPath(at name: String) throws(Errno) -> FileStatus {
        var status = stat()
        try check(fstatat(AT_FDCWD, path + "/" + name, &status, AT_SYMLINK_NOFOLLOW))
        return FileStatus(status)
    }

    func isInPlace() throws(Errno) -> Bool {
        if identity == nil { identity = try status(of: directory).id }
        var found = stat()
        do throws(Errno) {
            try check(fstatat(AT_FDCWD, path, &found, AT_SYMLINK_NOFOLLOW))
        } catch .noSuchFileOrDirectory {
            return false
        }
        return FileStatus(found).id == identity
    }

    func link(_ old: String, _ new: String) throws(Errno) {
        do throws(Errno) {
            try check(linkat(directory, old, directory, new, 0))
        } catch .fileExists {
            // A file server may have done it and lost the reply: two names of our own file prove that it did.
            let mine = try status(at: old)
            guard try status(at: new).id == mine.id else { throw .fileExists }
        }
    }

    func rename(_ old: String, _ new: String) throws(Errno) { try check(renameat(directory, old, directory, new)) }

    func unlink(_ name: String) throws(Errno) { try check(unlinkat(directory, name, 0)) }

    func names() throws(Errno) -> [String] {
        // A descriptor of its own: the position of a directory stream is shared by duplicates.
        let descriptor = Descriptor(try checked(openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)))
        return try DirectoryEntries.names(in: descriptor.number)
    }

    func lock(_ file: borrowing LockFile, _ kind: KernelLockKind) throws(Errno) -> Bool {
        do throws(Errno) {
            try check(flock(file.descriptor, (kind == .shared ? LOCK_SH : LOCK_EX) | LOCK_NB))
            return true
        } catch .wouldBlock {
            return false
        }
    }

    func unlock(_ file: borrowing LockFile) { _ = flock(file.descriptor, LOCK_UN) }

    func touch(_ file: borrowing LockFile) throws(Errno) { try check(futimens(file.descriptor, nil)) }

    func makeWatch() throws(Errno) -> any LockWatch {
        try InotifyWatch(directory: directory, wakeDescriptor: wakeDescriptor, instance: idleInotify.take()) {
            [weak self] instance in
            if let self, idleInotify == nil { idleInotify = consume instance }
        }
    }
}

extension FileID {
    package init(_ status: stat) { self.init(device: UInt64(status.st_dev), inode: UInt64(status.st_ino)) }
}

extension FileStatus {
    init(_ status: stat) {
        let kind: Kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .regular
            case S_IFDIR: .directory
            case S_IFLNK: .symbolicLink
            case S_IFIFO: .fifo
            case S_IFSOCK: .socket
            default: .device
            }
        self.init(
            id: FileID(status),
            modified: FileTime(seconds: Int64(status.st_mtim.tv_sec), nanoseconds: Int64(status.st_mtim.tv_nsec)),
            kind: kind, size: Int64(status.st_size))
    }
}

/// The descriptor or count, or `errno` as an error.
func checked(_ result: CInt) throws(Errno) -> CInt {
    guard result >= 0 else { throw Errno(rawValue: errno) }
    return result
}

func check(_ result: CInt) throws(Errno) { _ = try checked(result) }
