package import FleetGuard
internal import Glibc

/// Which processes are in a cgroup, read from `/proc/PID/cgroup`: true also where the manager's cgroup tree is
/// mounted elsewhere or not at all.
package enum ControlGroupScan {
    /// Process numbers in the cgroup2 path `group` and below, ascending; empty for an empty path or the root.
    /// - Throws: `.io` when `/proc` cannot be listed. Processes that end meanwhile are left out.
    package static func processes(in group: String) throws(FleetError) -> [Int32] {
        guard group.count > 1 else { return [] }
        guard let processes = FolderEntries.processes() else {
            throw FleetError(
                .io, "/proc cannot be listed: \(String(cString: strerror(errno)))", hint: "check that it is mounted")
        }
        return processes.filter { path(of: $0).map { contains(group, $0) } ?? false }.sorted()
    }

    /// Whether `path` is the cgroup `group` or below it; never for an empty group or the root.
    static func contains(_ group: String, _ path: String) -> Bool {
        guard group.count > 1 else { return false }
        let prefix = String(group.before("/") ?? group[...])
        return path.isExactly(prefix) || path.begins(with: prefix + "/")
    }

    /// The process's path in the cgroup2 tree; nil when the process is gone.
    static func path(of pid: Int32) -> String? {
        // cgroup2's line is `0::PATH`; the lines of version 1 begin with other numbers.
        SmallFile.text("/proc/\(pid)/cgroup", limit: 16 << 10)?.parts(at: "\n")
            .lazy.compactMap { $0.after("0::") }.first.map(String.init)
    }
}
