internal import CLinux
package import FleetGuard
internal import Glibc

/// The process between a `lock run` and its command, so that the command never outlives the lock.
///
/// It has the lock record's descriptor, so the lock does not look free while it lives, and it lives until everything
/// that the command started has ended: all that is in its scope or, without a service manager, in its session. When the
/// `lock run` dies, however that happens, it kills all of that and ends. It is in a process group of its own, where no
/// key of the terminal reaches it. When *it* is killed the `lock run` does its work, and the kernel kills the command
/// itself.
package struct LockRunKeeper {
    private var control: CInt { arguments.control }
    private let arguments: LockRunKeeperArguments
    private var everything = Descendants()
    private var isEnding = false

    /// A background process that only copies the command's last words (`exec > >(tee log)`) needs a moment.
    private static let lastWords: Duration = .seconds(1)
    /// Between SIGTERM and SIGKILL; less than the default of `--evict-grace`.
    static let grace: Duration = .seconds(3)
    private static let ignored = [
        SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGTSTP, SIGTTIN, SIGTTOU, SIGPIPE,
    ]

    /// - Parameter arguments: as `KeptCommand` made them.
    package init(_ arguments: LockRunKeeperArguments) {
        self.arguments = arguments
    }

    /// Runs the command to its end.
    /// - Parameters:
    ///   - program: the program's path.
    ///   - words: the whole argument vector, the program's name first.
    /// - Throws: `.io`, before the command was started.
    package mutating func run(
        program: String, words: [String], environment: [String: String]
    ) throws(FleetError) {
        for number in Self.ignored { signal(number, SIG_IGN) }
        // Not "mosaic": who kills every mosaic by its name means the ones that own locks.
        _ = fleet_set_process_name("lock-keeper")
        for inherited in [arguments.lock, control] { _ = fcntl(inherited, F_SETFD, FD_CLOEXEC) }
        guard fleet_become_subreaper() == 0 else {
            throw FleetError(
                .io, "cannot adopt the command's child processes: \(String(cString: strerror(errno)))",
                hint: "report this as a bug")
        }
        let relay = try SignalRelay([SIGCHLD])
        var gate: CInt = -1
        var result: CInt = -1
        let child = fork(program, words, environment, &gate, &result)
        guard child > 0 else { return LockRunMessage.notStarted(errno).send(to: control) }
        everything.leader = child
        LockRunMessage.forked(child).send(to: control)
        let early = waitForGo(child)
        if isEnding {
            // Closed and not opened: the program is never executed.
            for end in [gate, result] { close(end) }
        } else {
            guard fleet_release_command(child, gate, result) == 0 else {
                return LockRunMessage.notStarted(errno).send(to: control)
            }
            LockRunMessage.started(child).send(to: control)
            for number in early { kill(-child, number) }
        }
        follow(child, relay)
    }

    /// Until the `lock run` has moved the command's process.
    /// - Returns: signals for the command that came meanwhile.
    private mutating func waitForGo(_ child: pid_t) -> [CInt] {
        var early: [CInt] = []
        while true {
            var polled = pollfd(fd: control, events: Int16(POLLIN), revents: 0)
            poll(&polled, 1, -1)
            switch LockRunMessage.receive(from: control) {
            case .message(.go(let isInScope)):
                if isInScope, let scope = arguments.scope { everything.group = CommandGroup(of: child, named: scope) }
                return early
            case .message(.signal(let number)): early.append(number)
            case .message(.end):
                isEnding = true
                return []
            case .message, .nothing: continue
            case .closed: endUnowned()
            }
        }
    }

    private func fork(
        _ program: String, _ words: [String], _ environment: [String: String], _ gate: inout CInt,
        _ result: inout CInt
    ) -> pid_t {
        ProgramLine.with(words, environment) { words, variables in
            program.withCString { path in
                var request = fleet_command(
                    path: path, arguments: words, environment: variables,
                    terminal: arguments.takesTerminal ? STDIN_FILENO : -1,
                    ignores_hang_up: arguments.ignoresHangUp ? 1 : 0)
                return fleet_fork_command(&request, &gate, &result)
            }
        }
    }

    private mutating func follow(_ child: pid_t, _ relay: SignalRelay) {
        while true {
            var polled = [control, relay.wakeDescriptor].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            poll(&polled, nfds_t(polled.count), -1)
            _ = relay.take()
            obey()
            var value: CInt = 0
            switch Int(fleet_look_at_child(child, &value)) {
            case FLEET_CHILD_STOPPED: LockRunMessage.stopped(value).send(to: control)
            case FLEET_CHILD_EXITED:
                return LockRunMessage.exited(status: value, leftOver: endTheRest()).send(to: control)
            case FLEET_CHILD_KILLED:
                return LockRunMessage.killed(signal: value, leftOver: endTheRest()).send(to: control)
            default: _ = everything.living()  // reaps what was adopted and has ended
            }
        }
    }

    /// Does what the `lock run` says.
    private mutating func obey() {
        while true {
            switch LockRunMessage.receive(from: control) {
            case .message(.signal(let number)):
                if let leader = everything.leader { kill(-leader, number) }
            case .message(.end):
                isEnding = true
                end()
            case .message: break
            case .nothing: return
            case .closed: endUnowned()
            }
        }
    }

    /// Nobody is left who could own the lock for the command.
    private func endUnowned() -> Never {
        everything.kill()
        exit(ExitStatus.evicted.rawValue)
    }

    /// What is still there after the command itself.
    /// - Returns: how many processes had to be ended.
    private mutating func endTheRest() -> CInt {
        if isEnding { end() }
        if everything.wait(atMost: Self.lastWords, while: { isStillOwned }) { return 0 }
        let count = everything.count
        end()
        return CInt(clamping: count)
    }

    private func end() {
        everything.send(SIGTERM)
        everything.send(SIGCONT)  // a stopped process sees no SIGTERM
        _ = everything.wait(atMost: Self.grace, while: { isStillOwned })
        everything.kill()
    }

    /// Whether the `lock run` lives; looks without taking its messages.
    private var isStillOwned: Bool {
        var polled = pollfd(fd: control, events: 0, revents: 0)
        return poll(&polled, 1, 0) == 0
    }
}

/// What the keeper's command line says, beside the command.
package struct LockRunKeeperArguments: Sendable, Equatable {
    /// Descriptor of the lock's record.
    package var lock: CInt
    /// Descriptor of the socket to the `lock run`.
    package var control: CInt
    /// The command becomes the foreground of the terminal at its standard input.
    package var takesTerminal: Bool
    /// The command ignores SIGHUP, as under nohup(1).
    package var ignoresHangUp: Bool
    /// Into which the `lock run` moves the command; nil: there is none.
    package var scope: UnitName?

    package init(lock: CInt, control: CInt, takesTerminal: Bool, ignoresHangUp: Bool, scope: UnitName? = nil) {
        self.lock = lock
        self.control = control
        self.takesTerminal = takesTerminal
        self.ignoresHangUp = ignoresHangUp
        self.scope = scope
    }
}
