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

    /// - Returns: the process, which stays ours to wait for.
    func start() throws(SpawnFailure) -> pid_t {
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
        switch group {
        case .ours: break
        case .own:
            posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
            posix_spawnattr_setpgroup(&attributes, 0)
        case .session: fleet_spawn_own_session(&attributes)
        }
        var process: pid_t = 0
        var code: CInt
        if let line {
            var argv: [UnsafeMutablePointer<CChar>?] = line.words.map { strdup($0) } + [nil]
            var envp: [UnsafeMutablePointer<CChar>?] =
                line.environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
            defer { for text in argv + envp { free(text) } }
            code = posix_spawn(&process, path, &actions, &attributes, &argv, &envp)
        } else {
            code = posix_spawn(&process, path, &actions, &attributes, CommandLine.unsafeArgv, environ)
        }
        guard code == 0 else { throw SpawnFailure(number: code) }
        return process
    }
}

/// Why a program could not be started.
struct SpawnFailure: Error {
    /// An errno.
    let number: CInt

    var words: String { String(cString: strerror(number)) }
}
