import Glibc
import SystemPackage

/// A real process of a test's own; killed and reaped when the test is over.
final class Child {
    let pid: pid_t
    private var input: CInt
    private let output: CInt
    private var status: CInt?

    /// The helper program, built beside the tests.
    static func holder(_ arguments: String...) throws -> Child {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0 else { throw Errno(rawValue: errno) }
        let me = FilePath(String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self))
        return try Child([me.removingLastComponent().appending("guard-holder").string] + arguments)
    }

    init(_ arguments: [String]) throws {
        var toChild: [CInt] = [0, 0]
        var fromChild: [CInt] = [0, 0]
        guard pipe(&toChild) == 0, pipe(&fromChild) == 0 else { throw Errno(rawValue: errno) }
        for end in toChild + fromChild { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, toChild[0], 0)
        posix_spawn_file_actions_adddup2(&actions, fromChild[1], 1)
        var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
        defer { for word in words { free(word) } }
        words.append(nil)
        var child = pid_t()
        let result = posix_spawn(&child, arguments[0], &actions, nil, words, environ)
        close(toChild[0])
        close(fromChild[1])
        guard result == 0 else { throw Errno(rawValue: result) }
        pid = child
        input = toChild[1]
        output = fromChild[0]
    }

    deinit {
        signal(SIGKILL)
        wait()
        endInput()
        close(output)
    }

    func signal(_ number: CInt) { if status == nil { kill(pid, number) } }

    /// Its next line of output; nil at the end.
    func line() -> String? {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while true {
            let count = read(output, &byte, 1)
            if count < 0 && errno == EINTR { continue }
            guard count == 1 else { return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self) }
            if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
            bytes.append(byte)
        }
    }

    func endInput() {
        if input >= 0 { close(input) }
        input = -1
    }

    /// Reaps it. Its wait status: the low seven bits are the signal that ended it.
    @discardableResult
    func wait() -> CInt {
        if let status { return status }
        var result: CInt = 0
        while waitpid(pid, &result, 0) < 0 && errno == EINTR {}
        status = result
        return result
    }

    /// Returns once the process has become a zombie, without reaping it.
    func waitUntilZombie() {
        var info = siginfo_t()
        while waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) < 0 && errno == EINTR {}
    }

    /// Returns once SIGSTOP has taken effect.
    func stop() {
        signal(SIGSTOP)
        var info = siginfo_t()
        while waitid(P_PID, id_t(pid), &info, WSTOPPED | WNOWAIT) < 0 && errno == EINTR {}
    }
}
