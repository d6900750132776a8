internal import CLinux
internal import FleetGuard
internal import Glibc

/// Runs one tmux client to its end, without a shell and with none of our descriptors: a server that such a client
/// brought up would otherwise hold the fleet's lock for as long as it lives.
struct TmuxClient {
    /// Absolute.
    let program: String
    let environment: [String: String]
    /// A client of a hung server never ends by itself.
    var limit: Duration = .seconds(3)
    var clock: any OperationClock = SystemClock()

    /// Bytes of each of its streams that are kept.
    var outputLimit = 16_384

    /// - Parameter input: for its standard input; nil: `/dev/null`.
    func run(_ arguments: [String], input: [UInt8]? = nil) throws(FleetError) -> TmuxProbe.Reply {
        let feed = try input.map { bytes throws(FleetError) in try TmuxInput(bytes) }
        let output = try pipe()
        let errors: (read: CInt, write: CInt)
        do throws(FleetError) { errors = try pipe() } catch {
            close(output.read)
            close(output.write)
            throw error
        }
        defer {
            close(output.read)
            close(errors.read)
        }
        let child = try spawn(arguments, input: feed?.reader, output: output.write, errors: errors.write)
        feed?.closeReader()
        let deadline = clock.now() + limit
        var texts: [CInt: [UInt8]] = [:]
        let ended = collect([output.read, errors.read], feed, until: deadline, into: &texts)
        // Our own child, not yet waited for: the number cannot have been reused.
        if !ended { kill(child, SIGKILL) }
        var status: CInt = 0
        while waitpid(child, &status, 0) < 0 && errno == EINTR {}
        let hasExited = ended && status & 0x7f == 0
        return TmuxProbe.Reply(
            status: hasExited ? (status >> 8) & 0xff : nil,
            output: String(decoding: texts[output.read] ?? [], as: UTF8.self),
            errors: String(decoding: texts[errors.read] ?? [], as: UTF8.self))
    }

    /// True when both ends were closed in time.
    private func collect(
        _ files: [CInt], _ feed: TmuxInput?, until deadline: Duration, into texts: inout [CInt: [UInt8]]
    ) -> Bool {
        var open = files
        var buffer = [UInt8](repeating: 0, count: 4096)
        while !open.isEmpty {
            let rest = deadline - clock.now()
            guard rest > .zero else { return false }
            var polled = open.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            if let writer = feed?.writer { polled.append(pollfd(fd: writer, events: Int16(POLLOUT), revents: 0)) }
            let ready = poll(&polled, nfds_t(polled.count), rest.pollMilliseconds)
            if ready < 0 && errno != EINTR { return false }
            guard ready > 0 else { continue }
            for entry in polled where entry.revents != 0 {
                if entry.fd == feed?.writer {
                    feed?.write()
                    continue
                }
                let count = read(entry.fd, &buffer, buffer.count)
                if count < 0 && errno == EINTR { continue }
                if count <= 0 {
                    open.removeAll { $0 == entry.fd }
                } else if (texts[entry.fd]?.count ?? 0) < outputLimit {
                    texts[entry.fd, default: []] += buffer[..<count]
                }
            }
        }
        return true
    }

    /// Closes both write ends: the child's copies alone keep the pipes open.
    private func spawn(
        _ arguments: [String], input: CInt?, output: CInt, errors: CInt
    ) throws(FleetError) -> pid_t {
        defer {
            close(output)
            close(errors)
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let input {
            posix_spawn_file_actions_adddup2(&actions, input, 0)
        } else {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, errors, 2)
        // Whatever a library opened without O_CLOEXEC stays with us too.
        fleet_spawn_close_from(&actions, 3)
        var argv: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        var child: pid_t = 0
        let code = posix_spawn(&child, program, &actions, nil, &argv, &envp)
        guard code == 0 else {
            throw FleetError(
                .io, "cannot run \(Printable.oneLine(program)): \(String(cString: strerror(code)))",
                hint: "install tmux, or leave [holder] socket out of the roster")
        }
        return child
    }

    private func pipe() throws(FleetError) -> (read: CInt, write: CInt) {
        var ends: [CInt] = [0, 0]
        guard fleet_pipe(&ends) == 0 else {
            throw FleetError(
                .io, "cannot make a pipe to tmux: \(String(cString: strerror(errno)))",
                hint: "raise the limit of open files (ulimit -n)")
        }
        return (ends[0], ends[1])
    }
}
