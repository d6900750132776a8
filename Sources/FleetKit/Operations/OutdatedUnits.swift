internal import Glibc

/// Units that run with less than their files say now: a file of theirs was written after their main process was started.
public enum OutdatedUnits {
    /// The holder first, then the agents in the roster's order.
    ///
    /// - Throws: `.noServiceManager`.
    public static func find(_ roster: Roster, manager: any ServiceManager) throws(FleetError) -> [UnitName] {
        let running = try manager.overview(of: roster.units).filter(\.isActive).map(\.name)
        return try manager.settings(of: running).filter(isOutdated).map(\.name)
    }

    /// - Parameter settings: of a unit that runs.
    static func isOutdated(_ settings: UnitSettings) -> Bool {
        settings.mainStartedAt > 0
            && ([settings.path] + settings.dropIns).contains { path in
                // What systemd is to tell counts at once, and not for the process that runs.
                !FleetUnits.isEventDropIn(path) && changeTime(path).map { $0 >= settings.mainStartedAt } ?? false
            }
    }

    /// Microseconds since 1970; nil where there is no such file.
    private static func changeTime(_ path: String) -> UInt64? {
        var status = stat()
        guard !path.isEmpty, stat(path, &status) == 0, status.st_mtim.tv_sec >= 0 else { return nil }
        return UInt64(status.st_mtim.tv_sec) * 1_000_000 + UInt64(status.st_mtim.tv_nsec) / 1000
    }
}
