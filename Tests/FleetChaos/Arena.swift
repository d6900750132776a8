internal import FleetFake
internal import FleetKit
internal import FleetTestSupport
internal import Glibc

/// A scripted fleet on one file system, and what must be true of it when no process is left.
final class Arena {
    let options: ChaosOptions
    let home: ScriptedHome
    private let mosaic: String
    private let scriptedMutex: UInt64
    /// As this process sees it; a preloaded library may tell the others something else.
    let hasFlock: Bool

    init(_ options: ChaosOptions, in place: String) throws {
        self.options = options
        mosaic = try options.mosaic ?? BuiltProduct.path("mosaic")
        hasFlock = try Self.hasFlock(place)
        home = try ScriptedHome(agents: 3, in: place, managerIn: hasFlock ? nil : "/tmp")
        var status = stat()
        guard stat(home.managerPath + "/mutex", &status) == 0 else { throw ChaosFailure("no scripted mutex") }
        scriptedMutex = UInt64(status.st_ino)
        let choice = options.mutex == "auto" ? "" : "\n[guard]\nmutex = \"\(options.mutex)\"\n"
        try ScriptedHome.write(ScriptedHome.roster(3) + choice, to: home.rosterPath)
        try home.makeRunDirectory()
        guard options.isUnguarded else { return }
        for folder in ["/other", "/other/fleet"] { try ScriptedHome.makeFolder(home.folder.path + folder) }
        try ScriptedHome.write(ScriptedHome.roster(3), to: home.folder.path + "/other/fleet/roster.toml")
    }

    var runDirectory: String { home.runDirectory }
    /// What decides about path mode is what the guard did, not what it was told.
    var isPathMode: Bool { options.mutex == "path" || options.preload != nil || !hasFlock }

    private static func hasFlock(_ place: String) throws -> Bool {
        let folder = FakeDirectory(in: place)
        let file = open(folder.path + "/probe", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw ChaosFailure("cannot make a file in \(place): \(errno)") }
        defer { close(file) }
        return flock(file, LOCK_EX | LOCK_NB) == 0
    }

    func start(_ words: [String], number: Int) throws -> TestProcess {
        var environment = home.environment
        if let preload = options.preload { environment["LD_PRELOAD"] = preload }
        // Two homes and two places for the holder's lock, one fleet: as if there were no guard between them.
        if options.isUnguarded && number % 2 == 1 {
            environment["MOSAIC_HOME"] = home.folder.path + "/other"
            environment["MOSAIC_FAKE_RUNTIME_DIR"] = home.folder.path + "/other"
        }
        return try TestProcess([mosaic, "fleet"] + words + ["--backend", "fake"], environment: environment)
    }

    /// Sets the units' times and empties the log, while nobody runs.
    func prepare(_ plan: RoundPlan) throws {
        guard unlink(home.managerPath + "/events.jsonl") == 0 || errno == ENOENT else {
            throw ChaosFailure("cannot remove the event log: \(errno)")
        }
        var holder = FakeUnit.holder(home.holder, startDelay: plan.unitTimes[0])
        holder.stopDelay = plan.unitTimes[1]
        holder.answersAfter = plan.unitTimes[2]
        holder.startLimitBurst = 0
        try home.fleet.install(
            [holder]
                + home.agents.map {
                    var agent = FakeUnit.agent($0, in: home.holder, runs: [.up(after: plan.unitTimes[3])])
                    agent.stopDelay = plan.unitTimes[1]
                    agent.startLimitBurst = 0
                    return agent
                })
    }

    /// The scripted manager's own mutex; the kernel says who has it.
    func holdsScriptedMutex(_ pid: pid_t) -> Bool {
        TestProcess.contents("/proc/locks").split(separator: "\n").contains { line in
            let fields = line.split(separator: " ")
            return fields.contains("\(pid)") && fields.contains { $0.hasSuffix(":\(scriptedMutex)") }
        }
    }

    // MARK: What must be true

    /// - Throws: `ChaosFailure` with the promise that was broken.
    func judge(_ tally: inout Tally) throws {
        try expectNoOverlap(&tally)
        try expectNobodyHoldsTheLock()
        let clock = SystemClock()
        let begin = clock.now()
        let last = try start(["restart", "--reason", "after the round"], number: 0, stableFor: "0")
        let end = try last.wait(within: .seconds(40))
        tally.after.add(clock.now() - begin)
        guard end == .exit(0) else {
            throw ChaosFailure("the restart after the round ended with \(end): \(last.output)\(last.errors)")
        }
        let left = FolderListing(runDirectory).entries.map(\.name)
            .filter { $0 != "restart.intents" && ($0 != "restart.mutex" || isPathMode) }
        guard left.isEmpty else { throw ChaosFailure("left in the run directory: \(left.joined(separator: " "))") }
        let states = try FakeServiceManager(directory: home.managerPath).states(
            of: [home.holder] + home.agents)
        for state in states where !state.isActive || state.job != nil {
            throw ChaosFailure("\(state.name) is \(state.activeState) (\(state.subState)) after the restart")
        }
        try expectNoOverlap(&tally)
    }

    private func start(_ words: [String], number: Int, stableFor: String) throws -> TestProcess {
        try start(words + ["--stable-for", stableFor], number: number)
    }

    private func expectNoOverlap(_ tally: inout Tally) throws {
        let log = try home.fleet.log()
        tally.events += log.events.count
        let overlaps = log.overlaps()
        tally.overlapsSeen += overlaps.count
        guard let first = overlaps.first else { return }
        let around = log.events.filter { $0.actor == first.first || $0.actor == first.second }
        throw ChaosFailure(
            "overlap of \(first.first) and \(first.second):\n"
                + around.map { "\($0.at) \($0.what) \($0.verb) \($0.unit) \($0.pid) \($0.actor)" }
                .joined(separator: "\n"))
    }

    /// Everybody is dead: the kernel's lock must be free, and a look must say so.
    private func expectNobodyHoldsTheLock() throws {
        let file = open(home.lockPath, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        if file >= 0 {
            defer { close(file) }
            guard !hasFlock || flock(file, LOCK_EX | LOCK_NB) == 0 else {
                throw ChaosFailure("somebody holds the lock although every process was reaped")
            }
            flock(file, LOCK_UN)
        }
        let inspect = try start(["lock", "inspect", "--json"], number: 0)
        try inspect.wait(within: .seconds(20))
        let verdict = try JSONText(inspect.output).object["verdict"] as? String ?? inspect.errors
        guard verdict == (file >= 0 ? "abandoned" : "free") else {
            throw ChaosFailure("the lock is \(verdict) after every process was reaped")
        }
    }
}
