internal import Glibc
internal import LockSequence

/// A process that this one started, with a pipe each way.
final class Child {
    let pid: pid_t
    private let input: Pipe
    private var output: Pipe

    /// A member in `home`.
    convenience init(memberIn home: String) throws(Failure) {
        try self.init("/proc/self/exe", ["hand-over", "member", home])
        try expect("ready")
    }

    init(_ program: String, _ words: [String]) throws(Failure) {
        var input: [CInt] = [0, 0]
        var output: [CInt] = [0, 0]
        guard pipe(&input) == 0, pipe(&output) == 0 else { throw Failure("pipe: errno \(errno)") }
        // One thread: nothing is started between these lines.
        for descriptor in input + output { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input[0], 0)
        posix_spawn_file_actions_adddup2(&actions, output[1], 1)
        pid = try Self.spawn(program, words, &actions)
        close(input[0])
        close(output[1])
        self.input = Pipe(descriptor: input[1])
        self.output = Pipe(descriptor: output[0])
    }

    deinit {
        close(input.descriptor)
        close(output.descriptor)
    }

    func say(_ word: String) throws(Failure) { try input.say(word) }

    func expect(_ word: String) throws(Failure) {
        let line = try output.line(within: 10_000) ?? "its end"
        guard line == word else { throw Failure("process \(pid) said '\(line)' instead of '\(word)'") }
    }

    /// The nanoseconds that it says after the word.
    func moment(after word: String) throws(Failure) -> Int {
        let line = try output.line(within: 10_000) ?? "its end"
        guard line.hasPrefix(word + " "), let moment = Int(line.dropFirst(word.count + 1)) else {
            throw Failure("process \(pid) said '\(line)' instead of '\(word)' and a time")
        }
        return moment
    }

    func kill() throws(Failure) {
        guard Glibc.kill(pid, SIGKILL) == 0 else { throw Failure("kill: errno \(errno)") }
    }

    /// Waits for its end.
    /// - Returns: the wait status, 0 for an exit with 0.
    @discardableResult func end() -> CInt { Self.wait(for: pid) }

    /// true(1), from its start to its end.
    static func runTrue() throws(Failure) {
        let pid = start_true()
        guard pid > 0 else { throw Failure("true(1): errno \(errno)") }
        let status = wait(for: pid)
        guard status == 0 else { throw Failure("true(1) ended with \(status)") }
    }

    private static func wait(for pid: pid_t) -> CInt {
        var status: CInt = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        return status
    }

    private static func spawn(
        _ program: String, _ words: [String], _ actions: UnsafePointer<posix_spawn_file_actions_t>
    ) throws(Failure) -> pid_t {
        let arguments = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var pid = pid_t()
        let error = posix_spawn(&pid, program, actions, nil, arguments, environ)
        guard error == 0 else { throw Failure("\(program): errno \(error)") }
        return pid
    }
}
