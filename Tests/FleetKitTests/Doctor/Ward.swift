import FleetTestSupport
import Glibc

@testable import FleetKit

/// A mosaic home, a stub of the manager and a machine of its own for one examination; everything is well in it until a
/// test breaks something.
final class Ward {
    let folder = FakeDirectory()
    let manager = StubManager()
    var machine = Machine()
    var environment: [String: String]
    var scope = ManagerScope.user
    var connection: HealthContext.Connection
    let time = ManualTime()
    let processes = FakeProcesses(pid: 1)

    static let agents = ["a1", "a2"]
    let holder: UnitName
    let units: [UnitName]

    var home: MosaicHome { MosaicHome(absolute: folder.path + "/mosaic") }
    var bin: String { folder.path + "/bin" }

    init(roster: String? = nil) throws {
        connection = .init(manager: .success(manager))
        environment = [
            "PATH": folder.path + "/bin", "HOME": folder.path + "/user", "XDG_RUNTIME_DIR": folder.path + "/xdg",
        ]
        holder = try UnitName("mosaic-tmux-holder.service")
        units = try Self.agents.map { try UnitName("mosaic-agent@\($0).service") }
        machine.root = folder.path + "/root"
        machine.isClockSynchronized = { true }
        for name in ["mosaic", "mosaic/fleet", "mosaic/fleet/run", "bin", "xdg", "user", "root"] {
            try ScriptedHome.makeFolder(folder.path + "/" + name)
        }
        try write(
            "mosaic/fleet/roster.toml",
            roster ?? "version = 1\n[holder]\nsocket = \"s\"\n"
                + Self.agents.map { "[[agent]]\nname = \"\($0)\"\n" }.joined())
        manager.states[holder] = UnitState(name: holder, activeState: "active", subState: "running")
        for unit in units {
            manager.states[unit] = UnitState(
                name: unit, activeState: "active", subState: "running", controlGroup: "/fleet/\(unit)",
                requirements: [holder.rawValue], after: [holder.rawValue])
        }
        for unit in [holder] + units {
            manager.settings[unit] = UnitSettings(
                name: unit, restart: "on-failure", restartDelay: .seconds(2), startLimitInterval: .seconds(60),
                startLimitBurst: 10)
        }
    }

    var fleet: HealthContext {
        let connection = connection
        return HealthContext(
            home: home, scope: scope, environment: environment, builtInCommands: ["restart"], machine: machine,
            time: time, processes: processes,
            connect: { connection })
    }

    /// What the check says: level and message; and the advice, where there is one.
    func examine(_ check: any HealthCheck) -> (level: Diagnosis.Level, message: String, advice: String) {
        let diagnosis = Doctor(checks: [check]).examine(fleet)[0].diagnosis
        return (diagnosis.level, diagnosis.message, diagnosis.advice)
    }

    func treat(_ check: any HealthCheck) -> Doctor.Finding { Doctor(checks: [check]).treat(fleet)[0] }

    func write(_ name: String, _ text: String) throws { try ScriptedHome.write(text, to: folder.path + "/" + name) }

    /// A file below the machine's root, with its folders.
    func install(_ path: String) throws {
        var folder = machine.root
        for part in path.split(separator: "/").dropLast() {
            folder += "/" + part
            try ScriptedHome.makeFolder(folder, mode: 0o755)
        }
        try ScriptedHome.write("", to: machine.root + path)
    }

    /// A program that prints one line.
    func program(_ name: String, says line: String) throws {
        try write("bin/" + name, "#!/bin/sh\necho '\(line)'\n")
        chmod(bin + "/" + name, 0o755)
    }
}
