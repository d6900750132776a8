/// Removes a path mutex whose holder crashed, so that exactly one of many waiters does it.
///
/// Removing a name only *if it is still that file* is no single system call, so the right to remove one given file is
/// itself acquired: by creating `reap-INODE-TIME`, a name made from the victim's identity, which never comes again.
/// Whoever creates it may remove that victim, and nobody else may. When the creator of such a claim crashes in turn,
/// the right to *its* claim is acquired the same way, and with it the right to the victim.
/// A holder that is frozen, not dead, is killed before its file goes: it must not wake up inside.
struct PathMutexReaper {
    static let claimPrefix = "reap-"

    private let directory: RunDirectory
    private let time: any GuardTime
    private let processes: any ProcessTable
    private let staleAfter: Duration
    /// When each file was first seen as it is now.
    private var firstSeen: [String: (file: Mark, since: Duration)] = [:]

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

    init(_ directory: RunDirectory, time: any GuardTime, processes: any ProcessTable, staleAfter: Duration) {
        self.directory = directory
        self.time = time
        self.processes = processes
        self.staleAfter = staleAfter
    }

    /// One look at the mutex; removes it when it is stale and this process has the right to.
    mutating func look() throws(FleetError) {
        guard let victim = try staleMark(RunDirectory.mutexName) else { return }
        var claims: [String] = []
        var name = RunDirectory.mutexName
        var mark = victim
        while true {
            try endHolder(of: name, if: mark)
            claims.append(mark.claimName)
            let mine = MutexRecord(mutex: .path, token: time.token(), holder: processes.me)
            if let file = try Staging.publish(
                try mine.bytes(), at: mark.claimName, in: directory, token: time.token())
            {
                directory.calls.close(file)
                break
            }
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
            firstSeen[name] = nil
            return nil
        }
        let mark = Mark(status)
        guard let seen = firstSeen[name], seen.file == mark else {
            firstSeen[name] = (mark, time.now())
            return nil
        }
        return time.now() - seen.since >= staleAfter ? mark : nil
    }

    /// Kills the process that made this very file; a younger file at the same name is none of our business.
    private func endHolder(of name: String, if mark: Mark) throws(FleetError) {
        guard let file = try directory.open(name, .read) else { return }
        defer { directory.calls.close(file) }
        guard Mark(try directory.status(of: file, name)) == mark else { return }
        let bytes = try directory.contents(of: file, name, limit: MutexRecord.length)
        guard let holder = MutexRecord(parsing: bytes)?.holder, processes.liveness(of: holder) == .alive else { return }
        // One that ends by itself at this moment cannot be killed any more, and need not be.
        guard processes.kill(holder) || processes.liveness(of: holder) == .gone else {
            throw FleetError(
                .io,
                "\(directory.path(name)) has been held for \(staleAfter) by process \(holder.pid), which does not move and may not be killed by this user",
                hint: "end it (kill -KILL \(holder.pid)), then run the command again")
        }
        let deadline = time.now() + staleAfter
        while processes.liveness(of: holder) == .alive {
            guard time.now() < deadline else {
                throw FleetError(
                    .io, "process \(holder.pid), which holds \(directory.path(name)), does not die of SIGKILL",
                    hint: "look for a file system that hangs (ps -p \(holder.pid))")
            }
            time.sleep(for: .milliseconds(1))
        }
    }
}
