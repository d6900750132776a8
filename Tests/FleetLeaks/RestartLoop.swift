internal import FleetDBus
internal import FleetGuard
internal import FleetKit
internal import Glibc

/// Restarts of one fleet, one after the other, each with everything made anew.
final class RestartLoop {
    private let folder: String
    private let roster: Roster
    private let processes: ProcFileSystem
    private var peer: pid_t = 0
    private var peerInput: CInt = -1

    /// - Parameter folder: empty; gets the mosaic home and the manager's socket.
    init(in folder: String, units: [String]) throws {
        self.folder = folder
        processes = try ProcFileSystem()
        for path in ["/home", "/systemd"] { mkdir(folder + path, 0o700) }
        roster = Roster(
            origin: .discovered,
            holder: .init(unit: try UnitName(units[0])),
            agents: try (1..<units.count).map { number throws(FleetError) in
                Roster.Agent(name: try AgentName("a\(number)"), unit: try UnitName(units[number]))
            })
        try startPeer()
    }

    private func startPeer() throws {
        var input: [CInt] = [0, 0]
        var output: [CInt] = [0, 0]
        guard pipe(&input) == 0, pipe(&output) == 0 else { fail("pipe: \(errno)") }
        for descriptor in [input[1], output[0]] { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input[0], 0)
        posix_spawn_file_actions_adddup2(&actions, output[1], 1)
        // Not /proc/self/exe itself: under valgrind only the link's text is this program's.
        var program = [CChar](repeating: 0, count: 4096)
        guard readlink("/proc/self/exe", &program, program.count - 1) > 0 else { fail("readlink: \(errno)") }
        var words: [UnsafeMutablePointer<CChar>?] =
            [strdup("fleet-leaks"), strdup("--peer"), strdup(folder + "/systemd/private"), nil]
        defer { for word in words { free(word) } }
        guard posix_spawn(&peer, program, &actions, nil, &words, environ) == 0 else { fail("no peer") }
        close(input[0])
        close(output[1])
        peerInput = input[1]
        var byte: UInt8 = 0
        guard read(output[0], &byte, 1) == 1 else { fail("the peer does not listen") }
        close(output[0])
    }

    /// Ends the peer; it sees the end of its input.
    func end() {
        guard peer > 0 else { return }
        close(peerInput)
        var status: CInt = 0
        while waitpid(peer, &status, 0) < 0 && errno == EINTR {}
        peer = 0
    }

    func turn() throws {
        let time = SystemTime()
        let store = try FileLockStore.open(home: folder + "/home", mutex: .auto, time: time, processes: processes)
        let guarded = Guard(store: store, time: time, processes: processes)
        let manager = try DBusServiceManager(scope: .user, environment: ["XDG_RUNTIME_DIR": folder])
        var options = RestartOptions()
        options.stableFor = .zero
        let request = LockRequest(scope: .fleet, command: "fleet-leaks", reason: "leaks")
        let roster = self.roster
        let home = folder + "/home"
        let processes = self.processes
        try guarded.withLock(request, WaitPolicy()) { lock throws(FleetError) in
            // Another process's look and its wait.
            let other = try FileLockStore.open(home: home, mutex: .auto, time: time, processes: processes)
            if let seen = try other.observe() {
                let watch = try other.makeWatch()
                try watch.wait(after: seen, timeout: .zero)
                watch.close()
            }
            let operation = RestartOperation(manager: manager, roster: roster, options: options)
            let report = try operation.run(holding: lock)
            guard report.exitStatus == .done else {
                throw FleetError(.noServiceManager, "the restart failed: \(report)", hint: "see Peer.swift")
            }
        }
    }
}
