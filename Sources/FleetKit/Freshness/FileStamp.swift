internal import FleetGuard
internal import Glibc

/// Which file a path led to at one moment, and with which content: by identity and the content's time.
///
/// "Newer" would not do. Package managers keep the times of the package, so an upgrade (and a downgrade) renames a file
/// into place that is older than what it replaces.
struct FileStamp: Sendable, Equatable {
    var device: UInt64
    var inode: UInt64
    var size: Int64
    /// Of the content (`st_mtim`), nanoseconds since 1970. A `touch` changes it, so it counts as new content: the
    /// content itself is never read.
    var modified: Int64

    /// When the entry was last changed or moved (`st_ctim`): a rename changes it, and it cannot be set back.
    /// Microseconds since 1970; of a symbolic link itself.
    static func placed(_ path: String) -> UInt64? {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        return UInt64(clamping: nanoseconds(status.st_ctim) / 1000)
    }

    fileprivate static func nanoseconds(_ time: timespec) -> Int64 {
        Int64(time.tv_sec).multipliedReportingOverflow(by: 1_000_000_000).partialValue &+ Int64(time.tv_nsec)
    }
}

extension FileStamp {
    /// Follows symbolic links.
    /// - Returns: nil if there is no such file, or it cannot be reached.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    init(_ status: stat) {
        self.init(
            device: UInt64(status.st_dev), inode: UInt64(status.st_ino), size: Int64(status.st_size),
            modified: Self.nanoseconds(status.st_mtim))
    }
}
