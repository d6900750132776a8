package import FleetGuard
internal import Glibc

extension HistoryFile {
    /// What the records that were thrown away count up to.
    static let totalsName = "history.totals"
    private static let totalsLimit = 64 << 10

    /// Everything that was ever counted.
    /// - Throws: `.unsafeHome`, `.io`.
    package func totals() throws(FleetError) -> HistoryTotals {
        guard let opened = try RunDirectoryOpener.openFleet(home: home, create: false) else { return HistoryTotals() }
        let folder = opened.number
        guard faccessat(folder, Self.name, F_OK, AT_SYMLINK_NOFOLLOW) == 0 else {
            return try older(folder)
        }
        let file = try open(folder, Self.name, O_RDONLY)
        defer { close(file) }
        // Nobody puts the file aside while it is counted; without the lock a restart may be counted once too often.
        _ = lock(file)
        var totals = try older(folder)
        totals.add(lines: try read(file, atMost: Self.everything))
        return totals
    }

    /// Counts the older file in, which is about to be replaced. Only under the lock of the current one.
    func countOlder(_ folder: CInt) throws(FleetError) {
        let totals = try older(folder)
        let name = ".\(Self.totalsName).\(getpid())"
        unlinkat(folder, name, 0)
        let file = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw failure("count", errno) }
        defer { close(file) }
        let bytes = try totals.text()
        guard Glibc.write(file, bytes, bytes.count) == bytes.count,
            renameat(folder, name, folder, Self.totalsName) == 0
        else {
            let number = errno
            unlinkat(folder, name, 0)
            throw failure("count", number == 0 ? ENOSPC : number)
        }
    }

    /// The totals with the older file in them.
    private func older(_ folder: CInt) throws(FleetError) -> HistoryTotals {
        var totals = HistoryTotals()
        if faccessat(folder, Self.totalsName, F_OK, AT_SYMLINK_NOFOLLOW) == 0 {
            let file = try open(folder, Self.totalsName, O_RDONLY)
            defer { close(file) }
            totals = HistoryTotals(text: try read(file, atMost: Self.totalsLimit)) ?? totals
        }
        guard faccessat(folder, Self.oldName, F_OK, AT_SYMLINK_NOFOLLOW) == 0 else { return totals }
        let file = try open(folder, Self.oldName, O_RDONLY)
        defer { close(file) }
        let status = try status(file)
        // The file that follows it in its place was there beside it, so it has another inode.
        let identity = "\(status.st_dev):\(status.st_ino)"
        if totals.counted != identity {
            totals.add(lines: try read(file, atMost: Self.everything))
            totals.counted = identity
        }
        return totals
    }

    private static let everything = 8 << 20
}
