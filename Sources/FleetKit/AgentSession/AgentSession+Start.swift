internal import FleetGuard
internal import Glibc

/// The start of the agent: its session in tmux, its window, its program.
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
    func expectWindow(_ process: Int32) {
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
}
