/// Deals with a mutex holder that does not move: a stopped process must not wedge the fleet.
///
/// Fed by the waiter at each look. A stay that lasts proves nothing: on a slow disk or a busy machine a healthy holder
/// needs its time, and it is waited for. Only a holder that the kernel shows as *stopped* is killed, once one and the same
/// stay has lasted `patience.frozenAfter` and the holder was found stopped twice, half of that time apart. A program that
/// is not ours is never killed; an error names it.
///
/// The first half of that time the token alone is watched, the second half the process that the kernel names as well: an
/// old token may still be there under a new holder, which must get its own time.
struct FrozenHolder {
    private let time: any GuardTime
    private let processes: any ProcessTable
    private let patience: MutexPatience
    private var seen: (token: String?, stay: WatchedTime)?
    /// The process that held the kernel lock after the first half; no number = none that can be seen from here.
    private var suspect: (pid: Int32?, isStopped: Bool, stay: WatchedTime)?
    /// No holder was visible at the end of the second half.
    private var looksInvisible = false
    private var killed: ProcessIdentity?

    init(time: any GuardTime, processes: any ProcessTable, patience: MutexPatience) {
        self.time = time
        self.processes = processes
        self.patience = patience
    }

    private var half: Duration { patience.frozenAfter / 2 }

    /// - Parameters:
    ///   - record: what the mutex says of its holder; it may be the one before, when the holder froze between its
    ///     kernel lock and its first write.
    ///   - file: the mutex; the kernel is asked which process locks it.
    mutating func observe(_ record: MutexRecord?, file: FileID, path: String) throws(FleetError) {
        let now = time.now()
        guard seen != nil, seen?.token == record?.token else { return begin(record?.token, now) }
        seen?.stay.look(now)
        suspect?.stay.look(now)
        guard let seen, seen.stay.total >= half else { return }
        // Ask the kernel only now: a look through /proc is dear, and most waits last microseconds.
        guard let suspect else { return suspectWhoIsInside(processes.exclusiveHolders(of: file)) }
        guard suspect.stay.total >= half else { return }
        let holders = processes.exclusiveHolders(of: file)
        guard suspect.pid.map({ holders.contains($0) }) ?? holders.isEmpty else { return suspectWhoIsInside(holders) }
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
            try deal(with: holder, wasStopped: suspect.isStopped, record: record, path: path)
        } catch {
            // It may have left meanwhile: only a holder that is still inside is an error.
            guard processes.exclusiveHolders(of: file).contains(holder) else { return begin(record?.token, time.now()) }
            throw error
        }
    }

    private mutating func begin(_ token: String?, _ now: Duration) {
        seen = (token, watched(from: now))
        suspect = nil
        looksInvisible = false
    }

    private func watched(from now: Duration) -> WatchedTime {
        var stay = WatchedTime(longestGap: patience.longestGap)
        stay.look(now)
        return stay
    }

    /// Its time begins after the look, not before: a waiter that is stopped in between must not count that to it.
    private mutating func suspectWhoIsInside(_ holders: [Int32]) {
        let isStopped = holders.first.map { processes.isStopped($0) } ?? false
        suspect = (holders.first, isStopped, watched(from: time.now()))
        looksInvisible = false
    }

    /// Another host, another pid namespace, or a user whose processes are hidden from us.
    private func invisible(_ record: MutexRecord?, path: String) -> FleetError {
        let last = record.map {
            "; the last one inside was process \($0.holder.pid) on \(Printable.oneLine($0.holder.host))"
        }
        return FleetError(
            .io,
            "\(path) has been held for \(patience.frozenAfter) by a process that cannot be seen from here\(last ?? "")",
            hint: "look for it on every host and in every container that shares this directory")
    }

    private mutating func deal(
        with pid: Int32, wasStopped: Bool, record: MutexRecord?, path: String
    ) throws(FleetError) {
        let held = "\(path) has been held for \(patience.frozenAfter) by process \(pid)"
        guard let identity = processes.identify(pid),
            record?.holder == identity || processes.runsMyProgram(pid)
        else {
            throw FleetError(
                .io, "\(held), which makes no progress, and it cannot be proved to be a mosaic command",
                hint: "look at it (ps -p \(pid)), continue or end it, then run the command again")
        }
        if killed == identity {
            throw FleetError(
                .io, "\(held), which makes no progress, and it survives SIGKILL",
                hint: "look for a file system that hangs (ps -p \(pid))")
        }
        guard wasStopped, processes.isStopped(pid) else {
            guard let stay = seen?.stay.total, stay >= patience.givesUpAfter else {
                return suspectWhoIsInside([pid])
            }
            throw MutexPatience.slow(path: path, holder: pid, after: patience.givesUpAfter)
        }
        guard processes.kill(identity) else {
            throw FleetError(
                .io, "\(held), which is stopped, and it may not be killed by this user",
                hint: "end it (kill -KILL \(pid)), then run the command again")
        }
        killed = identity
        begin(record?.token, time.now())
    }
}
