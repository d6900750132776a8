package import FleetFake
package import FleetGuard
package import FleetKit
internal import FoundationEssentials
package import Glibc

/// A mosaic home of its own with a roster, whose fleet is scripted (`--backend fake`), and the `mosaic` processes that
/// act on it.
package final class ScriptedHome {
    package let folder: FakeDirectory
    /// The scripted manager's, where the home's file system has no `flock`.
    private let managerFolder: FakeDirectory?
    package var managerPath: String { (managerFolder ?? folder).path + "/systemd" }
    package let fleet: FakeFleet
    package let holder: UnitName
    package let agents: [UnitName]

    package var path: String { folder.path + "/home" }
    package var runDirectory: String { path + "/fleet/run" }
    package var lockPath: String { runDirectory + "/restart.lock" }
    package var rosterPath: String { path + "/fleet/roster.toml" }

    /// How slowly the scripted units do things.
    package struct Pace: Sendable {
        package var stop: Duration
        package var holderStart: Duration
        package var holderAnswers: Duration
        package var agentStart: Duration

        package static let instant = Pace(stop: .zero, holderStart: .zero, holderAnswers: .zero, agentStart: .zero)
        /// Each phase lasts long enough to be caught in it.
        package static let slow = Pace(
            stop: .milliseconds(150), holderStart: .milliseconds(150), holderAnswers: .milliseconds(150),
            agentStart: .milliseconds(150))

        package init(stop: Duration, holderStart: Duration, holderAnswers: Duration, agentStart: Duration) {
            self.stop = stop
            self.holderStart = holderStart
            self.holderAnswers = holderAnswers
            self.agentStart = agentStart
        }
    }

    /// Agents `a1`, `a2`, …; the fleet is up.
    /// - Parameters:
    ///   - inOneBatch: whether the holder lets a restart be one batch; without, its old run leaves a process behind
    ///     for a moment, so the restart goes through its phases, each of which a test can catch.
    ///   - parent: an existing directory; chooses the file system.
    ///   - managerParent: the same for the scripted manager's own files, which need `flock`.
    package init(
        agents count: Int = 3, pace: Pace = .instant, isUp: Bool = true, inOneBatch: Bool = false,
        in parent: String = "/tmp", managerIn managerParent: String? = nil
    ) throws {
        folder = FakeDirectory(in: parent)
        managerFolder = managerParent.map { FakeDirectory(in: $0) }
        let holder = try UnitName("mosaic-tmux-holder.service")
        let agents = try (1...count).map { try UnitName("mosaic-agent@a\($0).service") }
        self.holder = holder
        self.agents = agents
        fleet = FakeFleet(directory: (managerFolder ?? folder).path + "/systemd")
        try Self.makeFolder(path)
        try Self.makeFolder(path + "/fleet")
        try Self.write(Self.roster(count), to: rosterPath)
        var host = FakeUnit.holder(holder, startDelay: pace.holderStart)
        host.answersAfter = pace.holderAnswers
        host.stopDelay = pace.stop
        if !inOneBatch { host.linger = .milliseconds(1) }
        try fleet.install(
            [host]
                + agents.map {
                    var unit = FakeUnit.agent($0, in: holder, runs: [.up(after: pace.agentStart)])
                    unit.stopDelay = pace.stop
                    return unit
                })
        if isUp { try fleet.bringUp([holder] + agents) }
    }

    package static func roster(_ count: Int) -> String {
        "version = 1\n"
            + (1...count).map { "\n[[agent]]\nname = \"a\($0)\"\ncommand = [\"sleep\", \"infinity\"]\n" }.joined()
    }

    /// Without anything of the caller's that could lead to another fleet.
    package var environment: [String: String] {
        [
            "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": folder.path, "MOSAIC_HOME": path,
            "MOSAIC_FAKE_DIR": managerPath, "LANG": "C.UTF-8",
        ]
    }

    // MARK: Processes

    /// `mosaic fleet WORDS… --backend fake`, or words that end in another backend.
    package func mosaic(
        _ words: String..., input: TestProcess.Input = .none, environment: [String: String] = [:],
        wrapper: [String] = [], backend: String = "fake"
    ) throws -> TestProcess {
        try mosaic(words, input: input, environment: environment, wrapper: wrapper, backend: backend)
    }

    package func mosaic(
        _ words: [String], input: TestProcess.Input = .none, environment extra: [String: String] = [:],
        wrapper: [String] = [], backend: String = "fake"
    ) throws -> TestProcess {
        // Options come before a `--`.
        let end = words.firstIndex(of: "--") ?? words.endIndex
        let line = words[..<end] + ["--backend", backend] + words[end...]
        return try TestProcess(
            wrapper + [try BuiltProduct.path("mosaic"), "fleet"] + line,
            environment: environment.merging(extra) { _, new in new }, input: input)
    }

    /// The same on a terminal.
    package func terminal(
        _ words: String..., columns: Int = 80, rows: Int = 24, environment extra: [String: String] = [:]
    ) throws -> SizedTerminal {
        try SizedTerminal(
            columns: columns, rows: rows, environment: environment.merging(extra) { _, new in new },
            [try BuiltProduct.path("mosaic"), "fleet"] + words + ["--backend", "fake"])
    }

    /// A process that owns the restart lock, makes no progress and sends nothing, until its input ends.
    package func idleOwner() throws -> TestProcess {
        let owner = try TestProcess(
            [try BuiltProduct.path("guard-holder"), "lock", path], environment: environment, input: .open)
        try owner.waitForOutput("owns ")
        return owner
    }

    /// Stops the process while it is not inside the scripted manager's own mutex: a real systemd has none that a
    /// frozen client could hold.
    package func freeze(_ process: TestProcess) throws {
        let mutex = open(managerPath + "/mutex", O_RDWR | O_CLOEXEC)
        guard mutex >= 0 else { throw DeadlineMissed("the scripted manager has no mutex: \(errno)") }
        defer { close(mutex) }
        try eventually("\(process.pid) is frozen outside of the scripted manager") {
            try process.freeze()
            if flock(mutex, LOCK_EX | LOCK_NB) == 0 { return true }
            process.thaw()
            return false
        }
        flock(mutex, LOCK_UN)
    }

    // MARK: What is there

    package func sent(by pid: pid_t? = nil) throws -> [FakeEvent] {
        try fleet.log().events.filter { $0.what == .sent && (pid == nil || $0.pid == pid) }
    }

    package var lockExists: Bool {
        var status = stat()
        return lstat(lockPath, &status) == 0
    }

    /// The record of the lock that is there now.
    package func lockRecord() throws -> LockRecordText? {
        let bytes = Array(TestProcess.contents(lockPath).utf8)
        return bytes.isEmpty ? nil : try LockRecordText(parsing: bytes)
    }

    /// What is in the run directory beside the files that stay for ever: nothing, when every lock was released.
    package var leftovers: [String] {
        let permanent = ["restart.mutex", "restart.intents", "restart.nested"]
        return FolderListing(runDirectory).entries.map(\.name).filter { !permanent.contains($0) }
    }

    // MARK: Files

    package static func makeFolder(_ path: String, mode: mode_t = 0o700) throws {
        guard mkdir(path, mode) == 0 || errno == EEXIST else { throw DeadlineMissed("mkdir \(path): \(errno)") }
        chmod(path, mode)
    }

    package func makeRunDirectory() throws { try Self.makeFolder(runDirectory) }

    package static func write(_ text: String, to path: String) throws { try write(Array(text.utf8), to: path) }

    package static func write(_ bytes: [UInt8], to path: String) throws {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw DeadlineMissed("open \(path): \(errno)") }
        defer { close(file) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            guard count > 0 else { throw DeadlineMissed("write \(path): \(errno)") }
            rest = rest.dropFirst(count)
        }
    }
}
