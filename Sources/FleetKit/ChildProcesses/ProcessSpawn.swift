internal import CLinux
internal import FleetGuard
internal import Glibc

/// A program about to be started: an absolute path and an argument vector, never a shell.
struct ProcessSpawn {
    enum Group {
        case ours
        /// A process group of its own.
        case own
        /// A session of its own, so that all of it can be killed at once.
        case session
    }

    enum Signals {
        /// None blocked, and none ignored but SIGHUP: what outlives its terminal needs the programs that it runs. This
        /// program ignores SIGPIPE, and an agent's main process blocks everything.
        case usual
        /// As here: the program is this one again.
        case ours
    }

    enum Stream {
        case ours
        /// `/dev/null`.
        case nothing
        case descriptor(CInt)
    }

    /// Absolute.
    var path: String
    /// With the program's own name first, and the whole environment; nil: byte for byte as this program was started.
    var line: (words: [String], environment: [String: String])?
    var input = Stream.ours
    var output = Stream.ours
    var errors = Stream.ours
    /// Descriptors that it has under the same numbers, beside what our caller handed down; nil: none of ours but the three
    /// streams, also none that a library opened without O_CLOEXEC.
    var handedDown: [CInt]?
    var group = Group.ours
    var signals = Signals.usual

    /// - Returns: the process, which stays ours to wait for.
    func start() throws(SpawnFailure) -> pid_t {
        // Our caller may ignore it, and then no child leaves a status, nor a number that is not another process's next.
        if SignalRelay.isIgnored(SIGCHLD) { signal(SIGCHLD, SIG_DFL) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (number, stream) in [input, output, errors].enumerated() {
            switch stream {
            case .ours: break
            case .nothing: posix_spawn_file_actions_addopen(&actions, CInt(number), "/dev/null", O_RDWR, 0)
            case .descriptor(let descriptor): posix_spawn_file_actions_adddup2(&actions, descriptor, CInt(number))
            }
        }
        if let handedDown {
            // A copy onto itself is inherited.
            for descriptor in handedDown { posix_spawn_file_actions_adddup2(&actions, descriptor, descriptor) }
        } else {
            fleet_spawn_close_from(&actions, 3)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        set(&attributes)
        var process: pid_t = 0
        let code = Self.unlessBusy {
            guard let line else {
                return posix_spawn(&process, path, &actions, &attributes, CommandLine.unsafeArgv, environ)
            }
            return ProgramLine.with(line.words, line.environment) { words, variables in
                posix_spawn(&process, path, &actions, &attributes, words, variables)
            }
        }
        guard code == 0 else { throw SpawnFailure(number: code) }
        return process
    }

    /// A program is busy (ETXTBSY) while an installation writes it, and while a process that another thread has just forked
    /// still has it open: both pass, so it is tried for a second.
    private static func unlessBusy(_ spawn: () -> CInt) -> CInt {
        let clock = SystemClock()
        let deadline = clock.now() + .seconds(1)
        while true {
            let code = spawn()
            guard code == ETXTBSY, clock.now() < deadline else { return code }
            clock.sleep(for: .milliseconds(10))
        }
    }

    private func set(_ attributes: inout posix_spawnattr_t) {
        var flags: CInt = 0
        if signals == .usual {
            var set = sigset_t()
            sigemptyset(&set)
            posix_spawnattr_setsigmask(&attributes, &set)
            sigfillset(&set)
            for number in [SIGKILL, SIGSTOP] { sigdelset(&set, number) }
            if SignalRelay.isIgnored(SIGHUP) { sigdelset(&set, SIGHUP) }
            posix_spawnattr_setsigdefault(&attributes, &set)
            flags |= CInt(POSIX_SPAWN_SETSIGMASK) | CInt(POSIX_SPAWN_SETSIGDEF)
        }
        if group == .own {
            posix_spawnattr_setpgroup(&attributes, 0)
            flags |= CInt(POSIX_SPAWN_SETPGROUP)
        }
        posix_spawnattr_setflags(&attributes, Int16(flags))
        if group == .session { fleet_spawn_own_session(&attributes) }
    }
}

extension ProcessSpawn {
    /// Reaps a child that has ended: its exit status, or 128 and the signal; nil while it runs.
    static func status(ofEnded child: pid_t) -> Int32? {
        var status: CInt = 0
        guard waitpid(child, &status, WNOHANG) == child else { return nil }
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
    }
}

/// Why a program could not be started.
struct SpawnFailure: Error {
    /// An errno.
    let number: CInt

    var words: String { String(cString: strerror(number)) }
}
