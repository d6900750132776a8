internal import FleetGuard
internal import FleetKit
internal import Glibc

/// One `ssh` process: the request goes in, bytes come out.
final class SSHClient {
    let pid: pid_t
    private(set) var input: CInt
    let output: CInt
    let errors: CInt
    var reader = AnswerReader()
    private var request: [UInt8]
    private var said: [UInt8] = []
    /// For its first word.
    let patience: Duration
    /// When it must have said something.
    var deadline: Duration
    private var isReaped = false

    /// - Throws: `.io`.
    init(
        program: String, arguments: [String], environment: [String: String], request: [UInt8],
        patience: Duration, from now: Duration
    ) throws(FleetError) {
        var pipes: [CInt] = []
        func fail(_ what: String, _ number: CInt) -> FleetError {
            for end in pipes { close(end) }
            return FleetError(
                .io, "cannot \(what): \(String(cString: strerror(number)))",
                hint: "raise the limits of open files and processes (ulimit -n, ulimit -u), or name fewer hosts")
        }
        for _ in 0..<3 {
            var ends: [CInt] = [-1, -1]
            guard pipe(&ends) == 0 else { throw fail("make a pipe for ssh", errno) }
            pipes += ends
            // No other ssh may inherit one: it would keep this call's end from being seen.
            for end in ends where fcntl(end, F_SETFD, FD_CLOEXEC) != 0 { throw fail("make a pipe for ssh", errno) }
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, pipes[0], STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, pipes[3], STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, pipes[5], STDERR_FILENO)
        var words = ([program] + arguments).map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer {
            for word in words { free(word) }
            for variable in variables { free(variable) }
        }
        // A group of its own: Ctrl-C is ours to hear, and an answer that is on its way shall still arrive.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        posix_spawnattr_setpgroup(&attributes, 0)
        var child: pid_t = 0
        let problem = posix_spawn(&child, program, &actions, &attributes, &words, &variables)
        guard problem == 0 else { throw fail("run \(Printable.oneLine(program))", problem) }
        for end in [pipes[0], pipes[3], pipes[5]] { close(end) }
        for end in [pipes[1], pipes[2], pipes[4]] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
        pid = child
        input = pipes[1]
        output = pipes[2]
        errors = pipes[4]
        self.request = request
        self.patience = patience
        deadline = now + patience
    }

    deinit {
        if !isReaped {
            kill(pid, SIGKILL)
            var status: CInt = 0
            while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        }
        if input >= 0 { close(input) }
        close(output)
        close(errors)
    }

    /// The request, and then the end of it.
    func writeRequest() {
        guard input >= 0 else { return }
        let count = request.withUnsafeBytes { write(input, $0.baseAddress, $0.count) }
        if count < 0 && (errno == EAGAIN || errno == EINTR) { return }
        if count > 0 { request.removeFirst(count) }
        guard count <= 0 || request.isEmpty else { return }
        close(input)
        input = -1
    }

    /// - Returns: nil at the end.
    func readOutput() -> [HostFrame]? {
        guard let bytes = read(output), !bytes.isEmpty else { return nil }
        return reader.add(bytes)
    }

    /// ssh's own words, and those of a shell that finds no program; the last of them count.
    func readErrors() {
        guard let bytes = read(errors) else { return }
        said = Array((said + bytes).suffix(4096))
    }

    var lastWords: String {
        let lines = String(decoding: said, as: UTF8.self).parts(at: "\n")
        // What ssh says about adding keys and the like comes first, the reason last.
        let line = lines.last { !$0.utf8.allSatisfy { $0 <= 0x20 } } ?? ""
        return Printable.oneLine(String(line.before("\r") ?? line), limit: 160)
    }

    /// - Returns: nil while it runs; -1 for a signal.
    func exitStatus() -> Int32? {
        var status: CInt = 0
        guard !isReaped, waitpid(pid, &status, WNOHANG) == pid else { return nil }
        isReaped = true
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : -1
    }

    /// nil: nothing there yet; empty: the end.
    private func read(_ descriptor: CInt) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        if count < 0 { return nil }
        return Array(bytes[..<count])
    }
}
