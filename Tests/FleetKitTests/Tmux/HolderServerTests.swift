import FleetTestSupport
import Foundation
import Testing

@testable import FleetGuard
@testable import FleetKit

/// Real tmux servers in private folders.
@Suite("The holder's server", .timeLimit(.minutes(10)), .serialized)
struct HolderServerTests {
    let directory = FakeDirectory()
    private var path: String { directory.path + "/t/tmux-7/s" }
    private var folder: String { directory.path + "/t/tmux-7" }

    init() throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    /// A server started with signals blocked, as a test runner's children may be, would hear no signal.
    private func tmux(_ arguments: [String]) throws -> TestProcess {
        let program = try TmuxProgram.find(environment: ["PATH": "/usr/local/bin:/usr/bin:/bin"])
        return try TestProcess([program] + arguments, environment: [:])
    }

    private func server(at path: String) throws -> TestProcess {
        let process = try tmux(["-S", path, "-f", "/dev/null", "-D"])
        try eventually("a server at \(path)") { ListeningSocket.look(at: path) == .listener(process.pid) }
        return process
    }

    private func end(_ process: TestProcess) throws {
        kill(process.pid, SIGKILL)
        _ = try process.wait()
    }

    @Test("is found by its process, whatever the socket is called, and no other process is")
    func find() throws {
        let process = try server(at: path)
        let pid = process.pid
        let found = try #require(HolderServer.find(among: [getpid(), pid], socket: .path(path)))
        #expect(found.pid == pid && found.path == path && found.presence == .reachable)
        #expect(HolderServer.find(among: [pid], socket: .name("s")) == found)
        #expect(HolderServer.find(among: [pid], socket: .name("t")) == nil)
        #expect(HolderServer.find(among: [pid], socket: .path(path + "x")) == nil)
        #expect(HolderServer.find(among: [getpid(), 1], socket: .path(path)) == nil)
        #expect(try !found.revive())
    }

    @Test("the oldest of two counts: an agent may have started one of its own in the holder's cgroup")
    func oldest() throws {
        let holder = try server(at: path)
        let inner = directory.path + "/u/tmux-7"
        try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: true)
        let other = try server(at: inner + "/s")
        let pids = [other.pid, holder.pid]
        #expect(HolderServer.find(among: pids, socket: .name("s"))?.pid == holder.pid)
    }

    @Test(
        "a removed socket comes back with its directory, and so does one that a leftover file hides",
        arguments: ["file", "directory", "parent", "leftover"])
    func revive(_ what: String) throws {
        let process = try server(at: path)
        let found = try #require(HolderServer(process: process.pid, socket: .name("s")))
        switch what {
        case "file": try FileManager.default.removeItem(atPath: path)
        case "directory": try FileManager.default.removeItem(atPath: folder)
        case "parent": try FileManager.default.removeItem(atPath: directory.path + "/t")
        default:
            try FileManager.default.removeItem(atPath: path)
            try end(try server(at: path))
        }
        #expect(found.presence == .lost)
        // Still found, although nothing is left in the file system.
        #expect(HolderServer.find(among: [process.pid], socket: .name("s")) == found)
        #expect(try found.revive())
        #expect(found.presence == .reachable && process.isRunning)
        let mode = try FileManager.default.attributesOfItem(atPath: folder)[.posixPermissions] as? Int
        #expect(mode == 0o700)
        let client = try tmux(["-N", "-S", path, "new-session", "-d", "sleep", "9"])
        #expect(try client.wait() == .exit(0))
    }

    @Test("another server on its path is named, and left alone")
    func foreign() throws {
        let process = try server(at: path)
        let found = try #require(HolderServer(process: process.pid, socket: .name("s")))
        try FileManager.default.removeItem(atPath: path)
        let stranger = try server(at: path)
        let error = #expect(throws: FleetError.self) { try found.revive() }
        #expect(error?.message.contains("process \(stranger.pid)") == true)
        #expect(found.presence == .foreign(stranger.pid))
        // Also when it is stopped: the kernel still knows whose it is.
        kill(stranger.pid, SIGSTOP)
        #expect(found.presence == .foreign(stranger.pid))
    }

    @Test("a process without a handler for the signal, or one that has ended, is not signalled")
    func onlyTmux() throws {
        let process = try server(at: path)
        let found = try #require(HolderServer(process: process.pid, socket: .name("s")))
        try end(process)
        let error = #expect(throws: FleetError.self) { try found.revive() }
        #expect(error?.message.contains("has ended") == true)
    }
}
