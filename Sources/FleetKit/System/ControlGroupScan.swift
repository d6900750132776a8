public import FleetGuard
internal import Glibc

/// Which processes are in a cgroup, read from `/proc/PID/cgroup`: true also where the manager's cgroup tree is
/// mounted elsewhere or not at all.
public enum ControlGroupScan {
    /// Process numbers in the cgroup2 path `group` and below, ascending; empty for an empty path or the root.
    /// - Throws: `.io` when `/proc` cannot be listed. Processes that end meanwhile are left out.
    public static func processes(in group: String) throws(FleetError) -> [Int32] {
        guard group.count > 1 else { return [] }
        guard let proc = opendir("/proc") else {
            throw FleetError(
                .io, "/proc cannot be listed: \(String(cString: strerror(errno)))", hint: "check that it is mounted")
        }
        defer { closedir(proc) }
        var found: [Int32] = []
        while let entry = readdir(proc) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard let pid = Int32(name), let path = path(of: pid) else { continue }
            if contains(group, path) { found.append(pid) }
        }
        return found.sorted()
    }

    /// Whether `path` is the cgroup `group` or below it; never for an empty group or the root.
    static func contains(_ group: String, _ path: String) -> Bool {
        guard group.count > 1 else { return false }
        let prefix = String(group.before("/") ?? group[...])
        return path.isExactly(prefix) || path.begins(with: prefix + "/")
    }

    /// The process's path in the cgroup2 tree; nil when the process is gone.
    static func path(of pid: Int32) -> String? {
        let file = open("/proc/\(pid)/cgroup", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 16 << 10)
        let count = read(file, &bytes, bytes.count)
        guard count > 0 else { return nil }
        // cgroup2's line is `0::PATH`; the lines of version 1 begin with other numbers.
        return String(decoding: bytes[..<count], as: UTF8.self).parts(at: "\n")
            .lazy.compactMap { $0.after("0::") }.first.map(String.init)
    }
}
