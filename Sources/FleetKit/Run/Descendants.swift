internal import Glibc

/// What this process has started, directly or not, as far as it has stayed in this process's session.
///
/// Only a subreaper sees all of it: a process whose parent dies becomes its child. A process that made a session of
/// its own (setsid(2), as daemons do) has left on purpose and is not counted.
struct Descendants {
    /// Left unreaped: its number is also the number of its process group.
    var leader: pid_t?

    private static let firstStep: Duration = .milliseconds(1)
    private static let lastStep: Duration = .milliseconds(20)

    /// Those that have not ended. Reaps the others, as far as they are this process's children.
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

    /// Returns when nothing is left, or after `limit`.
    /// - Parameter isNeeded: asked between two looks; false ends the wait.
    /// - Returns: whether nothing is left.
    @discardableResult
    func wait(atMost limit: Duration, while isNeeded: () -> Bool = { true }) -> Bool {
        let clock = SystemClock()
        let deadline = clock.now() + limit
        var step = Self.firstStep
        while !living().isEmpty {
            guard clock.now() < deadline, isNeeded() else { return false }
            clock.sleep(for: step)
            step = min(step * 2, Self.lastStep)
        }
        return true
    }

    /// Sends the signal to all of them, the leader's group first and at once.
    func send(_ signal: CInt) {
        if let leader { Glibc.kill(-leader, signal) }
        for process in living() where process.pid != leader {
            // Pinned, so that no stranger that got the number since is hit.
            PinnedProcess(process.pid) { $0.start == process.start }?.send(signal)
        }
    }

    /// Kills until nothing is left. A process that hangs inside the kernel ends this only when it ends.
    func kill() {
        repeat { send(SIGKILL) } while !wait(atMost: .milliseconds(20))
    }
}
