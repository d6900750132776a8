/// Removes a path mutex whose holder crashed, so that exactly one of many waiters does it.
///
/// Removing a name only *if it is still that file* is no single system call, so the right to remove one given file is
/// itself acquired: by creating `reap-INODE-TIME`, a name made from the victim's identity, which never comes again.
/// Only its creator may remove that victim. When the creator of such a claim crashes in turn,
/// the right to *its* claim is acquired the same way, and with it the right to the victim.
/// A living holder is waited for, however slow it is. One that is stopped is killed before its file goes: it must not
/// wake up inside.
struct PathMutexReaper {
    static let claimPrefix = "reap-"

    private let directory: RunDirectory
    private let time: any GuardTime
    private let processes: any ProcessTable
    private let patience: MutexPatience
    private var sights: [String: Sight] = [:]

    /// A file as it has been for a while.
    private struct Sight {
        var file: Mark
        /// How long it has been seen unchanged.
        var unchanged: WatchedTime
        /// How long its living holder has been seen stopped; nil: it is not stopped.
        var stopped: WatchedTime?
    }

    /// A file at one moment: the same number with another time is another file.
    private struct Mark: Equatable {
        var id: FileID
        var modified: FileTime

        init(_ status: FileStatus) {
            id = status.id
            modified = status.modified
        }

        var claimName: String {
            "\(PathMutexReaper.claimPrefix)\(id.inode)-\(modified.seconds)-\(modified.nanoseconds)"
        }
    }

    init(_ directory: RunDirectory, time: any GuardTime, processes: any ProcessTable, patience: MutexPatience) {
        self.directory = directory
        self.time = time
        self.processes = processes
        self.patience = patience
    }

    /// One look at the mutex; removes it when it is stale and this process has the right to.
    mutating func look() throws(FleetError) {
        guard let victim = try staleMark(RunDirectory.mutexName) else { return }
        var claims: [String] = []
        var name = RunDirectory.mutexName
        var mark = victim
        while true {
            guard try hasNoHolder(name, mark) else { return }
            claims.append(mark.claimName)
            let mine = MutexRecord(mutex: .path, token: time.token(), holder: processes.me)
            let claim = try Staging.publish(
                try mine.bytes(), at: mark.claimName, in: directory, token: time.token())
            if claim != nil { break }
            name = mark.claimName
            guard let next = try staleMark(name) else { return }  // its claimer is at work, or just done
            mark = next
        }
        if let now = try directory.status(at: RunDirectory.mutexName), Mark(now) == victim {
            try directory.unlink(RunDirectory.mutexName)
        }
        for claim in claims { try directory.unlink(claim) }
    }

    /// The file at the name, if it has been the same for the stale time on this process's clock.
    private mutating func staleMark(_ name: String) throws(FleetError) -> Mark? {
        guard let status = try directory.status(at: name) else {
            sights[name] = nil
            return nil
        }
        let mark = Mark(status)
        let now = time.now()
        guard sights[name]?.file == mark else {
            sights[name] = Sight(file: mark, unchanged: watched(from: now))
            return nil
        }
        sights[name]?.unchanged.look(now)
        return sights[name].map { $0.unchanged.total >= patience.frozenAfter } == true ? mark : nil
    }

    private func watched(from now: Duration) -> WatchedTime {
        var time = WatchedTime(longestGap: patience.longestGap)
        time.look(now)
        return time
    }

    /// Whether the process that made this very file is gone; a stopped one is killed for that. A younger file at the same
    /// name is none of our business.
    private mutating func hasNoHolder(_ name: String, _ mark: Mark) throws(FleetError) -> Bool {
        guard let file = try directory.open(name, .read) else { return true }
        guard Mark(try directory.status(of: file, name)) == mark else { return true }
        let bytes = try directory.contents(of: file, name, limit: MutexRecord.length)
        guard let holder = MutexRecord(parsing: bytes)?.holder else { return true }
        switch processes.liveness(of: holder) {
        case .gone: return true
        case .unknowable:
            // A slow disk over there does not prove death, and nothing can be killed from here.
            guard hasWaitedLong(name) else { return false }
            throw FleetError(
                .io,
                "\(directory.path(name)) has been held for \(patience.givesUpAfter) by process \(holder.pid) on "
                    + "\(Printable.oneLine(holder.host)), which cannot be checked from here",
                hint: "if that process is gone, remove the file, then run the command again")
        case .alive: break
        }
        guard processes.isStopped(holder.pid) else {
            sights[name]?.stopped = nil
            guard hasWaitedLong(name) else { return false }
            throw MutexPatience.slow(
                path: directory.path(name), holder: holder.pid, after: patience.givesUpAfter)
        }
        let now = time.now()
        guard var stopped = sights[name]?.stopped else {
            let stopped = watched(from: now)
            sights[name]?.stopped = stopped
            return false
        }
        stopped.look(now)
        sights[name]?.stopped = stopped
        guard stopped.total >= patience.frozenAfter / 2 else { return false }
        try end(holder, name)
        return true
    }

    private func hasWaitedLong(_ name: String) -> Bool {
        sights[name].map { $0.unchanged.total >= patience.givesUpAfter } ?? false
    }

    private func end(_ holder: ProcessIdentity, _ name: String) throws(FleetError) {
        // One that ends by itself at this moment cannot be killed any more, and need not be.
        guard processes.kill(holder) || processes.liveness(of: holder) == .gone else {
            throw FleetError(
                .io,
                "\(directory.path(name)) has been held for \(patience.frozenAfter) by process \(holder.pid), which is stopped and may not be killed by this user",
                hint: "end it (kill -KILL \(holder.pid)), then run the command again")
        }
        var watched = watched(from: time.now())
        while processes.liveness(of: holder) == .alive {
            watched.look(time.now())
            guard watched.total < patience.frozenAfter else {
                throw FleetError(
                    .io, "process \(holder.pid), which holds \(directory.path(name)), survives SIGKILL",
                    hint: "look for a file system that hangs (ps -p \(holder.pid))")
            }
            time.sleep(for: .milliseconds(1))
        }
    }
}
