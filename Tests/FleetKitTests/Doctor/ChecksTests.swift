import FleetTestSupport
import Glibc
import Testing

@testable import FleetGuard
@testable import FleetKit

/// Each check on something that is well, and on everything that it is there to find.
@Suite("The doctor's checks", .timeLimit(.minutes(10)))
struct ChecksTests {
    // MARK: The way to systemd

    @Test func theManagerIsReachedOrItIsSaidWhyNot() throws {
        let ward = try Ward()
        #expect(ward.examine(ManagerCheck()) == (.ok, "a stub", ""))
        ward.connection.remark = "using systemctl, because D-Bus cannot be used: no bus"
        let second = ward.examine(ManagerCheck())
        #expect(second.level == .warning)
        #expect(second.message.contains("no bus") && second.advice.contains("dbus-user-session"))
        ward.connection = .init(manager: .failure(FleetError(.noServiceManager, "nobody answers", hint: "do this")))
        #expect(ward.examine(ManagerCheck()) == (.failure, "nobody answers", "do this"))
    }

    @Test func theRuntimeDirectoryIsThereAndOurs() throws {
        let ward = try Ward()
        let check = RuntimeDirectoryCheck()
        let xdg = ward.folder.path + "/xdg"
        let usual = "/run/user/\(getuid())"
        #expect(ward.examine(check) == (.ok, xdg, ""))
        chmod(xdg, 0o755)
        #expect(ward.examine(check) == (.warning, "\(xdg) is open to other users (mode 755)", "chmod 700 '\(xdg)'"))
        rmdir(xdg)
        #expect(ward.examine(check).level == .failure)
        #expect(ward.examine(check).message == "XDG_RUNTIME_DIR is \(xdg), which is not a directory")
        for value in [nil, "run/me"] {
            ward.environment["XDG_RUNTIME_DIR"] = value
            #expect(ward.examine(check).level == .failure)
            #expect(ward.examine(check).advice.contains("loginctl enable-linger"))
        }
        try ward.install(usual + "/bus")
        #expect(ward.examine(check).level == .warning)
        #expect(ward.examine(check).advice == "export XDG_RUNTIME_DIR=\(usual)")
        ward.scope = .system
        #expect(ward.examine(check) == (.ok, "not needed with --system", ""))
    }

    @Test func anotherUsersRuntimeDirectoryIsAFailure() throws {
        let ward = try Ward()
        ward.machine.user = getuid() + 1
        let found = ward.examine(RuntimeDirectoryCheck())
        #expect(found.level == .failure && found.message.contains("which belongs to user \(getuid())"))
        #expect(found.advice == "export XDG_RUNTIME_DIR=/run/user/\(getuid() + 1)")
    }

    @Test func lingerIsLookedUpWhereLogindKeepsIt() throws {
        let ward = try Ward()
        let check = LingerCheck()
        #expect(ward.examine(check).level == .ok)
        #expect(ward.examine(check).message.contains("not booted by systemd"))
        try ward.install("/run/systemd/system/x")
        let user = try #require(ward.machine.userName)
        #expect(ward.examine(check).level == .warning && ward.examine(check).advice == "loginctl enable-linger")
        try ward.install("/var/lib/systemd/linger/\(user)")
        #expect(ward.examine(check) == (.ok, "the service manager of \(user) runs without a login", ""))
        ward.machine.user = 3_999_999_999
        #expect(ward.examine(check).level == .warning)
        ward.scope = .system
        #expect(ward.examine(check).level == .ok)
    }

