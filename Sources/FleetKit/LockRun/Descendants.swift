internal import FleetGuard
internal import Glibc

/// What this process has started, directly or not: what is in the command's scope and, where there is none, what has
/// stayed in this process's session.
///
/// Only a subreaper sees the latter: a process whose parent dies becomes its child. A process that made a session of its
/// own (setsid(2), as daemons do) is found by its scope alone.
struct Descendants {
    /// Left unreaped: its number is also the number of its process group.
    var leader: pid_t?
    /// The cgroup of the command's scope, where it has one.
    var group: CommandGroup?

    private static let firstStep: Duration = .milliseconds(1)
    private static let lastStep: Duration = .milliseconds(100)
    /// Between two looks at what does not die.
    private static let longestPause: Duration = .seconds(5)

    /// Those in this session that have not ended. Reaps the others, as far as they are this process's children.
    func living() -> [ProcessStat] {
        let me = getpid()
        let session = getsid(0)
        var children: [Int32: [ProcessStat]] = [:]
        for process in ProcessStat.all() { children[process.parent, default: []].append(process) }
        for zombie in children[me] ?? [] where zombie.hasEnded && zombie.pid != leader {
            waitpid(zombie.pid, nil, WNOHANG)
        }
        var found: [ProcessStat] = []
        var parents = [me]
        while let parent = parents.popLast() {
            for child in children[parent] ?? [] {
                parents.append(child.pid)
                if child.session == session && !child.hasEnded { found.append(child) }
            }
        }
        return found
    }

    private var isNothingLeft: Bool { living().isEmpty && group?.isPopulated != true }

    /// How many there are.
    var count: Int { Set(living().map(\.pid)).union(group?.processes ?? []).count }

    /// Returns when nothing is left, or after `limit`.
    /// - Parameter isNeeded: asked between two looks; false ends the wait.
    /// - Returns: whether nothing is left.
    @discardableResult
    func wait(atMost limit: Duration, while isNeeded: () -> Bool = { true }) -> Bool {
        let clock = SystemClock()
        let deadline = clock.now() + limit
        var step = Self.firstStep
        while !isNothingLeft {
            guard clock.now() < deadline, isNeeded() else { return false }
            clock.sleep(for: step)
            step = min(step * 2, Self.lastStep)
        }
        return true
    }

    /// Sends the signal to all of them, the leader's group first and at once.
    func send(_ signal: CInt) {
        if let leader { Glibc.kill(-leader, signal) }
        let inSession = living()
        for process in inSession where process.pid != leader {
            // Pinned, so that no stranger that got the number since is hit.
            PinnedProcess(process.pid) { $0.start == process.start }?.send(signal)
        }
        guard let group else { return }
        let told = Set(inSession.map(\.pid) + [leader ?? 0])
        for number in group.processes where !told.contains(number) {
            PinnedProcess(number) { !$0.hasEnded && ControlGroupScan.path(of: $0.pid)?.isExactly(group.path) == true }?
                .send(signal)
        }
    }

    /// Kills until nothing is left. A process that hangs inside the kernel or, without a scope, one that this user may not
    /// signal ends this only when it ends: it is waited for, and checked again at ever longer intervals.
    func kill() {
        var pause: Duration = .milliseconds(20)
        while true {
            group?.end()
            send(SIGKILL)
            if wait(atMost: .milliseconds(20)) { return }
            waitForEnd(atMost: pause)
            pause = min(pause * 2, Self.longestPause)
        }
    }

    /// Until one of those that are left has ended.
    private func waitForEnd(atMost limit: Duration) {
        let left = living().compactMap { known in PinnedProcess(known.pid) { $0.start == known.start } }
        var polled = left.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
        poll(&polled, nfds_t(polled.count), CInt(clamping: limit.wholeMilliseconds))
    }
}
