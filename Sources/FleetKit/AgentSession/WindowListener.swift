internal import CLinux
internal import FleetGuard
internal import Glibc

/// The socket at which the window process of an agent's pane hands its terminal over, and at which the agent's programs
/// report. Its name holds the invocation, and the kernel says who is at the other end.
///
/// Nothing waits for the other end: what has connected and says nothing gives way to others.
final class WindowListener {
    /// A connection that may become the agent's window.
    struct Window {
        var process: Int32
        var connection: CInt
        /// -1: not yet handed over.
        var terminal: CInt = -1
        /// `TERM`, `TMUX`, `TMUX_PANE` and such, from the pane.
        var variables: [String: String] = [:]

        /// The server's side of the terminal is closed.
        var isHungUp: Bool {
            var polled = pollfd(fd: terminal, events: 0, revents: 0)
            return poll(&polled, 1, 0) > 0
        }
    }

    let descriptor: CInt
    /// A path, or an abstract name that begins with `@`.
    let address: String
    private(set) var candidates: [Window] = []

    /// A message of a program that wants an answer.
    struct Letter {
        var process: Int32
        var bytes: [UInt8]
        fileprivate var connection: CInt
    }

    private static let windowLimit = 4
    private static let silentLimit = 8

    /// - Parameter environment: `XDG_RUNTIME_DIR` and `INVOCATION_ID` count.
    /// - Throws: `.io`.
    init(environment: [String: String]) throws(FleetError) {
        let invocation = environment["INVOCATION_ID"] ?? "\(getpid())"
        let isPlain = invocation.utf8.allSatisfy { $0 > 0x2F && $0 < 0x7B && $0 != 0x5C }
        let name = isPlain && invocation.utf8.count < 64 ? invocation : "\(getpid())"
        let runtime = environment["XDG_RUNTIME_DIR"].flatMap { $0.begins(with: "/") ? $0 : nil } ?? "/run"
        let folder = HomeDirectory.withoutTrailingSlash(runtime) + "/mosaic-fleet"
        mkdir(folder, 0o700)
        // A path passes between network namespaces, an abstract name where the folder cannot be written.
        for address in ["\(folder)/\(name)", "@mosaic-fleet/\(name)"] {
            if address.begins(with: "/") {
                guard Self.isPrivate(folder) else { continue }
                unlink(address)
            }
            let descriptor = fleet_listen(address)
            guard descriptor >= 0 else { continue }
            self.descriptor = descriptor
            self.address = address
            return
        }
        throw FleetError(
            .io, "cannot listen in \(Printable.oneLine(folder)): \(String(cString: strerror(errno)))",
            hint: "check its owner and whether the unit may write to it")
    }

    private static func isPrivate(_ folder: String) -> Bool {
        var status = stat()
        return lstat(folder, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR && status.st_uid == geteuid()
            && status.st_mode & 0o022 == 0
    }

    /// Takes one connection, and what it has said by now: mostly all that it will say.
    func accept() -> Letter? {
        var process: pid_t = 0
        var user: uid_t = 0
        let connection = fleet_accept(descriptor, &process, &user)
        guard connection >= 0 else { return nil }
        guard user == geteuid() else {
            Glibc.close(connection)
            return nil
        }
        let silent = candidates.indices.filter { candidates[$0].terminal < 0 }
        if silent.count >= Self.silentLimit, let oldest = silent.first { drop(candidates.remove(at: oldest)) }
        candidates.append(Window(process: process, connection: connection))
        return receive(connection)
    }

    /// Takes the terminal of a candidate, or the end of its connection.
    ///
    /// - Returns: what came instead of a terminal.
    func receive(_ connection: CInt) -> Letter? {
        guard let index = candidates.firstIndex(where: { $0.connection == connection }) else { return nil }
        var bytes = [UInt8](repeating: 0, count: 8192)
        var terminal: CInt = -1
        let count = fleet_receive_descriptor(connection, &bytes, bytes.count, &terminal)
        if count < 0 && errno == EAGAIN { return nil }
        if count > 0, terminal < 0, candidates[index].terminal < 0 {
            let sender = candidates.remove(at: index)
            return Letter(process: sender.process, bytes: Array(bytes[..<count]), connection: connection)
        }
        guard count > 0, terminal >= 0, isatty(terminal) == 1, candidates[index].terminal < 0,
            candidates.count(where: { $0.terminal >= 0 }) < Self.windowLimit
        else {
            if terminal >= 0 { Glibc.close(terminal) }
            drop(candidates.remove(at: index))
            return nil
        }
        candidates[index].terminal = terminal
        for entry in bytes[..<count].split(separator: 0) {
            guard let sign = entry.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let name = String(decoding: entry[..<sign], as: UTF8.self)
            guard Self.names.contains(name) else { continue }
            candidates[index].variables[name] = String(decoding: entry[(sign + 1)...], as: UTF8.self)
        }
        return nil
    }

    /// Answers and hangs up, whether or not the other end still listens.
    func reply(_ words: String, to letter: Letter) {
        let bytes = Array(words.utf8.prefix(ReportMessage.answerLimit))
        send(letter.connection, bytes, bytes.count, CInt(MSG_NOSIGNAL | MSG_DONTWAIT))
        Glibc.close(letter.connection)
    }

    private static let names: Set<String> = [
        "TERM", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "COLORTERM", "TMUX", "TMUX_PANE",
    ]

    /// The window of the pane whose process is this one, once it has handed its terminal over. All others that came
    /// before are turned away.
    func take(_ process: Int32) -> Window? {
        guard let index = candidates.firstIndex(where: { $0.process == process && $0.terminal >= 0 }) else {
            return nil
        }
        let window = candidates.remove(at: index)
        for other in candidates { drop(other) }
        candidates = []
        return window
    }

    /// Whether it has handed its terminal over.
    func has(_ process: Int32) -> Bool { candidates.contains { $0.process == process && $0.terminal >= 0 } }

    /// Lets the window end, and closes our side of its terminal.
    ///
    /// - Parameter status: for tmux, as the pane's.
    /// - Returns: the connection, which ends when the window has.
    func dismiss(_ window: Window, status: Int32) -> CInt {
        var byte = UInt8(truncatingIfNeeded: status)
        send(window.connection, &byte, 1, CInt(MSG_NOSIGNAL))
        if window.terminal >= 0 { Glibc.close(window.terminal) }
        return window.connection
    }

    private func drop(_ window: Window) {
        Glibc.close(window.connection)
        if window.terminal >= 0 { Glibc.close(window.terminal) }
    }

    /// At the end of the process.
    func close() {
        for window in candidates { drop(window) }
        candidates = []
        Glibc.close(descriptor)
        if address.begins(with: "/") { unlink(address) }
    }
}
