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
        guard let file = try open(folder, Self.name, O_RDONLY) else { return try older(folder) }
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
        _ = try replace(folder, Self.totalsName, staged: name, with: totals.text())
    }

    /// The totals with the older file in them.
    private func older(_ folder: CInt) throws(FleetError) -> HistoryTotals {
        var totals = HistoryTotals()
        if let file = try open(folder, Self.totalsName, O_RDONLY) {
            totals = HistoryTotals(text: try read(file, atMost: Self.totalsLimit)) ?? totals
        }
        guard let file = try open(folder, Self.oldName, O_RDONLY) else { return totals }
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
