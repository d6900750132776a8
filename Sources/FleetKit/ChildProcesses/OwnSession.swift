internal import CLinux
package import FleetGuard
internal import Glibc

/// This program once more, in a kernel session of its own: what ends a terminal's processes (an agent's unit ends those
/// of its session) does not end it. A process that leads a session or a group cannot leave it itself, setsid(2).
package enum OwnSession {
    /// Whether this process leads its session and has no terminal that could take it along.
    package static var isOwn: Bool {
        guard getsid(0) == getpid() else { return false }
        let terminal = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC)
        guard terminal >= 0 else { return true }
        close(terminal)
        return false
    }

    /// Runs this program with the same words, environment and standard streams, and waits for its end. Each SIGINT (Ctrl-C
    /// reaches only the terminal's own processes) is passed on. SIGTERM is not, whatever came before it: it comes when the terminal's session is
    /// ended, which is exactly what the other process is to outlive.
    ///
    /// The agent that this process runs in may be what is restarted, and a shell answers the signal of its stop only when
    /// its command in the foreground has ended; that is this process, which gets no signal.
    /// - Parameter isAgentAsked: whether the agent around this process has been asked to end.
    /// - Returns: its exit status, 128 + N when signal N ended it, and 143 after a SIGTERM to this process, or once the
    ///   agent is asked.
    /// - Throws: `.io` when it cannot be started.
    package static func runAgain(
        until signals: SignalWatch, orWhen isAgentAsked: () -> Bool
    ) throws(FleetError) -> Int32 {
        let child = try spawn()
        var passedOn: UInt32 = 0
        while true {
            // Before the look: what comes after it ends the wait.
            signals.rearm()
            if let status = ProcessSpawn.status(ofEnded: child) { return status }
            if signals.count(of: SIGTERM) > 0 || isAgentAsked() { return ExitStatus.terminated.rawValue }
            let interrupts = signals.count(of: SIGINT)
            if interrupts != passedOn {
                passedOn = interrupts
                kill(child, SIGINT)  // not waited for yet, so the number is its own
            }
            wait(for: child, signals.wakeDescriptor)
        }
    }

    private static func spawn() throws(FleetError) -> pid_t {
        do throws(SpawnFailure) {
            // The kernel's own link: it leads to this very program, also when the file was replaced by a newer one.
            return try ProcessSpawn(path: "/proc/self/exe", line: nil, group: .session, signals: .ours).start()
        } catch {
            throw FleetError(
                .io, "cannot start this program in a session of its own: \(error.words)",
                hint: "run the command from outside the fleet")
        }
    }

    /// Until it ends or a signal comes, and for a moment at most: nothing tells of an agent's stop.
    private static func wait(for child: pid_t, _ wakeDescriptor: CInt) {
        let process = fleet_pidfd_open(child)
        defer { if process >= 0 { close(process) } }
        var polled = [process, wakeDescriptor].filter { $0 >= 0 }
            .map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        poll(&polled, nfds_t(polled.count), 200)
    }
}
