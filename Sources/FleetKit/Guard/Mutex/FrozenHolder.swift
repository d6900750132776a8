/// Deals with a mutex holder that does not move: a stopped process must not wedge the fleet.
///
/// Fed by the waiter at each look. When one and the same stay has lasted `after` on the waiter's own clock, the
/// holder is killed if it is provably ours; otherwise an error names it.
///
/// The first half of that time the token alone is watched, the second half the process that the kernel names as well:
/// a waiter that was itself stopped meanwhile meets an old token under a new holder, who must get time of his own.
struct FrozenHolder {
    private let time: any GuardTime
    private let processes: any ProcessTable
    private let after: Duration
    private var seen: (token: String?, since: Duration)?
    /// Who held the kernel lock after the first half; no number = nobody that can be seen from here.
    private var suspect: (pid: Int32?, since: Duration)?
    /// Nobody was seen to hold it, at the end of the second half.
    private var looksInvisible = false
    private var killed: ProcessIdentity?

    init(time: any GuardTime, processes: any ProcessTable, after: Duration) {
        self.time = time
        self.processes = processes
        self.after = after
    }

    /// - Parameters:
    ///   - record: what the mutex says of its holder; it may be the one before, when the holder froze between its
    ///     kernel lock and its first write.
    ///   - file: the mutex; the kernel is asked who locks it.
    mutating func observe(_ record: MutexRecord?, file: FileID, path: String) throws(FleetError) {
        let now = time.now()
        guard let seen, seen.token == record?.token else {
            self.seen = (record?.token, now)
            suspect = nil
            looksInvisible = false
            return
        }
        guard now - seen.since >= after / 2 else { return }
        // Ask the kernel only now: a look through /proc is dear, and most waits last microseconds.
        guard let suspect else {
            suspectWhoIsInside(processes.exclusiveHolders(of: file))
            return
        }
        guard now - suspect.since >= after / 2 else { return }
        let holders = processes.exclusiveHolders(of: file)
        guard suspect.pid.map({ holders.contains($0) }) ?? holders.isEmpty else {
            suspectWhoIsInside(holders)
            return
        }
        guard let holder = suspect.pid else {
            // Or it left between our last try and this look. Then it has signed in before, so the next try succeeds or
            // meets another token.
            guard looksInvisible else {
                looksInvisible = true
                return
            }
            throw invisible(record, path: path)
        }
        do throws(FleetError) {
            try end(holder, record: record, path: path)
        } catch {
            // It may have moved on while it was looked at: only one that is still inside is worth an error.
            guard processes.exclusiveHolders(of: file).contains(holder) else {
                self.seen = nil
                return
            }
            throw error
        }
    }

    /// His time begins after the look, not before: a waiter that is stopped in between must not count that to him.
    private mutating func suspectWhoIsInside(_ holders: [Int32]) {
        suspect = (holders.first, time.now())
        looksInvisible = false
    }

    /// Another host, another pid namespace, or a user whose processes are hidden from us.
    private func invisible(_ record: MutexRecord?, path: String) -> FleetError {
        let last = record.map {
            "; the last one inside was process \($0.holder.pid) on \(Printable.oneLine($0.holder.host))"
        }
        return FleetError(
            .io, "\(path) has been held for \(after) by a process that cannot be seen from here\(last ?? "")",
            hint: "look for it on every host and in every container that shares this directory")
    }

    private mutating func end(_ pid: Int32, record: MutexRecord?, path: String) throws(FleetError) {
        let words = "\(path) has been held for \(after) by process \(pid), which does not move"
        guard let identity = processes.identify(pid),
            record?.holder == identity || processes.runsMyProgram(pid)
        else {
            throw FleetError(
                .io, "\(words), and it cannot be proved to be a mosaic command",
                hint: "look at it (ps -p \(pid)), continue or end it, then run the command again")
        }
        if killed == identity {
            throw FleetError(
                .io, "\(words), and it does not die of SIGKILL",
                hint: "look for a file system that hangs (ps -p \(pid))")
        }
        guard processes.kill(identity) else {
            throw FleetError(
                .io, "\(words), and it may not be killed by this user",
                hint: "end it (kill -KILL \(pid)), then run the command again")
        }
        killed = identity
        seen = (record?.token, time.now())
        suspect = nil
    }
}
