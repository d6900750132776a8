import FleetFake
import FleetTestSupport
import Glibc
import Testing

@testable import FleetGuard
@testable import FleetKit

/// What could not come back is not stopped.
@Suite("Before anything is stopped", .timeLimit(.minutes(10)))
struct PreflightTests {
    let fixture: OperationFixture
    private let folder = FakeDirectory()

    init() throws {
        fixture = try OperationFixture()
        try fixture.bringUp()
    }

    private func operation() -> RestartOperation {
        var surroundings = fixture.surroundings()
        surroundings.userHome = folder.path
        return RestartOperation(
            manager: fixture.manager, roster: fixture.roster, options: fixture.options, surroundings: surroundings)
    }

    @Test(
        "a deleted directory refuses the restart of its agent, and of the fleet while it runs",
        arguments: [true, false])
    func directory(isNamed: Bool) throws {
        fixture.roster.agents[1].directory = "~/deleted"
        if isNamed { fixture.options.agents = [fixture.agents[1].name] }
        let before = try fixture.states()
        let error = fixture.error { _ = try operation().run(under: fixture.lock) }
        #expect(error?.code == .unitFailed)
        #expect(
            error?.message
                == "agent 'a2' would not come back: its directory \(folder.path)/deleted does not exist; nothing was stopped"
        )
        #expect(error?.hint.hasPrefix("create it: mkdir -p \(folder.path)/deleted") == true)
        #expect(try fixture.sent().isEmpty)
        #expect(try fixture.states() == before)
        // It is there again: nothing is in the way.
        try ScriptedHome.makeFolder(folder.path + "/deleted")
        #expect(try operation().run(under: fixture.lock).exitStatus == .done)
    }

    @Test("an agent that runs and whose unit file was removed would not come back", arguments: [true, false])
    func removed(isRolling: Bool) throws {
        try fixture.fleet.install(fixture.agentScript(1) { $0.load = .notFound })
        if isRolling { fixture.options.rolling = .init(width: 1) }
        let error = fixture.error { _ = try operation().run(under: fixture.lock) }
        #expect(error?.code == .unitFailed)
        #expect(error?.message.contains("agent 'a2' would not come back: the unit file of") == true)
        #expect(try fixture.sent().isEmpty)
        let report = try StatusReport.read(fixture.roster, from: fixture.manager)
        #expect(report.exitStatus == .attention)
        #expect(report.summary == "1 not found, 3 active")
    }

    @Test("an agent that runs and whose command was removed from its unit would not come back")
    func unwritten() throws {
        fixture.options.unwritten = [fixture.agents[1].name]
        let error = fixture.error { _ = try operation().run(under: fixture.lock) }
        #expect(
            error?.message
                == "agent 'a2' would not come back: the drop-in with its command is missing; nothing was stopped")
        #expect(try fixture.sent().isEmpty)
    }

    @Test("an agent that is down has nothing to lose: the rest of the fleet is restarted")
    func down() throws {
        fixture.roster.agents[1].directory = "/gone/away"
        let stop = StopOperation(
            manager: fixture.manager, roster: fixture.roster, agents: [fixture.agents[1].name], maxParallel: nil,
            surroundings: fixture.surroundings())
        _ = try stop.run()
        fixture.roster.agents[1].autostart = false
        #expect(try operation().run(under: fixture.lock).exitStatus == .done)
    }

    @Test(
        "each kind of obstacle is told by its own words",
        arguments: [
            ("file", "is a file"), ("file/below", "cannot be reached: Not a directory"),
        ])
    func kinds(_ name: String, _ words: String) throws {
        try ScriptedHome.write("", to: folder.path + "/file")
        fixture.roster.agents[0].directory = "~/" + name
        #expect(fixture.error { _ = try operation().run(under: fixture.lock) }?.message.contains(words) == true)
    }

    @Test(
        "a folder that is closed to us is told by its own words",
        .enabled(if: geteuid() != 0, "root may enter everything"))
    func closed() throws {
        try ScriptedHome.makeFolder(folder.path + "/closed", mode: 0o600)
        fixture.roster.agents[0].directory = "~/closed"
        let error = fixture.error { _ = try operation().run(under: fixture.lock) }
        #expect(error?.message.contains("cannot be entered") == true)
    }

    @Test("a program that is gone or not executable refuses the restart")
    func program() throws {
        let path = folder.path + "/agent"
        fixture.roster.agents[0].command = [path, "--continue"]
        #expect(
            fixture.error { _ = try operation().run(under: fixture.lock) }?.message.contains("\(path) does not exist")
                == true)
        try ScriptedHome.write("", to: path)
        let error = fixture.error { _ = try operation().run(under: fixture.lock) }
        #expect(error?.message.contains("cannot be executed: permission denied") == true)
        #expect(error?.hint == "run 'chmod +x \(path)'")
        fixture.roster.agents[0].command = [folder.path]
        let directory = fixture.error { _ = try operation().run(under: fixture.lock) }
        #expect(directory?.message.contains("its program \(folder.path) is not a file") == true)
        #expect(directory?.hint.contains("chmod") == false)
        fixture.roster.agents[0].command = [path, "--continue"]
        #expect(try fixture.sent().isEmpty)
        chmod(path, 0o755)
        #expect(try operation().run(under: fixture.lock).exitStatus == .done)
    }

    @Test("a named start that cannot begin names every step until the agent is up")
    func stepsOfAStart() throws {
        fixture.roster.agents[0].command = [folder.path + "/gone"]
        let stop = StopOperation(
            manager: fixture.manager, roster: fixture.roster, agents: [fixture.agents[0].name], maxParallel: nil,
            surroundings: fixture.surroundings())
        _ = try stop.run()
        fixture.options.agents = [fixture.agents[0].name]
        var surroundings = fixture.surroundings()
        surroundings.userHome = folder.path
        let error = fixture.error {
            _ = try StartOperation(
                manager: fixture.manager, roster: fixture.roster, options: fixture.options, surroundings: surroundings
            ).run()
        }
        #expect(
            error?.hint
                == "install it, or change 'command' in the roster and run 'mosaic fleet init'; then run "
                + "'mosaic fleet start a1'", "\(error?.hint ?? "")")
    }

    @Test("--only-failed is not kept back by an agent whose program is missing")
    func onlyFailed() throws {
        try fixture.fleet.install(fixture.agentScript(0) { $0.restart = .no })
        try fixture.fleet.install(fixture.agentScript(1) { $0.restart = .no })
        fixture.roster.agents[1].command = [folder.path + "/gone"]
        try fixture.fleet.kill(fixture.agents[0].unit)
        try fixture.fleet.kill(fixture.agents[1].unit)
        fixture.options.onlyFailed = true
        fixture.options.stableFor = .zero
        _ = try operation().run(under: fixture.lock)
        #expect(try fixture.states()[1].isActive)
    }

    @Test("another server on the holder's socket refuses the restart before the drain, and is named by a start at once")
    func stranger() throws {
        let probe = ScriptedProbe(.answers(server: getpid()))
        let surroundings = fixture.surroundings(probe: probe)
        let restart = RestartOperation(
            manager: fixture.manager, roster: fixture.roster, options: fixture.options, surroundings: surroundings)
        let error = fixture.error { _ = try restart.run(under: fixture.lock) }
        #expect(error?.message.contains("another tmux server (process \(getpid())) answers") == true)
        #expect(try fixture.sent().isEmpty)
        let stop = StopOperation(
            manager: fixture.manager, roster: fixture.roster, agents: nil, maxParallel: nil,
            surroundings: fixture.surroundings())
        _ = try stop.run()
        let sent = try fixture.sent().count
        let report = try StartOperation(
            manager: fixture.manager, roster: fixture.roster, options: fixture.options, surroundings: surroundings
        ).run()
        #expect(report.problems.first?.contains("another tmux server (process \(getpid()))") == true)
        #expect(report.exitStatus == .unitFailed)
        #expect(try fixture.sent().count == sent)
    }

    @Test("a start names what is missing: alone for a named agent, beside the others for the fleet")
    func start() throws {
        let stop = StopOperation(
            manager: fixture.manager, roster: fixture.roster, agents: nil, maxParallel: nil,
            surroundings: fixture.surroundings())
        _ = try stop.run()
        fixture.roster.agents[2].directory = "/gone/away"
        var surroundings = fixture.surroundings()
        surroundings.userHome = folder.path
        fixture.options.agents = [fixture.agents[2].name]
        let sent = try fixture.sent().count
        let named = StartOperation(
            manager: fixture.manager, roster: fixture.roster, options: fixture.options, surroundings: surroundings)
        #expect(
            fixture.error { _ = try named.run() }?.message
                == "agent 'a3' cannot start: its directory /gone/away does not exist")
        #expect(try fixture.sent().count == sent)
        let program = folder.path + "/agent"
        try ScriptedHome.write("", to: program)
        fixture.roster.agents[2].directory = nil
        fixture.roster.agents[2].command = [program]
        let other = StartOperation(
            manager: fixture.manager, roster: fixture.roster, options: fixture.options, surroundings: surroundings)
        #expect(
            fixture.error { _ = try other.run() }?.hint
                == "run 'chmod +x \(program)', then 'mosaic fleet start a3'")
        fixture.roster.agents[2].directory = "/gone/away"
        fixture.options.agents = nil
        let whole = try StartOperation(
            manager: fixture.manager, roster: fixture.roster, options: fixture.options, surroundings: surroundings
        ).run()
        #expect(whole.exitStatus == .unitFailed && whole.problems.count == 1)
        #expect(try fixture.states().filter(\.isActive).count == 3)
    }
}
