internal import Glibc

/// A private, real `systemd --user`, run by `Scripts/user-manager serve`.
///
/// It ends with `stop()`, with the last reference, and with this process however that ends: the script tears down
/// when the pipe to it closes.
package final class UserManager: @unchecked Sendable {
    package struct StartFailed: Error, CustomStringConvertible {
        package var description: String
    }

    /// What a process needs in order to reach the manager, over a copy of this process's environment.
    package let environment: [String: String]
    private let pid: pid_t
    private var socket: CInt

    /// One for all tests of this process, which therefore use unit names of their own.
    package static func shared() throws -> UserManager { try sharedResult.get() }
    private static let sharedResult = Result { try UserManager() }

    /// - Throws: `StartFailed`, with what the script said: a test that needs systemd fails without it.
    package init(agents: Int = 0) throws {
        let script = Self.projectFolder + "/Scripts/user-manager"
        // One socket for both directions: made close-on-exec at once, so no other child keeps the manager alive.
        var ends: [CInt] = [-1, -1]
        guard socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw StartFailed(description: "no socket pair: \(String(cString: strerror(errno)))")
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[1], 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        let words: [String] = [script, "serve", "--agents", "\(agents)"]
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        arguments.append(nil)
        defer { for argument in arguments { free(argument) } }
        var pid: pid_t = 0
        let status = posix_spawn(&pid, script, &actions, nil, &arguments, environ)
        close(ends[1])
        guard status == 0 else {
            close(ends[0])
            throw StartFailed(description: "\(script) did not start: \(String(cString: strerror(status)))")
        }
        let announced = Self.parse(Self.readLine(ends[0]))
        guard announced["XDG_RUNTIME_DIR"] != nil else {
            close(ends[0])
            var ended: CInt = 0
            waitpid(pid, &ended, 0)
            throw StartFailed(
                description: "\(script) serve brought up no systemd --user (status \(ended >> 8)): see stderr above")
        }
        var environment = Self.ownEnvironment()
        for name in ["DBUS_SESSION_BUS_ADDRESS", "MOSAIC_HOME", "TMUX", "TMUX_PANE"] { environment[name] = nil }
        environment.merge(announced) { _, theirs in theirs }
        self.environment = environment
        self.pid = pid
        self.socket = ends[0]
    }

    deinit { stop() }

    /// Tears the manager down and waits until nothing is left of it.
    package func stop() {
        guard socket >= 0 else { return }
        close(socket)
        socket = -1
        var status: CInt = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
    }

    package var configHome: String { environment["XDG_CONFIG_HOME"] ?? "" }
    package var runtimeDirectory: String { environment["XDG_RUNTIME_DIR"] ?? "" }
    /// Where the manager looks for unit files first.
    package var unitFolder: String { configHome + "/systemd/user" }
    /// For what a test wants to leave on disk; removed with the manager.
    package var scratch: String { environment["MOSAIC_HARNESS_DIR"] ?? "" }

    /// Writes a unit file; the manager reads it at the next `daemon-reload`, or when it first needs the unit.
    package func install(unit: String, text: String) throws {
        try Self.write(text, to: unitFolder + "/" + unit)
    }

    /// What `systemctl mask` does, without its daemon-reload.
    package func mask(unit: String) throws {
        guard symlink("/dev/null", unitFolder + "/" + unit) == 0 else {
            throw StartFailed(description: "cannot mask \(unit): \(String(cString: strerror(errno)))")
        }
    }

    /// Runs `systemctl --user` as an outsider would.
    /// - Returns: its exit status.
    @discardableResult
    package func systemctl(_ arguments: String...) throws -> Int32 {
        let words: [String] = ["systemctl", "--user"] + arguments
        var argv: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        argv.append(nil)
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") }
        variables.append(nil)
        defer { for text in argv + variables { free(text) } }
        var child: pid_t = 0
        let status = posix_spawnp(&child, "systemctl", nil, nil, &argv, &variables)
        guard status == 0 else {
            throw StartFailed(description: "systemctl did not start: \(String(cString: strerror(status)))")
        }
        var ended: CInt = 0
        while waitpid(child, &ended, 0) < 0 && errno == EINTR {}
        return ended & 0x7f == 0 ? ended >> 8 : 128 + (ended & 0x7f)
    }

    /// Writes a file whole; never through a link.
    package static func write(_ text: String, to path: String) throws {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard file >= 0 else { throw StartFailed(description: "\(path): \(String(cString: strerror(errno)))") }
        defer { close(file) }
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            guard count > 0 else { throw StartFailed(description: "\(path): \(String(cString: strerror(errno)))") }
            bytes = bytes.dropFirst(count)
        }
    }

    private static let projectFolder = "\(#filePath)".split(separator: "/", omittingEmptySubsequences: false)
        .dropLast(3).joined(separator: "/")

    private static func readLine(_ file: CInt) -> String {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while true {
            let count = read(file, &byte, 1)
            if count < 0 && errno == EINTR { continue }
            guard count == 1, byte != UInt8(ascii: "\n") else { break }
            line.append(byte)
        }
        return String(decoding: line, as: UTF8.self)
    }

    /// The script's one line: an object of strings in which only `\` and `"` are escaped.
    private static func parse(_ line: String) -> [String: String] {
        var words: [String] = []
        var word: String?
        var isEscaped = false
        for character in line {
            guard var current = word else {
                if character == "\"" { word = "" }
                continue
            }
            if isEscaped || (character != "\\" && character != "\"") {
                current.append(character)
                isEscaped = false
                word = current
            } else if character == "\\" {
                isEscaped = true
            } else {
                words.append(current)
                word = nil
            }
        }
        var pairs: [String: String] = [:]
        for index in stride(from: 0, to: words.count - 1, by: 2) { pairs[words[index]] = words[index + 1] }
        return pairs
    }

    private static func ownEnvironment() -> [String: String] {
        var result: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let pair = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if pair.count == 2 { result[String(pair[0])] = String(pair[1]) }
            entry += 1
        }
        return result
    }
}
