package import Glibc

/// A real process of a test's own: its output goes into files that can be read while it runs, every wait has a
/// deadline, and it is killed and reaped when the test lets go of it.
package final class TestProcess {
    /// How it ended.
    package enum End: Equatable, Sendable {
        case exit(Int32)
        case signal(Int32)
    }

    /// Where its standard input comes from.
    package enum Input: Sendable {
        case none
        /// Open, and it ends when the test says so (`endInput`), or when the object goes.
        case open
        case descriptor(CInt)
    }

    package let pid: pid_t
    private let folder = FakeDirectory()
    private let errorPath: String
    private var inputEnd: CInt = -1
    private var ended: End?

    /// - Parameters:
    ///   - words: absolute path of the program, then its arguments.
    ///   - environment: the whole environment.
    ///   - sharedError: a file that several processes append their standard error to, instead of one of its own.
    package init(
        _ words: [String], environment: [String: String], input: Input = .none, sharedError: String? = nil
    ) throws {
        errorPath = sharedError ?? folder.path + "/err"
        var ends: [CInt] = [-1, -1]
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        switch input {
        case .none: posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        case .descriptor(let descriptor): posix_spawn_file_actions_adddup2(&actions, descriptor, 0)
        case .open:
            // Not a pipe: only a socket pair is born close-on-exec, and other tests start processes meanwhile.
            let kind = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
            guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw DeadlineMissed("socketpair: \(errno)") }
            posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
        }
        let flags = O_WRONLY | O_CREAT | O_APPEND
        posix_spawn_file_actions_addopen(&actions, 1, folder.path + "/out", flags, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errorPath, flags, 0o600)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // As a shell's foreground command would start: nothing ignored, nothing blocked.
        var defaults = sigset_t()
        sigemptyset(&defaults)
        for signal in [SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGQUIT] { sigaddset(&defaults, signal) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for word in arguments + variables { free(word) } }
        var child = pid_t()
        let result = posix_spawn(&child, words[0], &actions, &attributes, &arguments, &variables)
        if ends[0] >= 0 { close(ends[0]) }
        inputEnd = ends[1]
        guard result == 0 else {
            throw DeadlineMissed("cannot start \(words[0]): \(String(cString: strerror(result)))")
        }
        pid = child
    }

    deinit {
        endInput()
        guard ended == nil, pid > 0 else { return }
        kill(pid, SIGKILL)
        var status: CInt = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
    }

    // MARK: What it said

    package var output: String { Self.contents(folder.path + "/out") }
    package var errors: String { Self.contents(errorPath) }
    package var errorLines: [String] { errors.split(separator: "\n").map(String.init) }

    /// Returns its first line on standard error that contains the text, as soon as it is there.
    @discardableResult
    package func waitForError(_ text: String, within limit: Duration = .seconds(20)) throws -> String {
        try eventually("'\(text)' on stderr of \(pid)", within: limit, state: account) {
            let whole = errors
            let complete = whole.prefix(upTo: whole.lastIndex(of: "\n") ?? whole.startIndex)
            if let line = complete.split(separator: "\n").first(where: { $0.contains(text) }) { return String(line) }
            if let end = poll() {
                if errors.contains(text) { return nil }
                throw DeadlineMissed("it ended (\(end)) without '\(text)'; \(account)")
            }
            return nil
        }
    }

    package func waitForOutput(_ text: String, within limit: Duration = .seconds(20)) throws {
        try eventually("'\(text)' on stdout of \(pid)", within: limit, state: account) {
            output.contains(text)
        }
    }

    private var account: String { "stdout: \(output)\nstderr: \(errors)" }

    // MARK: Its end

    package var isRunning: Bool { poll() == nil }

    /// - Throws: `DeadlineMissed` when it still runs after `limit`.
    @discardableResult
    package func wait(within limit: Duration = .seconds(30)) throws -> End {
        try eventually("the end of \(pid)", within: limit, state: account) { poll() }
    }

    package func signal(_ number: CInt) { if poll() == nil { kill(pid, number) } }

    /// Returns once SIGSTOP has taken effect.
    package func freeze() throws {
        kill(pid, SIGSTOP)
        try eventually("\(pid) is stopped", state: account) {
            guard poll() == nil else { throw DeadlineMissed("it ended before it was stopped; \(account)") }
            let stat = Self.contents("/proc/\(pid)/stat")
            guard let name = stat.lastIndex(of: ")") else { return false }
            return stat[name...].dropFirst(2).first == "T"
        }
    }

    package func thaw() { signal(SIGCONT) }

    package func endInput() {
        if inputEnd >= 0 { close(inputEnd) }
        inputEnd = -1
    }

    private func poll() -> End? {
        if let ended { return ended }
        var status: CInt = 0
        guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
        ended = status & 0x7F == 0 ? .exit((status >> 8) & 0xFF) : .signal(status & 0x7F)
        return ended
    }

    /// A whole text file; empty when it cannot be read (yet).
    package static func contents(_ path: String) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16384)
        while true {
            let count = read(file, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer[..<count]
        }
    }
}
