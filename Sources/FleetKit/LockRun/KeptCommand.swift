internal import CLinux
public import FleetGuard
internal import Glibc

/// A command that runs under the fleet's guard: `lock run` from the moment when it has the lock.
///
/// Its main loop is this process's: the fence on every look, a stamp on the lock each second while the command lives,
/// and every signal passed on. A `LockRunKeeper` stands between it and the command, so that nothing of the command
/// outlives the lock.
public final class KeptCommand {
    /// How the command itself ended, as its keeper saw it.
    public enum End: Sendable, Equatable {
        case exited(Int32)
        /// By the signal of this number.
        case killed(Int32)
    }

    private let program: String
    private let words: [String]
    private let environment: [String: String]
    private let keeper: [String]
    private let scopes: CommandScopes?
    private let note: (String) -> Void
    private let terminal = ForegroundTerminal()
    private var socket: CInt = -1
    /// Everything of the command that is ours to end, should the keeper be killed.
    private var everything = Descendants()
    private var isInScope = false
    private var group: pid_t?
    private var lost: FleetError?

    private static let lookEvery: CInt = 250
    private static let stampEvery: Duration = .seconds(1)
    private static let passedOn = [SIGINT, SIGTERM, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH, SIGTSTP, SIGCONT]

    /// - Parameters:
    ///   - program: the program's path.
    ///   - words: the whole argument vector, the program's name first as it was typed.
    ///   - environment: the whole environment.
    ///   - keeper: the arguments that make this executable a keeper; the rest of them comes from here.
    ///   - scopes: nil where there is no service manager that could have any.
    ///   - note: told what the operator should know.
    public init(
        program: String, words: [String], environment: [String: String], keeper: [String],
        scopes: CommandScopes?, note: @escaping (String) -> Void
    ) {
        self.program = program
        self.words = words
        self.environment = environment
        self.keeper = keeper
        self.scopes = scopes
        self.note = note
    }

    /// Runs the command to its end. When it returns or throws, nothing is left of it: in its scope or, where it has none,
    /// in this session.
    ///
    /// - Parameters:
    ///   - ignoresHangUp: the command ignores SIGHUP, as under nohup(1); else SIGHUP is passed on.
    ///   - interruption: what came before the signals were passed on.
    /// - Throws: `.evicted` when the lock was lost meanwhile; `.commandNotFound`, `.commandNotExecutable`; `.io`.
    public func run(
        holding lock: HeldLock, ignoresHangUp: Bool, interruption: () -> FleetError?
    ) throws(FleetError) -> End {
        let relay = try SignalRelay(Self.passedOn + (ignoresHangUp ? [] : [SIGHUP]))
        if ignoresHangUp { signal(SIGHUP, SIG_IGN) }
        // Taking the terminal back from the background would stop this process.
        signal(SIGTTOU, SIG_IGN)
        if let interrupted = interruption() { throw interrupted }
        // Should the keeper be killed, what it kept comes to us.
        _ = fleet_become_subreaper()
        try lock.checkFence()
        try startKeeper(lock, ignoresHangUp)
        defer {
            close(socket)
            if let group { terminal.takeBack(from: group) }
        }
        let clock = SystemClock()
        var stamped: Duration?
        while true {
            var polled = [socket, relay.wakeDescriptor].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            poll(&polled, nfds_t(polled.count), Self.lookEvery)
            lookAtFence(lock)
            if lost == nil, stamped.map({ clock.now() - $0 >= Self.stampEvery }) ?? true {
                stamped = clock.now()
                // A full disk is no reason to end the command; an unstamped lock is taken over, and the fence says so.
                do throws(FleetError) { try lock.stamp() } catch { note("progress is not recorded: \(error.message)") }
            }
            for number in relay.take() { passOn(number) }
            if let end = try hear(lock) {
                if let lost { throw lost }
                return end
            }
        }
    }

    private func lookAtFence(_ lock: HeldLock) {
        guard lost == nil else { return }
        do throws(FleetError) { try lock.checkFence() } catch {
            guard error.code == .evicted else { return note("the lock cannot be checked: \(error.message)") }
            lost = error
            note("the lock is lost: ending the command")
            LockRunMessage.end.send(to: socket)
        }
    }

    // MARK: The keeper

