internal import CLinux
internal import FleetGuard
internal import Glibc

/// What wakes the main process.
extension AgentSession {
    func wait() {
        var readable = [signals, windows.descriptor] + windows.candidates.map(\.connection)
        readable += [window?.connection, awaited?.descriptor].compactMap(\.self)
        readable += clients.flatMap(\.program.outputs) + remains.descriptors
        if let output, activity.listens(at: clock.now()) { readable.append(output.descriptor) }
        // poll(2) passes over a descriptor below 0.
        var polled = readable.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        // POLLHUP is told without being asked for.
        if let window, terminalLoss == nil { polled.append(pollfd(fd: window.terminal, events: 0, revents: 0)) }
        let ready = poll(&polled, nfds_t(polled.count), milliseconds())
        if ready > 0 {
            // The terminal's end first: the agent's own may follow from it.
            for entry in polled where entry.revents != 0 { react(to: entry.fd) }
            takeSignals()
        }
        finishClients()
        keepTime()
        listen()
        beginIfPossible()
        if awaited?.hasEnded == true { awaitedEnded() }
        lookAtRemains()
    }

    func milliseconds() -> CInt {
        let now = clock.now()
        let output = output == nil ? nil : activity.wake(after: now)
        let times = [terminateAt, killAt, tellAt, output].compactMap(\.self) + clients.compactMap(\.until)
        guard let next = times.min() else { return -1 }
        return CInt(clamping: max(0, (next - now).wholeMilliseconds + 1))
    }

    func react(to descriptor: CInt) {
        if descriptor == windows.descriptor {
            if let letter = windows.accept() { answer(letter) }
        } else if let window, descriptor == window.terminal {
            terminalEnded()
        } else if let window, descriptor == window.connection {
            windowEnded()
        } else if windows.candidates.contains(where: { $0.connection == descriptor }) {
            if let letter = windows.receive(descriptor) { answer(letter) }
        } else {
            for client in clients { client.program.collect(descriptor) }
        }
    }

    func takeSignals() {
        var fromKernel: CInt = 0
        while true {
            let number = fleet_next_signal(signals, &fromKernel)
            if number <= 0 { return }
            if number == SIGCHLD { reap() } else if fromKernel == 0 { ask(number) }
        }
    }

    func reap() {
        var status: CInt = 0
        while true {
            let process = waitpid(-1, &status, WNOHANG)
            if process < 0 && errno == EINTR { continue }
            if process <= 0 { return }
            if process == agent?.process {
                // Both may have come at once, and then this end follows from that of the terminal.
                if let window, terminalLoss == nil, window.isHungUp { terminalEnded() }
                agentEnded(status)
            } else if process == agent?.leader {
                agent?.leader = 0
            } else if let index = clients.firstIndex(where: { $0.program.process == process }) {
                clients[index].program.status = status
            }
        }
    }

    func run(_ words: [String], for purpose: Purpose, limit: Duration? = AgentSession.clientLimit) {
        do throws(ProgramStart.Failure) {
            let program = try ChildProgram(words, environment: environment)
            clients.append((program, purpose, limit.map { clock.now() + $0 }))
        } catch {
            note("cannot run \(Printable.oneLine(words.first ?? "")): \(error.words)")
            done(purpose, nil)
        }
    }

    func finishClients() {
        while let index = clients.firstIndex(where: { $0.program.isDone }) {
            let client = clients.remove(at: index)
            done(client.purpose, client.program)
        }
    }

    func keepTime() {
        let now = clock.now()
        for index in clients.indices {
            guard let until = clients[index].until, until <= now else { continue }
            // Our own child, not yet waited for: the number is still its own.
            // A tmux client of a server that hangs ends by nothing else.
            let signal = clients[index].purpose == .stopCommand ? SIGTERM : SIGKILL
            if clients[index].program.status == nil { kill(clients[index].program.process, signal) }
            clients[index].until = nil
        }
        if let at = tellAt, at <= now { tellActivity() }
        if let at = terminateAt, at <= now {
            terminateAt = nil
            terminate()
        }
        if let at = killAt, at <= now {
            killAt = nil
            for process in unit.others() where process != agent?.leader { kill(process, SIGKILL) }
        }
    }
}