    @Test(
        "versions are read and compared",
        arguments: [
            ("systemctl", "systemd 252 (252.39-1~deb12u1)", Diagnosis.Level.ok),
            ("systemctl", "systemd 248", .ok), ("systemctl", "systemd 247 (247.3-7)", .failure),
            ("systemctl", "no number at all", .warning), ("systemctl", nil, .warning),
            ("tmux", "tmux 3.3a", .ok), ("tmux", "tmux 3.2", .ok), ("tmux", "tmux next-3.4", .ok),
            ("tmux", "tmux 3.1c", .failure), ("tmux", "tmux 2.9", .failure), ("tmux", "tmux master", .warning),
            ("tmux", nil, .failure),
        ] as [(String, String?, Diagnosis.Level)])
    func versions(program: String, line: String?, level: Diagnosis.Level) async throws {
        try await onOwnThread {
            let ward = try Ward()
            if let line { try ward.program(program, says: line) }
            let found = ward.examine(program == "tmux" ? TmuxVersionCheck() : SystemdVersionCheck())
            #expect(found.level == level, "\(found)")
            if let line { #expect(found.message.contains(level == .failure && program != "tmux" ? "too old" : line)) }
            #expect(found.advice.isEmpty == (level == .ok))
        }
    }

    // MARK: The units

    @Test func aRosterIsReadOrItsErrorIsTold() throws {
        #expect(try Ward().examine(RosterCheck()).message.hasSuffix("roster.toml: 2 agents"))
        #expect(try Ward(roster: "version = 1\n").examine(RosterCheck()).level == .warning)
        let broken = try Ward(roster: "version = 2\n").examine(RosterCheck())
        #expect(broken.level == .failure && broken.message.contains("roster.toml:1:"))
    }

    @Test(
        "the holder's teardown must end, and its server must start",
        arguments: [("control-group", true), ("mixed", true), ("process", false), ("none", false)])
    func holder(killMode: String, isWell: Bool) throws {
        let ward = try Ward()
        ward.manager.settings[ward.holder]?.killMode = killMode
        let found = ward.examine(HolderCheck())
        #expect(found.level == (isWell ? .ok : .failure))
        #expect(found.message.contains("KillMode=\(killMode)"))
    }

    @Test(
        "a holder that is not there, masked, broken or without a server is told apart",
        arguments: [("not-found", "mosaic fleet init"), ("masked", "unmask"), ("bad-setting", "status")])
    func holderIsNotLoaded(state: String, advice: String) throws {
        let ward = try Ward()
        ward.manager.states[ward.holder]?.loadState = state
        #expect(ward.examine(HolderCheck()).level == .failure)
        #expect(ward.examine(HolderCheck()).advice.contains(advice))
    }

    @Test func aHolderThatStartsNoServerIsAFailure() throws {
        let ward = try Ward()
        ward.manager.settings[ward.holder]?.commands = [["/usr/bin/tmux", "-L", "s", "-D"]]
        #expect(ward.examine(HolderCheck()).level == .ok)
        ward.manager.settings[ward.holder]?.commands = [["/usr/bin/tmux", "-N", "-L", "s", "start-server"]]
        #expect(ward.examine(HolderCheck()).message.contains("-N"))
        #expect(ward.examine(HolderCheck()).level == .failure)
    }

    @Test func whatAnEarlierEditionMissesIsNamedWithTheLeastHarmfulSteps() throws {
        let ward = try Ward()
        let (first, second) = (ward.units[0], ward.units[1])
        let old = ["/usr/bin/mosaic", "fleet", "session", "--tmux", "/usr/bin/tmux", "--name", "a", "--"]
        ward.manager.settings[first]?.commands = [old + ["x", "--holder"]]
        var finding = ward.examine(AgentsCheck())
        #expect(finding.level == .warning)
        #expect(finding.message.hasPrefix("\(first): its unit was written by an earlier version"))
        let name = try #require(first.instance)
        #expect(
            finding.advice.contains("mosaic fleet init") && finding.advice.contains("mosaic fleet restart \(name)"))
        ward.manager.settings[first]?.commands = [old.dropLast() + ["--holder", ward.holder.rawValue, "--", "x"]]
        #expect(ward.examine(AgentsCheck()).level == .ok)
        // Its files are newer than its run.
        ward.manager.states[second]?.activeState = "active"
        ward.manager.settings[second]?.path = "/proc/self/stat"
        ward.manager.settings[second]?.mainStartedAt = 1
        finding = ward.examine(AgentsCheck())
        #expect(finding.level == .warning)
        #expect(finding.message.hasPrefix("\(second): it is outdated: "))
        #expect(!finding.advice.contains("init") && finding.advice.contains("mosaic fleet restart"))
    }

