internal import FleetGuard
internal import Glibc

/// The end of the agent, of what it leaves running, and of this process.
extension AgentSession {
    func agentEnded(_ status: CInt) {
        agentEnd = AgentEnd(wait: status, outOfMemory: unit.memoryKills > memoryKills)
        terminateAt = nil
        endRun()
        hurryClients([.stopKeys])
        // Before the leader ends, whose end would send SIGHUP to what is left on the terminal.
        remains.update(remaining())
        switch (asked, terminalLoss) {
        case (_?, _): end = .stopped(agentEnd)
        case (nil, .unknown): break
        case (nil, .respawned): beginAnew()
        case (nil, .final(let why)): end = .terminalLost(why)
        case (nil, nil): if let agentEnd { end = .agent(agentEnd) }
        }
        finishInTmux()
        if end != nil, !remains.descriptors.isEmpty { sayStopping() }
    }

    /// While the window still keeps the pane. Not of a server that the kernel says is stopped, and a stop runs nothing
    /// unless there is a screen to keep.
    private func finishInTmux() {
        guard let end, terminalLoss == nil, let pane, let server = ProcessStat.read(pane.server), !server.isStopped
        else { return }
        let keepsScreen = end.status != 0 && request.keepsLastScreen
        guard asked == nil || keepsScreen else { return }
        run(
            tmux.finish(pane, lines: keepsScreen ? LastScreen.lineLimit : nil), for: keepsScreen ? .capture : .kill,
            limit: asked == nil ? Self.clientLimit : .seconds(1))
    }

    /// The unit's processes that are the agent's: not our own clients, nor the leader of the terminal.
    private func remaining() -> [Int32] {
        let ours = Set(clients.map(\.program.process) + [agent?.leader ?? 0])
        return unit.others().filter { !ours.contains($0) }
    }

    /// An end that systemd did not ask for: from now on its TimeoutStopSec= runs, at the end of which it kills.
    func sayStopping() {
        guard asked == nil, !saysStopping else { return }
        saysStopping = true
        do throws(FleetError) { try notifier.stopping() } catch { note(error.message) }
    }

    func beginAnew() {
        guard remains.descriptors.isEmpty else { return }
        close(leaveTerminal(status: 0))
        remains.reset()
        agent = nil
        killAt = nil
        if asked != nil { end = .stopped(agentEnd) }
    }

    /// - Returns: the connection of the window, which has been told; -1 when there is none.
    private func leaveTerminal(status: Int32) -> CInt {
        if let leader = agent?.leader, leader > 0 {
            kill(leader, SIGKILL)
            while waitpid(leader, nil, 0) < 0 && errno == EINTR {}
        }
        defer { window = nil }
        return window.map { windows.dismiss($0, status: status) } ?? -1
    }

    /// Looks once more at what is left when some of it has ended.
    func lookAtRemains() {
        guard remains.hasBegun, agentEnd != nil else { return }
        remains.update(remaining())
        if case .respawned = terminalLoss, end == nil, agent != nil { beginAnew() }
    }

    /// Whether nothing is left to wait for after the end.
    var isClear: Bool { clients.isEmpty && (agent == nil || agentEnd != nil && remains.descriptors.isEmpty) }

    func conclude() -> Int32 {
        let end = end ?? .terminalLost("the cause is unknown")
        note(end.words)
        noteLoss()
        do throws(FleetError) { try notifier.status(end.words) } catch { note(error.message) }
        let connection = leaveTerminal(status: end.status)
        if connection >= 0 {
            // So that the session is gone when the unit is; a window that hangs is tmux's to bury.
            var polled = pollfd(fd: connection, events: Int16(POLLIN), revents: 0)
            poll(&polled, 1, CInt(clamping: Self.windowGrace.wholeMilliseconds))
        }
        windows.close()
        return end.status
    }

    func keep(_ screen: String) {
        do throws(FleetError) {
            try LastScreen.keep(screen, home: home(), session: request.name)
        } catch {
            note("the last screen was not kept: \(error.message)")
        }
    }

    /// A line for the journal.
    func note(_ text: String) {
        let line = Array("session '\(Printable.oneLine(request.name))': \(text)\n".utf8)
        _ = write(STDERR_FILENO, line, line.count)
    }
}
