internal import FleetGuard
internal import Glibc

/// The cgroup of a command's scope, held by its `cgroup.kill`: one write ends everything that is in it and below, also a
/// setuid program, which no signal of ours reaches. The file belongs to the user whose manager made the scope.
final class CommandGroup {
    /// Where it is in the cgroup2 tree.
    let path: String
    private let kill: Descriptor
    private let events: Descriptor

    /// - Parameter scope: the unit whose cgroup it must be.
    /// - Returns: nil when the process is in no such cgroup, or the cgroup2 tree is not to be had here (or has no
    ///   `cgroup.kill`: before Linux 5.14).
    init?(of process: pid_t, named scope: UnitName) {
        guard let path = ControlGroupScan.path(of: process), Self.isOf(scope, path),
            let folder = Self.folders(of: path).first(where: { access($0 + "/cgroup.kill", W_OK) == 0 }),
            let kill = Descriptor(result: open(folder + "/cgroup.kill", O_WRONLY | O_CLOEXEC | O_NOFOLLOW)),
            let events = Descriptor(result: open(folder + "/cgroup.events", O_RDONLY | O_CLOEXEC | O_NOFOLLOW))
        else { return nil }
        self.path = path
        self.kill = kill
        self.events = events
    }

    /// Whether a cgroup is the one that the manager made for the unit.
    static func isOf(_ scope: UnitName, _ path: String) -> Bool { path.ends(with: "/" + scope.rawValue) }

    /// Process numbers in it and below.
    var processes: [Int32] {
        do throws(FleetError) { return try ControlGroupScan.processes(in: path) } catch { return [] }
    }

    /// Whether anything lives in it or below; false, too, once it was removed.
    var isPopulated: Bool {
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = pread(events.number, &buffer, buffer.count, 0)
        return count > 0
            && String(decoding: buffer[..<count], as: UTF8.self).parts(at: "\n").containsExactly("populated 1")
    }

    /// Ends everything in it. One that is gone has nothing to end.
    func end() { _ = write(kill.number, "1", 1) }

    /// Where the cgroup may be found: each mount of the cgroup2 tree, /proc/self/mountinfo (proc(5)).
    private static func folders(of path: String) -> [String] {
        let mounts = SmallFile.text("/proc/self/mountinfo", limit: 64 << 20) ?? ""
        return mounts.parts(at: "\n").compactMap { line -> String? in
            let words = line.parts(at: " ")
            guard let mark = words.firstIndex(of: "-"), words.count > mark + 1, words[mark + 1] == "cgroup2",
                words.count > 4
            else { return nil }
            // The part of the tree that is mounted there. A place with an escaped blank in it is not a usual one.
            let root = words[3] == "/" ? "" : String(words[3])
            guard let inside = path.after(root), inside.begins(with: "/") else { return nil }
            return "\(words[4])\(inside)"
        }
    }
}