    @Test func agentsAreBoundToTheHolderAndStartNoServer() throws {
        let ward = try Ward()
        let (first, second) = (ward.units[0], ward.units[1])
        #expect(ward.examine(AgentsCheck()) == (.ok, "2 bound to \(ward.holder)", ""))
        ward.manager.states[first]?.requirements = []
        #expect(ward.examine(AgentsCheck()).level == .warning)
        #expect(ward.examine(AgentsCheck()).message.hasPrefix("\(first): no Requires=\(ward.holder)"))
        ward.manager.states[first]?.requirements = [ward.holder.rawValue]
        ward.manager.settings[second]?.killMode = "none"
        #expect(ward.examine(AgentsCheck()).level == .warning)
        ward.manager.states[second]?.after = ["basic.target"]
        #expect(ward.examine(AgentsCheck()).level == .failure)
        #expect(ward.examine(AgentsCheck()).message.hasPrefix("\(second): no After=\(ward.holder)"))
        ward.manager.states[second] = nil
        #expect(ward.examine(AgentsCheck()).message == "\(second): there is no unit")
        #expect(ward.examine(AgentsCheck()).advice.contains("mosaic fleet init"))
        ward.manager.states[second] = UnitState(name: second, loadState: "masked")
        #expect(ward.examine(AgentsCheck()).message == "\(second): masked, so nothing can start it")
        #expect(ward.examine(AgentsCheck()).advice == "run 'systemctl --user unmask -- \(second)'")
        // A broken 50-local.conf is the operator's own, which `init` does not touch, with --force or without.
        ward.manager.states[second] = UnitState(name: second, loadState: "bad-setting")
        #expect(ward.examine(AgentsCheck()).message == "\(second): systemd cannot load it")
        #expect(ward.examine(AgentsCheck()).advice.contains("systemctl --user status -- \(second)"))
        #expect(!ward.examine(AgentsCheck()).advice.contains("--force"))
    }

    @Test("what failed is not called well: the holder, and an agent that systemd has given up")
    func failedUnits() throws {
        let ward = try Ward()
        ward.manager.states[ward.holder]?.activeState = "failed"
        ward.manager.states[ward.holder]?.result = "start-limit-hit"
        let holder = ward.examine(HolderCheck())
        #expect(holder.level == .failure && holder.message.hasPrefix("\(ward.holder) failed: start-limit-hit"))
        #expect(holder.advice.contains("mosaic fleet logs --holder") && holder.advice.contains("mosaic fleet start"))
        ward.manager.states[ward.holder]?.activeState = "activating"
        ward.manager.states[ward.holder]?.subState = "auto-restart"
        #expect(ward.examine(HolderCheck()).level == .failure)
        ward.manager.states[ward.units[0]]?.activeState = "failed"
        let agents = ward.examine(AgentsCheck())
        #expect(agents.level == .failure && agents.message == "\(ward.units[0]): failed, and systemd has given up")
        #expect(agents.advice.contains("mosaic fleet logs -n 50 a1"))
    }

