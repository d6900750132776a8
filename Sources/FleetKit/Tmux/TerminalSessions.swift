internal import FleetGuard
internal import Glibc

/// Processes on terminals that were closed, until the last of them has ended: those of each pane's own kernel session.
/// A process that made itself a session of its own is not found; it goes with the holder's cgroup.
struct TerminalSessions {
    struct Patience {
        /// SIGHUP came with the terminal's end; this long later comes SIGTERM.
        var beforeTerminate: Duration = .milliseconds(500)
        /// SIGKILL. Stays below the unit's TimeoutStopSec=20 together with a tmux that does not answer (3 s).
        var beforeKill: Duration = .seconds(10)
        /// What SIGKILL does not end in that time hangs in the kernel.
        var afterKill: Duration = .seconds(3)
    }

    /// Session leaders: number and start time.
    private var leaders: [Int32: UInt64] = [:]

    /// - Parameter pane: the number that tmux gave for a pane's process.
    mutating func add(pane: Int32) {
        guard leaders[pane] == nil, let stat = ProcessStat.read(pane), stat.session == pane else { return }
        leaders[pane] = stat.start
    }

    /// Waits until all have ended, and makes them end. Every signal goes through a pidfd.
    /// - Throws: `.unitFailed` when some could not be ended, naming them.
    func end(_ patience: Patience = Patience(), clock: any OperationClock = SystemClock()) throws(FleetError) {
        guard !leaders.isEmpty else { return }
        let begin = clock.now()
        var terminated: Set<Int32> = []
        while true {
            let left = members()
            if left.isEmpty { return }
            let waited = clock.now() - begin
            if waited >= patience.beforeKill {
                for process in left { process.send(SIGKILL) }
            } else if waited >= patience.beforeTerminate {
                for process in left where terminated.insert(process.stat.pid).inserted {
                    process.send(SIGTERM)
                    process.send(SIGCONT)
                }
            }
            guard waited < patience.beforeKill + patience.afterKill else {
                throw FleetError(
                    .unitFailed, "SIGKILL does not end \(left.map { "\($0.stat.pid)" }.joined(separator: ", "))",
                    hint: "see what they wait for with 'ps -o pid,stat,wchan,cmd'")
            }
            // All of them at once: the next round begins when the first has ended.
            var polled = left.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
            let next = waited < patience.beforeTerminate ? patience.beforeTerminate - waited : .milliseconds(100)
            poll(&polled, nfds_t(polled.count), next.pollMilliseconds)
        }
    }

    /// Processes of the sessions, pinned. A session's number is not reused while one process is in it.
    private func members() -> [PinnedProcess] {
        let processes = ProcessStat.all()
        let reused = processes.filter { stat in
            guard stat.session == stat.pid, let known = leaders[stat.pid] else { return false }
            return known != stat.start
        }
        let strangers = Set(reused.map(\.session))
        return processes.filter { leaders[$0.session] != nil && !strangers.contains($0.session) && !$0.hasEnded }
            .compactMap { found in
                PinnedProcess(found.pid) { $0.start == found.start && $0.session == found.session && !$0.hasEnded }
            }
    }
}