    private func startKeeper(_ lock: HeldLock, _ ignoresHangUp: Bool) throws(FleetError) {
        guard let record = lock.commandDescriptor else {
            throw FleetError(.io, "the lock has no descriptor for a command", hint: "report this as a bug")
        }
        let (mine, theirs) = try LockRunMessage.pair()
        defer { close(theirs) }
        socket = mine
        var options = ["--lock", "\(record)", "--control", "\(theirs)", "--program", program]
        if terminal.isOursToGive { options.append("--takes-terminal") }
        if ignoresHangUp { options.append("--ignores-hang-up") }
        if let scope = scope(of: lock) { options += ["--scope", scope.rawValue] }
        do throws(SpawnFailure) {
            // This very program, also when an upgrade has replaced its file since.
            _ = try ProcessSpawn(
                path: "/proc/self/exe", line: (["mosaic"] + keeper + options + ["--"] + words, environment),
                handedDown: [record, theirs], group: .own, signals: .ours
            ).start()
        } catch {
            close(mine)
            throw FleetError(
                .io, "cannot start the command's keeper: \(error.words)",
                hint: "mount /proc, and check that another process can be started (ulimit -u)")
        }
    }

    /// Inside another `lock run` the command is in that one's scope already, and stays there.
    private func scope(of lock: HeldLock) -> UnitName? {
        scopes == nil || lock.outer != nil ? nil : CommandScopes.scope(of: lock.record)
    }

    /// The command's process is there and waits: it goes into its scope before it executes anything.
    private func place(_ process: pid_t, under lock: HeldLock) throws(FleetError) {
        if lost == nil, let scopes, let scope = scope(of: lock) {
            // Each answer of the manager's may take its time.
            try lock.stamp()
            if let why = try scopes.place(process, under: lock) {
                note(
                    "the command has no scope of its own (\(why)): sudo programs and daemons"
                        + " that it starts may outlive the lock")
            } else {
                isInScope = true
                everything.group = CommandGroup(of: process, named: scope)
            }
        }
        LockRunMessage.go(isInScope: isInScope).send(to: socket)
    }

    /// - Returns: the command's end, once the keeper has told it.
    private func hear(_ lock: HeldLock) throws(FleetError) -> End? {
        while true {
            switch LockRunMessage.receive(from: socket) {
            case .nothing: return nil
            case .message(.forked(let pid)):
                // Should this throw, the end of the socket ends the keeper, and with it the command, which never began.
                try place(pid, under: lock)
            case .message(.started(let pid)): group = pid
            case .message(.notStarted(let number)): throw CommandProgram.failure(words[0], number)
            case .message(.stopped(let number)): stopped(by: number)
            case .message(.exited(let status, let leftOver)):
                say(leftOver)
                return .exited(status)
            case .message(.killed(let number, let leftOver)):
                say(leftOver)
                return .killed(number)
            case .message(.signal), .message(.end), .message(.go): break
            case .closed:
                // Killed by force: the processes that it kept are ours now.
                everything.kill()
                if let lost { throw lost }
                throw FleetError(
                    .io, "the command's keeper was killed, so the command was killed too",
                    hint: "check what it left undone, then run it again")
            }
        }
    }

    private func say(_ leftOver: CInt) {
        guard leftOver > 0, lost == nil else { return }
        note(
            "ended \(leftOver) \(leftOver == 1 ? "process" : "processes") that the command left running; a process that is to "
                + "outlive it needs "
                + (isInScope ? "a unit of its own (systemd-run --user)" : "a session of its own (setsid)"))
    }

    // MARK: Signals and the terminal

    private func passOn(_ number: CInt) {
        if number == SIGCONT, let group, terminal.exists {
            // `stopped` wakes the command, once for each stop. This one may be late: sent on, it would wake a command that
            // the terminal has stopped again since.
            return terminal.give(to: group, ifWeHave: true)
        }
        LockRunMessage.signal(number).send(to: socket)
    }

    private func stopped(by number: CInt) {
        guard let group, terminal.exists else { return }
        if number == SIGTTIN || number == SIGTTOU, terminal.isOurs {
            // It wants the terminal that was not given to it at first, because it is one of a pipe's commands.
            terminal.give(to: group)
        } else {
            note(SignalWatch.stoppedWithLock)
            terminal.takeBack(from: group)
            // As the terminal's own key would: with us the whole job stops, and its shell goes on.
            signal(SIGTSTP, SIG_DFL)
            kill(0, SIGTSTP)
            SignalRelay.install(SIGTSTP)
            terminal.give(to: group, ifWeHave: true)
        }
        LockRunMessage.signal(SIGCONT).send(to: socket)
    }
}