    @Test("an agent's directory and its program are looked for where the manager would")
    func agentPrograms() throws {
        let roster = { (directory: String, command: String) in
            "version = 1\n[holder]\nsocket = \"s\"\n[[agent]]\nname = \"a1\"\ndirectory = \"\(directory)\"\n"
                + "command = [\"\(command)\"]\n"
        }
        let check = AgentProgramsCheck()
        let ward = try Ward(roster: roster("/gone/away", "sh"))
        #expect(ward.examine(check).level == .failure)
        #expect(ward.examine(check).message == "agent 'a1': its directory /gone/away does not exist")
        #expect(ward.examine(check).advice.hasPrefix("create it: mkdir -p /gone/away"))
        // Of a manager that does not say where it searches nothing is known.
        #expect(try Ward(roster: roster("~", "no-such-program")).examine(check).level == .ok)
        let other = try Ward(roster: roster("~", "no-such-program"))
        other.manager.path = other.bin
        #expect(
            other.examine(check).message == "agent 'a1': its program no-such-program is not found in PATH=\(other.bin)")
        try other.write("bin/no-such-program", "")
        #expect(other.examine(check).message.contains("is not executable in PATH="))
        try other.program("no-such-program", says: "")
        #expect(other.examine(check).level == .ok)
        // The unit's own PATH counts too; a file of variables may say anything.
        let third = try Ward(roster: roster("~", "elsewhere"))
        third.manager.path = "/nonexistent"
        try third.program("elsewhere", says: "")
        #expect(third.examine(check).level == .failure)
        third.manager.settings[third.units[0]]?.environment = ["A=1", "PATH=\(third.bin)"]
        #expect(third.examine(check).level == .ok)
        third.manager.settings[third.units[0]]?.environment = nil
        #expect(third.examine(check).level == .ok)
        let absolute = try Ward(roster: roster("~", "/gone/program"))
        #expect(absolute.examine(check).message == "agent 'a1': its program /gone/program does not exist")
    }

    @Test("a disk without room for the lock is a failure")
    func diskSpace() throws {
        let ward = try Ward()
        #expect(ward.examine(DiskSpaceCheck()).level == .ok)
        let full = ward.examine(DiskSpaceCheck(probe: { _, _ in ENOSPC }))
        #expect(full.level == .failure && full.message.contains("every restart would end with status 74"))
        #expect(full.advice.contains("df -h"))
        #expect(FolderListing(ward.home.runDirectory).entries.isEmpty)
    }

    @Test(
        "tmux without -N is seen",
        arguments: [
            ("/usr/bin/tmux -N -L s new-session -d", true), ("/usr/bin/tmux -2N new -d", true),
            ("/usr/bin/tmux -L N new -d", false), ("/usr/bin/tmux -LN new -d", false),
            ("/usr/bin/tmux new -d -N", false), ("/usr/bin/tmux", false),
            ("/usr/bin/mosaic fleet session --holder h.service", true),
        ])
    func agentsTmux(line: String, isWell: Bool) throws {
        let ward = try Ward()
        ward.manager.settings[ward.units[0]]?.commands = [line.split(separator: " ").map(String.init)]
        #expect(ward.examine(AgentsCheck()).level == (isWell ? .ok : .failure))
    }

    @Test(
        "restart settings that loop, and those that give up within a blink",
        arguments: [
            ("always", 2.0, 60, 10, RestartLimitsCheck.Judgement.sound), ("no", 0, 0, 0, .sound),
            ("always", 2, 0, 10, .endless), ("on-failure", 2, 60, 0, .endless), ("always", 10, 10, 5, .endless),
            ("always", 6, 60, 10, .endless), ("always", 5.9, 60, 10, .sound), ("always", 0.1, 10, 5, .hasty),
            ("on-failure", 0, 10, 5, .hasty), ("always", 1e9, 60, 10, .endless),
        ] as [(String, Double, Int, UInt32, RestartLimitsCheck.Judgement)])
    func limits(
        restart: String, delay: Double, interval: Int, burst: UInt32, is judgement: RestartLimitsCheck.Judgement
    ) throws {
        let ward = try Ward()
        let unit = ward.units[1]
        ward.manager.settings[unit] = UnitSettings(
            name: unit, restart: restart, restartDelay: .seconds(delay), startLimitInterval: .seconds(interval),
            startLimitBurst: burst)
        let settings = try #require(ward.manager.settings[unit])
        #expect(RestartLimitsCheck.judge(settings) == judgement)
        let found = ward.examine(RestartLimitsCheck())
        #expect(found.level == (judgement == .sound ? .ok : .warning))
        #expect(found.message.contains(unit.rawValue) == (judgement != .sound))
    }

    @Test func aUnitThatLoopsNowIsAFailure() throws {
        let ward = try Ward()
        ward.manager.states[ward.units[0]]?.subState = "auto-restart"
        let found = ward.examine(RestartLimitsCheck())
        #expect(found.level == .failure)
        #expect(found.message == "in a restart loop: \(ward.units[0])")
    }

    // MARK: The tmux server

    private final class Answer: HolderProbe {
        let answer: ProbeAnswer
        init(_ answer: ProbeAnswer) { self.answer = answer }
        func ask(among processes: [Int32]) throws(FleetError) -> ProbeAnswer { answer }
    }

    /// Where the fleet's server would listen, and whose process does.
    private func check(listener: Int32? = nil, at place: String? = nil) -> ServerCheck {
        ServerCheck(
            probe: { _, _ in Answer(.silent("no server")) }, find: { _, _ in nil },
            listener: { $0 == "/there/tmux-\(geteuid())/s" ? listener : nil }, place: { _ in place })
    }

    @Test("Without a server of the holder's, its place is looked at where the manager, not the caller, puts it")
    func noServer() throws {
        let ward = try Ward()
        ward.environment["TMUX_TMPDIR"] = "/elsewhere"
        ward.manager.footing.environment = ["TMUX_TMPDIR": "/there"]
        let inAgent = ward.examine(check(listener: 9, at: "/fleet/\(ward.units[1])/x"))
        #expect(
            inAgent.level == .failure && inAgent.message.contains("runs in \(ward.units[1]), not in \(ward.holder)"))
        let elsewhere = ward.examine(check(listener: 9, at: "/user.slice"))
        #expect(elsewhere.level == .failure && elsewhere.message.contains("process 9, which is not in"))
        #expect(elsewhere.advice.contains("tmux -S /there/tmux-\(geteuid())/s kill-server"))
        #expect(!elsewhere.advice.contains("restart"))
        let none = ward.examine(check())
        #expect(none.level == .failure && none.message.contains("none of its processes is a tmux server"))
        ward.manager.states[ward.holder]?.activeState = "inactive"
        #expect(ward.examine(check()).level == .ok)
        #expect(ward.examine(check(listener: 9)).level == .failure)
        #expect(try Ward(roster: "version = 1\n").examine(check()).level == .warning)
    }

    @Test("A lost socket is a failure that --fix cures, and another server in its place one that it does not")
    func lostSocket() throws {
        let ward = try Ward()
        let folder = ward.folder.path + "/tmux-7"
        try ScriptedHome.makeFolder(folder)
        let holder = try TestProcess(["/usr/bin/tmux", "-f", "/dev/null", "-S", folder + "/s", "-D"], environment: [:])
        try eventually("its socket") { ListeningSocket.look(at: folder + "/s") == .listener(holder.pid) }
        ward.manager.members[ward.holder] = [holder.pid]
        ward.environment["PATH"] = "/usr/bin:/bin"
        #expect(ward.examine(ServerCheck()) == (.ok, "process \(holder.pid), in \(ward.holder)", ""))
        #expect(unlink(folder + "/s") == 0 && rmdir(folder) == 0)
        let lost = ward.examine(ServerCheck())
        #expect(lost.level == .failure && lost.message.contains("(process \(holder.pid)) is gone: \(folder)/s"))
        #expect(lost.advice.contains("doctor --fix") && !lost.advice.contains("restart"))
        let treated = ward.treat(ServerCheck())
        #expect(treated.repaired == "restored the socket \(folder)/s" && treated.diagnosis.level == .ok)
        #expect(unlink(folder + "/s") == 0)
        let stranger = try TestProcess(
            ["/usr/bin/tmux", "-f", "/dev/null", "-S", folder + "/s", "-D"], environment: [:])
        try eventually("its socket") { ListeningSocket.look(at: folder + "/s") == .listener(stranger.pid) }
        let foreign = ward.treat(ServerCheck())
        #expect(foreign.repaired == nil && foreign.diagnosis.level == .failure)
        #expect(foreign.diagnosis.message.contains("process \(stranger.pid), which is not the holder's"))
        #expect(foreign.diagnosis.advice.contains("kill-server") && !foreign.diagnosis.advice.contains("fleet restart"))
    }

    // MARK: The run directory

    @Test func theRunDirectoryIsOursAloneOrMadeSo() throws {
        let ward = try Ward()
        let check = RunDirectoryCheck()
        let run = ward.home.runDirectory
        #expect(ward.examine(check) == (.ok, "\(run) is private to this user", ""))
        chmod(run, 0o755)
        #expect(ward.examine(check) == (.warning, "\(run) can be read by other users", "chmod 700 '\(run)'"))
        chmod(run, 0o777)
        chmod(ward.home.path, 0o775)
        #expect(ward.examine(check).level == .failure)
        #expect(Self.mode(run) == 0o777)
        let treated = ward.treat(check)
        #expect(treated.diagnosis.level == .ok)
        #expect(treated.repaired == "removed other users' permissions from \(ward.home.path), \(run)")
        #expect(Self.mode(run) == 0o700 && Self.mode(ward.home.path) == 0o755)
    }

    @Test func aMissingRunDirectoryIsMadeAndALinkIsLeftAlone() throws {
        let ward = try Ward()
        let run = ward.home.runDirectory
        rmdir(run)
        #expect(ward.examine(RunDirectoryCheck()).level == .ok)
        #expect(access(run, F_OK) != 0)
        let treated = ward.treat(RunDirectoryCheck())
        #expect(treated.repaired == "made \(run)" && treated.diagnosis.level == .ok)
        #expect(Self.mode(run) == 0o700)
        rmdir(run)
        symlink(ward.folder.path + "/xdg", run)
        chmod(ward.folder.path + "/xdg", 0o777)
        let linked = ward.treat(RunDirectoryCheck())
        #expect(linked.diagnosis.level == .failure && linked.repaired == nil)
        #expect(Self.mode(ward.folder.path + "/xdg") == 0o777)
    }

    private static func mode(_ path: String) -> UInt32 {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
    }

    @Test(
        "flock is tried, and what it means depends on the roster",
        arguments: [
            (KernelLockProbe.Answer.works, "auto", Diagnosis.Level.ok), (.works, "path", .ok),
            (.unsupported("No locks available"), "auto", .warning),
            (.unsupported("No locks available"), "path", .warning),
            (.unsupported("No locks available"), "kernel", .failure), (.ineffective, "auto", .failure),
            (.ineffective, "kernel", .failure), (.ineffective, "path", .ok),
        ])
    func flock(answer: KernelLockProbe.Answer, mutex: String, level: Diagnosis.Level) throws {
        let ward = try Ward(roster: "version = 1\n[guard]\nmutex = \"\(mutex)\"\n")
        let found = ward.examine(KernelLockCheck(probe: { _ in answer }))
        #expect(found.level == level)
        #expect(found.message.contains(ward.home.runDirectory))
        #expect(found.advice.isEmpty == (level == .ok))
    }

    @Test(arguments: ["/tmp", "/dev/shm"])
    func theLockIsTriedWithoutATrace(_ place: String) throws {
        let folder = FakeDirectory(in: place)
        let before = FolderListing(folder.path)
        var status = stat()
        stat(folder.path, &status)
        #expect(try KernelLockProbe.ask(in: folder.path) == .works)
        #expect(abs(try KernelLockProbe.clockSkew(in: folder.path, wallClock: SystemTime().wallClock())) < 1)
        #expect(FolderListing(folder.path) == before)
        #expect(throws: FleetError.self) { try KernelLockProbe.ask(in: folder.path + "/missing") }
    }

    @Test func stagingFilesOfTheDeadAreSwept() throws {
        let ward = try Ward()
        let check = LeftoversCheck()
        let run = ward.home.runDirectory
        #expect(ward.examine(check).level == .ok)
        try ward.write("mosaic/fleet/run/staging-dead", "half a rec")
        try ward.write("mosaic/fleet/run/staging-live", "a record")
        try ward.write("mosaic/fleet/run/restart.intents", "kept")
        let live = try #require(Self.inode(run + "/staging-live"))
        ward.processes.writing = { $0.inode == live ? [4711] : [] }
        let found = ward.examine(check)
        #expect(found.level == .warning)
        #expect(found.message == "staging files of dead processes in \(run): staging-dead")
        // The repair asks the real kernel, and there this process has the live one open.
        let descriptor = open(run + "/staging-live", O_RDWR | O_CLOEXEC)
        defer { close(descriptor) }
        let treated = ward.treat(check)
        #expect(treated.repaired == "removed staging-dead")
        #expect(treated.diagnosis.level == .ok)
        let left = Set(FolderListing(run).entries.map(\.name))
        #expect(left == ["staging-live", "restart.intents", "restart.mutex"])
    }

    private static func inode(_ path: String) -> UInt64? {
        var status = stat()
        return lstat(path, &status) == 0 ? UInt64(status.st_ino) : nil
    }

    // MARK: The clock, the documents

    @Test func theClockIsSetAndKeptRight() throws {
        let ward = try Ward()
        let even: @Sendable (String, Double) -> Double = { _, _ in 0.5 }
        #expect(ward.examine(ClockCheck(skew: even)) == (.ok, "synchronised", ""))
        let ahead = ward.examine(ClockCheck(skew: { _, _ in 90 }))
        #expect(ahead.level == .warning && ahead.message.hasSuffix("is 90 s ahead"))
        #expect(ward.examine(ClockCheck(skew: { _, _ in -90 })).message.hasSuffix("is 90 s behind"))
        ward.machine.isClockSynchronized = { false }
        #expect(ward.examine(ClockCheck(skew: even)).level == .warning)
        ward.machine.isClockSynchronized = { nil }
        #expect(ward.examine(ClockCheck(skew: even)).level == .ok)
        ward.time.stepWallClock(by: -1e9)
        #expect(ward.examine(ClockCheck(skew: even)).message.contains("never set"))
    }

    @Test func theManualIsLookedForWhereItIsInstalled() throws {
        for page in [
            "/usr/share/man/man1/mosaic-fleet.1.gz", "/usr/local/share/man/man1/mosaic-fleet.1",
            "/usr/mosaic/share/man/man1/mosaic-fleet.1",
        ] {
            let ward = try Ward()
            ward.machine.program = "/usr/mosaic/bin/mosaic"
            #expect(ward.examine(ManualCheck()).level == .warning)
            try ward.install(page)
            #expect(ward.examine(ManualCheck()) == (.ok, page, ""))
        }
    }

    @Test func completionsAreWantedForTheShellsThatAreThere() throws {
        let ward = try Ward()
        let check = CompletionsCheck()
        #expect(ward.examine(check).level == .ok)
        for shell in ["bash", "zsh", "fish"] { try ward.program(shell, says: "") }
        #expect(ward.examine(check).message == "not installed for bash, zsh, fish")
        try ward.install("/usr/share/bash-completion/completions/mosaic")
        try ward.install("/usr/share/zsh/vendor-completions/_mosaic")
        #expect(ward.examine(check).message == "not installed for fish")
        try ward.install("/usr/share/fish/vendor_completions.d/mosaic.fish")
        #expect(ward.examine(check) == (.ok, "for bash, zsh, fish", ""))
    }

    @Test func plugInsThatNeverRunAreWarnedOf() throws {
        let ward = try Ward()
        #expect(ward.examine(PluginsCheck()) == (.ok, "none in PATH", ""))
        try ward.program("mosaic-fleet-deploy", says: "")
        #expect(ward.examine(PluginsCheck()) == (.ok, "deploy", ""))
        try ward.program("mosaic-fleet-restart", says: "")
        let found = ward.examine(PluginsCheck())
        #expect(found.level == .warning)
        #expect(found.message == "\(ward.bin)/mosaic-fleet-restart never runs, because 'restart' is a built-in command")
    }
}
