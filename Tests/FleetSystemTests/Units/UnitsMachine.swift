import FleetKit
import FleetTestSupport
import Foundation
import Testing

/// A private user manager with an installed fleet, for tests of the unit files themselves. Gone with this object.
final class UnitsMachine {
    let manager: UserManager
    let home: MosaicHome
    var environment: [String: String] { manager.environment }

    init() throws {
        manager = try UserManager()
        home = try MosaicHome.resolve(option: nil, environment: manager.environment)
    }

    /// The executable beside the tests.
    static func program() throws -> String {
        let tests = try MosaicProgram.running()
        return tests.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/mosaic"
    }

    var folder: String { get throws { try #require(environment["HOME"]) } }

    /// Writes the roster, installs, and reloads the manager.
    func install(_ agents: String) throws {
        try FileManager.default.createDirectory(atPath: home.fleetDirectory, withIntermediateDirectories: true)
        let text = "version = 1\n[holder]\nsocket = \"mosaic-fleet\"\n" + agents
        try text.write(toFile: home.rosterPath, atomically: true, encoding: .utf8)
        let changes = try FleetInstaller(
            home: home, scope: .user, mosaic: Self.program(), environment: environment
        ).install()
        #expect(!changes.contains { if case .kept = $0.action { true } else { false } }, "\(changes)")
        try #require(systemctl("daemon-reload") == 0)
    }

    /// Somebody's own settings for one unit.
    func addDropIn(_ unit: String, _ text: String) throws {
        let place = try ManagerScope.user.unitFolder(environment: environment) + "/\(unit).d"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        try text.write(toFile: place + "/50-local.conf", atomically: true, encoding: .utf8)
        try #require(systemctl("daemon-reload") == 0)
    }

    @discardableResult
    func systemctl(_ arguments: String...) -> Int32 { run("systemctl", ["--user"] + arguments).status }

    func property(_ name: String, _ unit: String) -> String {
        run("systemctl", ["--user", "show", "--value", "-p", name, unit]).output
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// `ActiveState/SubState/Result`.
    func state(_ unit: String) -> String {
        ["ActiveState", "SubState", "Result"].map { property($0, unit) }.joined(separator: "/")
    }

    /// The agent: the child of its unit's main process that is not the leader of its terminal.
    func agentProcess(_ unit: String) -> Int32? {
        run("pgrep", ["-P", property("MainPID", unit)]).output.split(separator: "\n").compactMap { Int32($0) }
            .first { commandLine($0) != nil && !(commandLine($0) ?? "").contains(" fleet session ") }
    }

    /// Words with blanks between them; nil when there is no such process, or it has ended.
    func commandLine(_ process: Int32) -> String? {
        guard let data = FileManager.default.contents(atPath: "/proc/\(process)/cmdline"), !data.isEmpty else {
            return nil
        }
        return data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
    }

    /// Command lines of what is in the unit's cgroup, but for this program's own.
    func processes(of unit: String) -> [String] {
        let group = property("ControlGroup", unit)
        guard group.count > 1 else { return [] }
        do {
            return try ControlGroupScan.processes(in: group).compactMap(commandLine)
                .filter { !$0.contains(" fleet session ") }.sorted()
        } catch {
            Issue.record(error)
            return []
        }
    }

    @discardableResult
    func tmux(_ arguments: String...) -> (status: Int32, output: String) {
        run("tmux", ["-N", "-L", "mosaic-fleet"] + arguments)
    }

    /// A server that is not the holder's.
    func startServerBesideTheHolder(session: String) throws {
        let tmux = ["tmux", "-L", "mosaic-fleet", "new-session", "-d", "-s", session, "sleep", "99"]
        try #require(run("systemd-run", ["--user", "-q", "-p", "Type=forking"] + tmux).status == 0)
    }

    func sessions() -> [String] {
        tmux("list-sessions", "-F", "#{session_name}").output.split(separator: "\n").map(String.init).sorted()
    }

    @discardableResult
    func run(_ program: String, _ arguments: [String]) -> (status: Int32, output: String) {
        let path = ["PATH": "/usr/local/bin:/usr/bin:/bin"]
        do {
            let process = try TestProcess(
                ["/usr/bin/env", program] + arguments, environment: environment.merging(path) { first, _ in first })
            // As a shell has it.
            switch try process.wait(within: .seconds(120)) {
            case .exit(let status): return (status, process.output)
            case .signal(let number): return (128 + number, process.output)
            }
        } catch {
            Issue.record("cannot run \(program): \(error)")
            return (-1, "")
        }
    }

    /// Looks until the value is there, for at most ten seconds; the last value seen is what the test compares.
    func eventually<Value: Equatable>(_ wanted: Value, _ look: () -> Value) -> Value {
        let end = ContinuousClock.now + .seconds(30)
        var value = look()
        while value != wanted, ContinuousClock.now < end {
            usleep(20_000)
            value = look()
        }
        return value
    }
}
