internal import CLinux
package import FleetGuard
internal import Glibc

/// The fleet's tmux server: the one whose process is the holder's.
///
/// It is known by its process, and where it listens is asked of the kernel. So neither the caller's `TMUX_TMPDIR`, nor a
/// socket file that was removed, nor another server on the same path can be mistaken for it. Needs no service manager.
package struct HolderServer: Sendable, Equatable {
    package let pid: Int32
    /// Absolute, as the server bound it. The file may be gone.
    package let path: String
    private let start: UInt64

    package enum Presence: Sendable, Equatable {
        /// Whoever connects to the path reaches this server.
        case reachable
        /// The file, or its directory, was removed, or is a leftover on which no process listens.
        case lost
        /// Another process listens there.
        case foreign(Int32)
        /// The server hangs, or the path may not be accessed.
        case unclear(String)
    }

    /// For `SIGUSR1` to be answered. The server does it at its next turn, so this is long.
    package static let reviveLimit: Duration = .seconds(5)

    /// - Parameters:
    ///   - pid: a process of the holder's unit.
    ///   - socket: the roster's socket. Of several that one process listens on it chooses one.
    /// - Returns: nil if the process has ended, is not a tmux server, or does not listen on such a socket.
    package init?(process pid: Int32, socket: TmuxSocket) {
        guard let stat = ProcessStat.read(pid), !stat.hasEnded, Self.isTmux(pid),
            let path = ListeningSocket.paths(of: pid).first(where: socket.isPath)
        else { return nil }
        self.pid = pid
        self.path = path
        start = stat.start
    }

    /// The server among the processes of the holder's unit. An agent may have started a server of its own there, so the
    /// oldest one counts.
    package static func find(among processes: [Int32], socket: TmuxSocket) -> HolderServer? {
        processes.compactMap { HolderServer(process: $0, socket: socket) }
            .min { ($0.start, $0.pid) < ($1.start, $1.pid) }
    }

    /// The options of a tmux client that is to reach this server and start none.
    package var clientOptions: [String] { ["-N", "-S", path] }

    package var presence: Presence {
        switch ListeningSocket.look(at: path) {
        case .listener(pid): .reachable
        case .listener(let other): .foreign(other)
        case .missing, .abandoned: .lost
        case .unclear(let why): .unclear(why)
        }
    }

    /// Makes sure that clients reach this server by its path: brings a lost socket back, and with it its directory.
    ///
    /// tmux binds its socket again at SIGUSR1. The signal goes through a pidfd, after the process behind it was seen to be
    /// this server and to have a handler for that signal, which would end any other process.
    /// - Returns: true when the socket was lost and is back.
    /// - Throws: `.notActive` when another server listens there (it is named, and nothing was changed), when the server
    ///   has ended, hangs, or does not answer; `.io` when the directory cannot be made.
    @discardableResult
    package func revive(
        within limit: Duration = Self.reviveLimit, clock: any OperationClock = SystemClock()
    ) throws(FleetError) -> Bool {
        guard try !isReachable() else { return false }
        try makeFolder()
        let pinned = PinnedProcess(pid) {
            $0.start == start && !$0.hasEnded && Self.isTmux($0.pid)
                && SignalDisposition.read($0.pid)?.catches(SIGUSR1) == true
        }
        guard let pinned else {
            throw FleetError(
                .notActive, "the holder's tmux server (process \(pid)) has ended",
                hint: "see 'mosaic fleet status', and bring it up with 'mosaic fleet start'")
        }
        pinned.send(SIGUSR1)
        let deadline = clock.now() + limit
        while try !isReachable() {
            guard clock.now() < deadline else {
                throw FleetError(
                    .notActive,
                    "the holder's tmux server (process \(pid)) was asked to create its socket \(shown) again, but did not"
                        + " within \(DurationText.canonical(limit))",
                    hint: "see 'mosaic fleet logs --holder'; 'mosaic fleet restart' replaces a server that hangs")
            }
            clock.sleep(for: .milliseconds(5))
        }
        return true
    }

    private func isReachable() throws(FleetError) -> Bool {
        switch presence {
        case .reachable: return true
        case .lost: return false
        case .foreign(let other): throw foreign(other)
        case .unclear(let why):
            throw FleetError(
                .notActive, "the holder's tmux server (process \(pid)) cannot be reached at \(shown): \(why)",
                hint: "see 'mosaic fleet doctor'")
        }
    }

    /// The refusal where another process listens on the holder's path.
    package func foreign(_ other: Int32) -> FleetError {
        FleetError(
            .notActive,
            "process \(other), which is not the holder's tmux server (process \(pid)), listens on the holder's socket"
                + " \(shown)",
            hint: "end that server ('tmux -S \(ShellWord.quoted(path)) kill-server' ends all of its sessions), then run"
                + " 'mosaic fleet doctor --fix'")
    }

    /// For a message.
    package var shown: String { Printable.oneLine(path, limit: 120) }

    /// tmux refuses a directory that others may enter, or that is another user's.
    private func makeFolder() throws(FleetError) {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return }
        let folder = String(path[..<slash])
        var status = stat()
        guard !folder.isEmpty, lstat(folder, &status) != 0, errno == ENOENT else { return }
        func refuse(_ why: String) -> FleetError {
            FleetError(
                .io, "cannot make \(Printable.oneLine(folder)) for the holder's socket again: \(why)",
                hint:
                    "create it by hand with mode 0700, owned by the user of the holder, then run 'mosaic fleet doctor --fix'"
            )
        }
        // Made by another user it would be of no use to the server.
        guard stat("/proc/\(pid)", &status) == 0, status.st_uid == geteuid() else {
            throw refuse("the server is another user's")
        }
        var prefix = ""
        for part in folder.parts(at: "/") {
            prefix += "/" + part
            if mkdir(prefix, 0o700) != 0, errno != EEXIST { throw refuse(String(cString: strerror(errno))) }
        }
    }

    /// By the program's file; its name alone can be anything.
    static func isTmux(_ pid: Int32) -> Bool {
        guard var target = SmallFile.link("/proc/\(pid)/exe") else { return false }
        // Replaced by an upgrade while it runs.
        let deleted = Array(" (deleted)".utf8)
        if target.suffix(deleted.count).elementsEqual(deleted) { target.removeLast(deleted.count) }
        let name = target.split(separator: UInt8(ascii: "/")).last ?? []
        return name.elementsEqual("tmux".utf8) || name.starts(with: "tmux-".utf8) || name.starts(with: ".tmux".utf8)
    }
}

extension TmuxSocket {
    /// For a message.
    var shown: String {
        switch self {
        case .name(let name): "socket '\(Printable.oneLine(name))'"
        case .path(let path): "the socket \(Printable.oneLine(path))"
        }
    }

    /// Where a server that is started with this environment listens. Only for one that does not run: a running one is asked.
    func path(in environment: [String: String], user: UInt32) -> String {
        switch self {
        case .path(let path): return path
        case .name(let name):
            let folder = environment["TMUX_TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
            return HomeDirectory.withoutTrailingSlash(folder) + "/tmux-\(user)/\(name)"
        }
    }

    /// Whether a server with this socket may listen at the path: `tmux -L NAME` makes `…/tmux-UID/NAME`.
    func isPath(_ path: String) -> Bool {
        switch self {
        case .path(let own): return path.utf8.elementsEqual(own.utf8)
        case .name(let name):
            let parts = path.utf8.split(separator: UInt8(ascii: "/"))
            return parts.count > 1 && parts[parts.count - 1].elementsEqual(name.utf8)
                && parts[parts.count - 2].starts(with: "tmux-".utf8)
        }
    }
}
