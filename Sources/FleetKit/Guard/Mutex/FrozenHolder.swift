/// Deals with a mutex holder that does not move: a stopped process must not wedge the fleet.
///
/// Fed by the waiter at each look. When one and the same stay has lasted `after` on the waiter's own clock, the second
/// half of it under the eyes of the kernel, the holder is killed if it is provably ours; otherwise an error names it.
struct FrozenHolder {
    private let time: any GuardTime
    private let processes: any ProcessTable
    private let after: Duration
    private var seen: (token: String?, holder: Int32?, since: Duration)?
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
            self.seen = (record?.token, nil, now)
            return
        }
        guard now - seen.since >= after / 2 else { return }
        // Ask the kernel only now: a look through /proc is dear, and most waits last microseconds.
        let holders = processes.exclusiveHolders(of: file)
        guard let holder = holders.first else {
            self.seen = nil  // it is just changing hands
            return
        }
        guard let known = seen.holder, known == holder else {
            // It may have come in this very moment and not signed in yet, after a stay that ended while this waiter
            // was frozen itself: its own time begins now.
            self.seen = (record?.token, holder, now)
            return
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
        seen = (record?.token, pid, time.now())
    }
}
