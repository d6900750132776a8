package import SystemPackage

/// A file's identity while a process holds it open: inode numbers are reused only after the last close.
package struct FileID: Hashable, Sendable {
    package var device: UInt64
    package var inode: UInt64

    package init(device: UInt64, inode: UInt64) {
        self.device = device
        self.inode = inode
    }
}

/// A file's modification time. Only ever compared for *equality*: whose clock wrote it does not matter then.
package struct FileTime: Hashable, Sendable {
    package var seconds: Int64
    package var nanoseconds: Int64

    package init(seconds: Int64, nanoseconds: Int64) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }
}

package struct FileStatus: Equatable, Sendable {
    package enum Kind: String, Sendable {
        case regular = "regular file"
        case directory = "directory"
        case symbolicLink = "symbolic link"
        case fifo = "named pipe"
        case socket = "socket"
        case device = "device"
    }

    package var id: FileID
    package var modified: FileTime
    package var kind: Kind
    package var size: Int64

    package init(id: FileID, modified: FileTime, kind: Kind, size: Int64) {
        self.id = id
        self.modified = modified
        self.kind = kind
        self.size = size
    }
}

/// An open file of the run directory. It closes itself at the end of its scope, by the calls that it was opened with.
package struct LockFile: ~Copyable {
    package private(set) var descriptor: CInt
    private let calls: any LockFileCalls

    package init(descriptor: CInt, closedBy calls: any LockFileCalls) {
        self.descriptor = descriptor
        self.calls = calls
    }

    deinit { if descriptor >= 0 { calls.close(descriptor) } }

    /// Gives the descriptor away: from now on it is the caller's to close.
    package consuming func take() -> CInt {
        let taken = descriptor
        descriptor = -1
        return taken
    }
}

package enum FileOpening: Sendable {
    /// Existing file, read only; never blocks (a named pipe), never follows a symbolic link.
    case read
    /// Existing file, read and write.
    case update
    /// New file, mode 0600, `O_EXCL`; all writes append.
    case create
}

package enum KernelLockKind: Sendable { case shared, exclusive }

/// The system calls that the guard makes in its run directory: one function, one call, errors untouched.
///
/// Names are single components. The interleaving explorer and the fault tests replace this, so
/// nothing here retries, loops or decides.
package protocol LockFileCalls: AnyObject {
    func open(_ name: String, _ how: FileOpening) throws(Errno) -> LockFile
    /// Only a `LockFile` calls it, at its end.
    func close(_ descriptor: CInt)
    /// Up to `count` bytes from `offset`; empty at the end.
    func read(_ file: borrowing LockFile, at offset: Int, count: Int) throws(Errno) -> [UInt8]
    /// May write fewer bytes than given. At the end of a file opened with `create`, else at `offset`.
    func write(_ file: borrowing LockFile, _ bytes: ArraySlice<UInt8>, at offset: Int) throws(Errno) -> Int
    func status(of file: borrowing LockFile) throws(Errno) -> FileStatus
    /// Of the name itself, not of what a link points to. `ENOENT` when it is absent.
    func status(at name: String) throws(Errno) -> FileStatus
    /// The same, but of the name in the directory that `path` leads to *now*: what a process that comes later finds.
    /// `ENOENT` also when nothing is at that path any more.
    func statusByPath(at name: String) throws(Errno) -> FileStatus
    /// Whether `path` still leads to this directory. Somebody may have moved it away and left another one there.
    func isInPlace() throws(Errno) -> Bool
    /// Fails with `EEXIST` when `new` exists.
    func link(_ old: String, _ new: String) throws(Errno)
    /// Replaces `new`.
    func rename(_ old: String, _ new: String) throws(Errno)
    func unlink(_ name: String) throws(Errno)
    func names() throws(Errno) -> [String]
    /// `flock`, never blocking: false if another lock conflicts.
    func lock(_ file: borrowing LockFile, _ kind: KernelLockKind) throws(Errno) -> Bool
    func unlock(_ file: borrowing LockFile)
    /// Sets the modification time to now.
    func touch(_ file: borrowing LockFile) throws(Errno)
    /// Starts to watch the directory.
    func makeWatch() throws(Errno) -> any LockWatch
    /// Where the directory was when it was opened.
    var path: String { get }
}

/// Where directories never move (a simulated world).
extension LockFileCalls {
    package func statusByPath(at name: String) throws(Errno) -> FileStatus { try status(at: name) }
    package func isInPlace() throws(Errno) -> Bool { true }
}

/// Wakes a waiter when the run directory, or the record that it follows, changes.
package protocol LockWatch: AnyObject {
    /// Follow this record too: its owner's death closes it, which wakes us.
    func follow(_ file: borrowing LockFile) throws(Errno)
    /// Returns when something changed, at a signal, or after `timeout`. May return early for no reason.
    /// - Returns: whether something changed. The time that the wait took does not tell: a busy machine may wake a process
    ///   long after a change that came just before the timeout.
    func wait(timeout: Duration) throws(Errno) -> Bool
    func close()
}
