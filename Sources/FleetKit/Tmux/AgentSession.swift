internal import Glibc

/// One agent's session, from its creation to the end of its command: the main process of the agent's unit.
///
/// The command is a child of the tmux server, so systemd cannot watch it. This process can: it holds the pane's
/// process by a pidfd, which the kernel makes readable at the end of exactly that process. Neither hooks of tmux nor
/// its `wait-for` are as sure: an end that tmux notices while it does something else runs no hook.
public struct AgentSession {
    /// How it ended.
    public enum End: Equatable {
        case exited(Int32)
        /// By the signal of this number; nil where tmux does not say it.
        case signaled(Int32?)
        /// SIGTERM or SIGINT asked for the end, and nothing of the session is left.
        case stopped
        /// Somebody else killed the pane or its session.
        case killed
        case serverLost(String)
        /// The command ended, but the server does not say how.
        case unknown(String)
    }

    public var name: String
    /// Absolute.
    public var directory: String
    public var command: [String]
    private let server: SessionServer
    private let clock: any OperationClock = SystemClock()

    /// So often the server is asked even if nothing happens: a command that ignores SIGHUP outlives a killed session
    /// and a respawned pane, and then the kernel has no end to tell.
    private static let lookEvery: Duration = .seconds(30)
    /// tmux waits for its child a moment after the kernel has told us.
    private static let nudgeAfter: Duration = .milliseconds(200)
    private static let reapLimit: Duration = .seconds(5)

    /// - Parameters:
    ///   - tmux: absolute path.
    ///   - environment: of the tmux clients; `TMUX_TMPDIR` counts.
    public init(
        name: String, directory: String, command: [String], tmux: String, socket: TmuxSocket,
        environment: [String: String]
    ) {
        self.name = name
        self.directory = directory
        self.command = command
        server = SessionServer(tmux: tmux, socket: socket, environment: environment)
    }

    /// Ends what an earlier run left, creates the session and follows its command to the end. Nothing of the session
    /// is left when it returns.
    ///
    /// - Parameters:
    ///   - ready: called once, when the session exists.
    ///   - note: told what an operator did meanwhile.
    /// - Throws: `.unitFailed` when the session could not be created or not be ended; `.io`; what `ready` threw.
    public func run(
        until signals: SignalWatch, ready: (_ process: Int32) throws(FleetError) -> Void, note: (String) -> Void
    ) throws(FleetError) -> End {
        try remove()
        if signals.caught != nil { return .stopped }
        var pane = try server.create(name, directory: directory, command: command)
        var process = pin(pane)
        let end: End
        do throws(FleetError) {
            try ready(pane.process)
            end = try follow(&pane, &process, signals, note)
        } catch {
            // The first error is the one to tell.
            do throws(FleetError) { try remove(pane, process) } catch { note(error.message) }
            throw error
        }
        try remove(pane, process)
        return end
    }

    /// Kills the session if it is there, and waits until its processes have ended.
    public func remove() throws(FleetError) { try remove(nil, nil) }

    private func remove(_ pane: SessionServer.Pane?, _ process: PinnedProcess?) throws(FleetError) {
        var processes = TerminalSessions()
        if let process { processes.add(process) } else if let pane { processes.add(ended: pane.process) }
        // No answer: then the terminals are closed, or the server hangs and its processes are ended without it.
        for pane in try server.kill(name) ?? [] { processes.add(pane: pane) }
        try processes.end()
    }

    private func follow(
        _ pane: inout SessionServer.Pane, _ process: inout PinnedProcess?, _ signals: SignalWatch,
        _ note: (String) -> Void
    ) throws(FleetError) -> End {
        var ended: Duration?
        let holder = PinnedProcess(pane.server) { !$0.hasEnded }
        while true {
            wait(for: process, holder, signals)
            let isOver = hasEnded(process)
            if signals.caught != nil { return .stopped }
            let uncertain: End
            switch try server.look(at: pane) {
            case .exited(let status): return .exited(status)
            case .signaled(let number): return .signaled(number)
            case .noPane: return .killed
            case .noServer(let why):
                guard !hasEnded(holder) else { return .serverLost(why) }
                uncertain = .unknown("the tmux server lives but gives no answer: \(why)")
            case .runs(let number) where number != pane.process:
                note("the pane was respawned: the command's process is \(number) now")
                // It ignored the SIGHUP of its terminal's end, and must not run beside the new one.
                if let old = process, !old.hasEnded { try end(old) }
                pane.process = number
                process = pin(pane)
                ended = nil
                continue
            case .runs: uncertain = .unknown("tmux still takes process \(pane.process) for running")
            }
            guard isOver else { continue }
            let since = ended ?? clock.now()
            ended = since
            let waited = clock.now() - since
            guard waited < Self.reapLimit else { return ending(of: process, else: uncertain) }
            // Seen with 3.3a, once in some hundreds of ends: tmux leaves its child a zombie. Its handler of this signal
            // takes every end, so one more is a cure and never a harm.
            if waited > Self.nudgeAfter { holder?.send(SIGCHLD) }
            clock.sleep(for: max(.milliseconds(2), waited / 4))
        }
    }

    /// What the kernel says of a process that has ended and that tmux has not waited for.
    private func ending(of process: PinnedProcess?, else uncertain: End) -> End {
        guard let known = process?.stat, let now = ProcessStat.read(known.pid), now.start == known.start,
            now.hasEnded, now.waitStatus != 0
        else { return uncertain }
        return now.waitStatus & 0x7f == 0 ? .exited(now.waitStatus >> 8) : .signaled(now.waitStatus & 0x7f)
    }

    private func end(_ process: PinnedProcess) throws(FleetError) {
        var processes = TerminalSessions()
        processes.add(process)
        try processes.end()
    }

    /// Until the process or its server ends, a signal comes, or it is time to look.
    private func wait(for process: PinnedProcess?, _ holder: PinnedProcess?, _ signals: SignalWatch) {
        // One that could not even be pinned has ended.
        guard let process else { return }
        var descriptors = [process.descriptor, signals.wakeDescriptor]
        if let holder { descriptors.append(holder.descriptor) }
        var polled = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        poll(&polled, nfds_t(polled.count), CInt(clamping: Self.lookEvery.wholeMilliseconds))
    }

    private func hasEnded(_ process: PinnedProcess?) -> Bool { process?.hasEnded ?? true }

    /// Nil when it has ended and tmux has waited for it. The parent tells the pane's process from a stranger that got
    /// its number since.
    private func pin(_ pane: SessionServer.Pane) -> PinnedProcess? {
        PinnedProcess(pane.process) { $0.parent == pane.server }
    }
}
