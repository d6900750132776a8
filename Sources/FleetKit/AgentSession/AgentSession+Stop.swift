internal import FleetGuard
internal import Glibc

/// A stop that systemd asks for, and the end of the agent's terminal.
extension AgentSession {
    /// systemd's SIGTERM, or the signal that the unit's KillSignal= names instead.
    func ask(_ signal: CInt) {
        if asked == nil { noteRequest() }
        asked = signal
        guard agent != nil else {
            if end == nil { end = .stopped(nil) }
            hurryClients([.create, .fate, .kill, .stopKeys])
            return
        }
        guard agentEnd == nil else { return }
        let limit = request.stopTimeout / 2
        if !request.stopKeys.isEmpty, let pane, terminalLoss == nil, terminateAt == nil, !hasTerminated {
            terminateAt = clock.now() + limit
            run(tmux.send(keys: request.stopKeys, to: pane), for: .stopKeys, limit: limit)
        } else if !request.stopCommand.isEmpty, terminateAt == nil, !hasTerminated {
            terminateAt = clock.now() + limit
            run(request.stopCommand, for: .stopCommand, limit: limit)
        } else {
            terminate()
        }
    }

    /// A client of a server that hangs must not delay the end.
    func hurryClients(_ purposes: Set<Purpose>) {
        for index in clients.indices where purposes.contains(clients[index].purpose) {
            clients[index].until = clock.now()
        }
    }

    /// SIGTERM to the agent alone: its own clean-up programs get no signal meanwhile. One that ignores it, as an
    /// interactive shell does, is sent SIGHUP.
    func terminate() {
        guard let agent, agentEnd == nil else { return }
        terminateAt = nil
        hasTerminated = true
        var signal = asked ?? SIGTERM
        if let disposition = SignalDisposition.read(agent.process), disposition.ignores(signal) { signal = SIGHUP }
        // Our own child, not yet waited for: the number is still its own.
        kill(agent.process, signal)
        kill(agent.process, SIGCONT)
    }

    // MARK: The end of the terminal

    func terminalEnded() {
        guard terminalLoss == nil, end == nil, let pane else { return }
        terminalLoss = .unknown
        hangUp()
        run(tmux.ask(about: pane), for: .fate)
    }

    /// Its connection ended: the window process was killed.
    func windowEnded() {
        guard let window else { return }
        var byte: UInt8 = 0
        let count = recv(window.connection, &byte, 1, 0)
        if count > 0 || count < 0 && errno == EAGAIN { return }
        close(window.connection)
        self.window?.connection = -1
        guard terminalLoss == nil, end == nil else { return }
        lose("its window process was killed")
        hangUp()
        run(tmux.kill(), for: .kill)
    }

    /// The kernel tells the leader of the terminal's session alone.
    private func hangUp() {
        guard let agent, agentEnd == nil else { return }
        kill(agent.process, SIGHUP)
        kill(agent.process, SIGCONT)
        guard let disposition = SignalDisposition.read(agent.process) else { return }
        if disposition.ignores(SIGHUP) {
            terminate()
        } else if disposition.catches(SIGHUP) {
            terminateAt = clock.now() + Self.hangUpGrace
        }
    }

    private func lose(_ why: String) {
        terminalLoss = .final(why)
        if end == nil, agent == nil || agentEnd != nil { end = .terminalLost(why) }
        sayStopping()
    }

    func tellFate(_ client: ChildProgram?) {
        guard let pane, case .unknown = terminalLoss else { return }
        switch SessionTmux.fate(of: pane, client?.output ?? "", window: windows.address) {
        case .respawned(let process):
            terminalLoss = .respawned(process: process)
            self.pane?.process = process
            killAt = clock.now() + Self.respawnGrace
            note("the pane was respawned in tmux: the agent starts again")
            expectWindow(process)
            if agentEnd != nil { beginAnew() }
        case .replaced: lose("its pane was given another command in tmux")
        case .killed: lose("its session was killed in tmux")
        case .unchanged: lose("its terminal was hung up")
        case .serverLost: lose("its tmux server is gone")
        }
    }
}
