internal import FleetGuard
internal import Glibc

/// The life of the agent: its start, its stop, its end.
extension AgentSession {
    func create() {
        let window = [program, "fleet", "window", windows.address]
        run(tmux.create(window: window, directory: request.directory, server: server), for: .create, limit: nil)
    }

    func done(_ purpose: Purpose, _ client: ChildProgram?) {
        switch purpose {
        case .create: created(client)
        case .fate: tellFate(client)
        case .stopKeys: break
        case .stopCommand:
            if let client, client.exitStatus != 0 {
                note("the stop command failed: \(client.exitStatus.map { "status \($0)" } ?? "ended by a signal")")
            }
            if agentEnd == nil, !hasTerminated { terminate() }
        case .capture:
            if let client, client.exitStatus == 0 { keep(client.output) }
        case .kill: break
        }
    }

    private func created(_ client: ChildProgram?) {
        guard end == nil else { return }
        guard let client, client.exitStatus == 0, let reply = SessionTmux.Created(client.output) else {
            guard !lookForServer() else { return create() }
            let why = client.map { client in
                SessionTmux.foreignServer(client.output).map {
                    "process \($0) answers, which is not the holder's server"
                }
                    ?? SessionTmux.complaint(client.errors)
            }
            end = .notStarted(
                status: ExitStatus.unitFailed.rawValue,
                "tmux did not create the session: \(why ?? "tmux cannot be run")")
            return
        }
        // What an earlier run left, also one that had its agent in the pane itself, must not run beside the new one.
        var left = TerminalSessions()
        for process in reply.left { left.add(pane: process) }
        do throws(FleetError) { try left.end() } catch {
            end = .notStarted(status: ExitStatus.unitFailed.rawValue, error.message)
            return
        }
        pane = reply.pane
        expectWindow(reply.pane.process)
    }

    /// Finds the holder's server by its process, once: its socket may be lost, or hidden from this unit (PrivateTmp=).
    ///
    /// - Returns: whether it is worth another try.
    private func lookForServer() -> Bool {
        guard !hasLookedForServer, let server, let holder = HolderServer(process: server, socket: request.socket)
        else { return false }
        hasLookedForServer = true
        // Its file system as the server sees it.
        let path = "/proc/\(server)/root" + holder.path
        if access(path, R_OK | W_OK) != 0 {
            do throws(FleetError) { try holder.revive() } catch {
                note(error.message)
                return false
            }
        }
        tmux.socket = .path(access(holder.path, R_OK | W_OK) == 0 ? holder.path : path)
        return true
    }

    /// Its window process must hand the terminal over before it ends.
    private func expectWindow(_ process: Int32) {
        awaited = PinnedProcess(process) { _ in true }
        if awaited == nil { awaitedEnded() }
    }

    func awaitedEnded() {
        awaited = nil
        guard end == nil, let process = pane?.process, !windows.has(process) else { return }
        end = .notStarted(
            status: ExitStatus.unitFailed.rawValue, "its window process ended before it handed the terminal over")
    }

    /// Starts the agent when its window has come.
    func beginIfPossible() {
        guard end == nil, agent == nil, let process = pane?.process, remains.descriptors.isEmpty,
            let window = windows.take(process)
        else { return }
        self.window = window
        awaited = nil
        agentEnd = nil
        terminalLoss = nil
        hasTerminated = false
        memoryKills = unit.memoryKills
        var variables = environment.merging(window.variables) { $1 }
        variables["PWD"] = request.directory
        variables.merge(beginRun(on: window.terminal)) { $1 }
        let start = ProgramStart(words: request.command, environment: variables, directory: request.directory)
        let record = record(search: variables["PATH"])
        do throws(ProgramStart.Failure) {
            let started = try start.start(terminal: window.terminal)
            agent = started
            keep(record, of: started.process)
            do throws(FleetError) {
                let status = "runs process \(started.process)"
                if hasBegun { try notifier.status(status) } else { try notifier.ready(status: status) }
            } catch {
                note(error.message)
            }
            if !hasBegun { clearLoss() }
            hasBegun = true
        } catch {
            end = failure(error)
        }
    }

    /// What the agent is about to be started from; nil where there is no run that it could be noted of.
    private func record(search: String?) -> RunRecord? {
        guard let run = environment["INVOCATION_ID"], !run.isEmpty, unit.name != nil else { return nil }
        // What execvp(3) takes without a PATH.
        let search = search ?? "/bin:/usr/bin"
        let programs = ProgramFiles(command: request.command, search: search, directory: request.directory)
        return RunRecord(
            invocation: run, command: request.command, search: search, directory: request.directory,
            files: RunRecord.files(of: programs) + unitFiles, doubt: programs.doubt ?? "")
    }

    /// Before systemd is told that the agent runs, so that it exists for those that wait for that.
    private func keep(_ record: RunRecord?, of process: Int32) {
        guard var record, let name = unit.name else { return }
        record.process = process
        record.processStart = ProcessStat.read(process)?.start ?? 0
        let runtime = environment["XDG_RUNTIME_DIR"].flatMap { $0.begins(with: "/") ? $0 : nil } ?? "/run"
        do throws(FleetError) { try record.write(for: name, in: runtime) } catch {
            note("cannot tell later whether the agent is outdated: \(error.message)")
        }
    }

    private func failure(_ failure: ProgramStart.Failure) -> SessionEnd {
        let program = Printable.oneLine(request.command.first ?? "")
        switch failure.step {
        case .fork, .terminal:
            let what = failure.step == .fork ? "a process" : "the terminal"
            return .notStarted(
                status: ExitStatus.unitFailed.rawValue, "cannot get \(what) for '\(program)': \(failure.words)")
        case .directory:
            let directory = Printable.oneLine(request.directory, limit: 4096)
            let why = failure.number == ENOENT ? "does not exist" : "cannot be used: \(failure.words)"
            return .notStarted(status: SessionEnd.noDirectory, "directory \(directory) \(why)")
        case .execute where failure.number == ENOENT && !program.has("/"):
            let path = Printable.oneLine(environment["PATH"] ?? "", limit: 4096)
            return .notStarted(
                status: ExitStatus.commandNotFound.rawValue, "'\(program)' not found in PATH=\(path)")
        case .execute where failure.number == ENOENT:
            return .notStarted(
                status: ExitStatus.commandNotFound.rawValue, "program \(program) does not exist")
        case .execute:
            return .notStarted(
                status: ExitStatus.commandNotExecutable.rawValue, "cannot execute '\(program)': \(failure.words)")
        }
    }

    // MARK: Stopping

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
    private func hurryClients(_ purposes: Set<Purpose>) {
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

    private func tellFate(_ client: ChildProgram?) {
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

    // MARK: The end of the agent

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
    private func sayStopping() {
        guard asked == nil, !saysStopping else { return }
        saysStopping = true
        do throws(FleetError) { try notifier.stopping() } catch { note(error.message) }
    }

    private func beginAnew() {
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

    private func keep(_ screen: String) {
        do throws(FleetError) {
            let home = try MosaicHome.resolve(option: request.mosaicHome, environment: environment)
            try LastScreen.keep(screen, home: home, session: request.name)
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
