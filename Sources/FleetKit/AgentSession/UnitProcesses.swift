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
        if stat(folder, &status) == 0, status.st_nlink <= 2, let text = Self.read(folder + "/cgroup.procs") {
            return text.parts(at: "\n").compactMap { Int32($0) }.filter { $0 != own }
        }
        do throws(FleetError) {
            return try ControlGroupScan.processes(in: group).filter { $0 != own }
        } catch {
            return []
        }
    }

    /// How many processes of the unit the kernel has killed for memory; 0 also where the memory controller is missing.
    var memoryKills: Int {
        guard let folder, let text = Self.read(folder + "/memory.events") else { return 0 }
        for line in text.parts(at: "\n") where line.begins(with: "oom_kill ") {
            return Int(line.dropFirst("oom_kill ".count)) ?? 0
        }
        return 0
    }

    private static func read(_ path: String) -> String? {
        SmallFile.read(path, limit: 16 << 20).map { String(decoding: $0, as: UTF8.self) }
    }
}

/// What a process does with signals, from `/proc/PID/status`.
struct SignalDisposition: Equatable {
    var ignored: UInt64
    var caught: UInt64

    /// Nil when the process is gone.
    static func read(_ process: Int32) -> SignalDisposition? {
        SmallFile.read("/proc/\(process)/status", limit: 1 << 16).flatMap { parse(String(decoding: $0, as: UTF8.self)) }
    }

    /// The process' name is on a line of its own, with its line ends escaped.
    static func parse(_ text: String) -> SignalDisposition? {
        func mask(_ name: String) -> UInt64? {
            let line = text.parts(at: "\n").first { $0.begins(with: name + ":") }
            guard let word = line?.parts(at: "\t").last else { return nil }
            return UInt64(word, radix: 16)
        }
        guard let ignored = mask("SigIgn"), let caught = mask("SigCgt") else { return nil }
        return SignalDisposition(ignored: ignored, caught: caught)
    }

    func ignores(_ signal: CInt) -> Bool { ignored >> UInt64(signal - 1) & 1 == 1 }
    func catches(_ signal: CInt) -> Bool { caught >> UInt64(signal - 1) & 1 == 1 }
}
