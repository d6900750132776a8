internal import FleetGuard
internal import Glibc

/// The processes of this process' own unit, by its cgroup.
struct UnitProcesses {
    /// The path in the cgroup2 tree; nil where there is none.
    private let group: String?
    /// Where it is mounted.
    private let folder: String?

    init(root: String = "/sys/fs/cgroup") {
        let path = ControlGroupScan.path(of: getpid())
        group = path.flatMap { $0.count > 1 ? $0 : nil }
        folder = group.map { root + $0 }
    }

    /// Also of one in a cgroup that the agent made below the unit's. False for one that has ended.
    func contains(_ process: Int32) -> Bool {
        guard let group, let path = ControlGroupScan.path(of: process) else { return false }
        return ControlGroupScan.contains(group, path)
    }

    /// The unit's name; nil where the kernel does not tell.
    var name: String? { group?.parts(at: "/").last { $0.ends(with: ".service") }.map(String.init) }

    /// Process numbers, without ours. Empty where the kernel does not tell: then only systemd sees what is left, and ends it.
    func others() -> [Int32] {
        guard let group, let folder else { return [] }
        let own = getpid()
        // Folders in it are cgroups that the agent made; a scan of /proc finds what is in those, too.
        var status = stat()
        if stat(folder, &status) == 0, status.st_nlink <= 2,
            let text = SmallFile.text(folder + "/cgroup.procs", limit: 16 << 20)
        {
            return text.parts(at: "\n").compactMap { Int32($0) }.filter { $0 != own }
        }
        let found = try? ControlGroupScan.processes(in: group)  // where /proc cannot be listed, none is seen
        return found?.filter { $0 != own } ?? []
    }

    /// How many processes of the unit the kernel has killed for memory; 0 also where the memory controller is missing.
    var memoryKills: Int {
        guard let folder, let text = SmallFile.text(folder + "/memory.events", limit: 16 << 20) else { return 0 }
        for line in text.parts(at: "\n") where line.begins(with: "oom_kill ") {
            return Int(line.dropFirst("oom_kill ".count)) ?? 0
        }
        return 0
    }
}
