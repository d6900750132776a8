internal import CLinux
internal import Glibc

/// Processes as Linux shows them in /proc.
package final class ProcFileSystem: ProcessTable {
    package let me: ProcessIdentity

    /// - Throws: `.io` when /proc is not mounted: without it no owner can be told from another.
    package init() throws(FleetError) {
        let pid = getpid()
        guard let start = Self.startTime(of: pid), let namespace = Self.pidNamespace(),
            let boot = Self.text("/proc/sys/kernel/random/boot_id")
        else {
            let number = errno
            throw FleetError(
                .io,
                "cannot read /proc/\(pid)/stat and /proc/sys/kernel/random/boot_id: \(String(cString: strerror(number)))",
                hint: number == EMFILE || number == ENFILE
                    ? "raise the limit of open files (ulimit -n)"
                    : "mount /proc, the lock record needs it to name this process", errno: number)
        }
        me = ProcessIdentity(
            pid: pid, start: start, pidNamespace: namespace, bootID: boot, host: Self.hostName(), uid: geteuid())
    }

    package func liveness(of process: ProcessIdentity) -> Liveness {
        guard process.bootID == me.bootID else {
            // The same host after another boot: it is gone. Another host: unknown.
            return process.host.isExactly(me.host) ? .gone : .unknowable
        }
        guard process.pidNamespace == me.pidNamespace else { return .unknowable }
        guard let now = ProcessStat.read(process.pid) else {
            // Only the kernel's word is a proof. /proc may be unreadable for other reasons (no descriptor is left).
            return Glibc.kill(process.pid, 0) != 0 && errno == ESRCH ? .gone : .unknowable
        }
        guard now.start == process.start else { return .gone }
        // A zombie has closed its files and sends nothing more.
        return now.hasEnded ? .gone : .alive
    }

    package func exclusiveHolders(of file: FileID) -> [Int32] {
        Self.processes(having: file, where: Self.isExclusiveLock)
    }

    private static func isExclusiveLock(_ line: Substring) -> Bool {
        line.begins(with: "lock:") && line.contains("FLOCK") && line.contains("WRITE")
    }

    package func writers(of file: FileID) -> [Int32] {
        Self.processes(having: file, where: Self.isWriting)
    }

    private static func isWriting(_ line: Substring) -> Bool {
        guard line.begins(with: "flags:"), let flags = line.split(whereSeparator: { $0 == "\t" || $0 == " " }).last,
            let bits = Int32(flags, radix: 8)
        else { return false }
        return bits & O_ACCMODE != O_RDONLY
    }

    package func holds(_ file: FileID, _ pid: Int32, isLocked: Bool) -> Bool {
        Self.has(pid, file, where: isLocked ? Self.isExclusiveLock : Self.isWriting)
    }

    package func descends(from ancestor: ProcessIdentity) -> Bool {
        guard ancestor.pidNamespace == me.pidNamespace, ancestor.bootID == me.bootID else { return false }
        var next = getppid()
        // A chain is short; one that changes while it is followed must not be followed forever.
        for _ in 0..<1000 where next > 0 {
            guard let process = ProcessStat.read(next) else { return false }
            if next == ancestor.pid { return process.start == ancestor.start }
            next = process.parent
        }
        return false
    }

    package func identify(_ pid: Int32) -> ProcessIdentity? {
        var status = stat()
        guard stat("/proc/\(pid)", &status) == 0, status.st_uid == geteuid(), let start = Self.startTime(of: pid)
        else { return nil }
        var identity = me
        identity.pid = pid
        identity.start = start
        return identity
    }

    package func runsMyProgram(_ pid: Int32) -> Bool {
        var mine = stat()
        var other = stat()
        guard stat("/proc/self/exe", &mine) == 0, stat("/proc/\(pid)/exe", &other) == 0 else { return false }
        return mine.st_dev == other.st_dev && mine.st_ino == other.st_ino
    }

    package func isStopped(_ pid: Int32) -> Bool {
        ProcessStat.read(pid)?.isStopped ?? false
    }

    package func kill(_ process: ProcessIdentity) -> Bool {
        guard process.pid != me.pid, process.uid == me.uid, liveness(of: process) == .alive else { return false }
        guard let pidfd = Descriptor(result: fleet_pidfd_open(process.pid)) else { return false }
        // The descriptor pins the process; only now is its identity beyond a reuse of the number.
        guard liveness(of: process) == .alive else { return false }
        return fleet_pidfd_send_signal(pidfd.number, SIGKILL) == 0
    }

    // MARK: - Reading /proc

    static func startTime(of pid: Int32) -> UInt64? { ProcessStat.read(pid)?.start }

    private static func pidNamespace() -> UInt64? {
        var status = stat()
        return stat("/proc/self/ns/pid", &status) == 0 ? UInt64(status.st_ino) : nil
    }

    package static func hostName() -> String {
        var name = utsname()
        uname(&name)
        return withUnsafePointer(to: &name.nodename) {
            $0.withMemoryRebound(to: CChar.self, capacity: 65) { String(cString: $0) }
        }
    }

    /// Processes with a descriptor of the file of which one line of fdinfo satisfies `test`: there the kernel lists a
    /// descriptor's open mode and the locks that it carries.
    private static func processes(having file: FileID, where test: (Substring) -> Bool) -> [Int32] {
        (FolderEntries.processes() ?? []).filter { has($0, file, where: test) }
    }

    private static func has(_ pid: Int32, _ file: FileID, where test: (Substring) -> Bool) -> Bool {
        (FolderEntries.names("/proc/\(pid)/fd") ?? []).contains { descriptor in
            var status = stat()
            guard stat("/proc/\(pid)/fd/\(descriptor)", &status) == 0,
                FileID(status) == file,
                let info = text("/proc/\(pid)/fdinfo/\(descriptor)")
            else { return false }
            return info.parts(at: "\n").contains(where: test)
        }
    }

    /// A small file of /proc without its final newline; nil when it cannot be read.
    private static func text(_ path: String) -> String? {
        guard var bytes = SmallFile.read(path, limit: 1 << 20) else { return nil }
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }
}
