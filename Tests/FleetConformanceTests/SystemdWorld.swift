internal import FleetDBus
internal import FleetKit
internal import FleetSystemctl
internal import FleetTestSupport
internal import Glibc

/// A real user manager, seen through one of the two real backends.
final class SystemdWorld: World {
    private let backend: Backend
    private let manager: UserManager
    private let isPrivate: Bool
    private let environment: [String: String]

    init(_ backend: Backend, _ scenario: Scenario) throws {
        self.backend = backend
        isPrivate = scenario.needsOwnManager
        manager = try isPrivate ? UserManager() : UserManager.shared()
        var environment = manager.environment
        if scenario.needsTheBus {
            // A runtime folder with nothing but the bus in it: both backends prefer systemd's private socket.
            let folder = manager.scratch + "/bus-only"
            guard mkdir(folder, 0o700) == 0, symlink(manager.runtimeDirectory + "/bus", folder + "/bus") == 0 else {
                throw Trouble("cannot make \(folder)")
            }
            environment["XDG_RUNTIME_DIR"] = folder
        }
        self.environment = environment
    }

    var hearsChanges: Bool { backend == .dbus }

    func unit(_ stem: String) throws -> UnitName { try UnitName("cf-\(backend.rawValue)-\(stem).service") }

    func client() throws -> any ServiceManager {
        switch backend {
        case .dbus: try DBusServiceManager(scope: .user, environment: environment)
        case .systemctl, .fake: try SystemctlServiceManager(scope: .user, environment: environment)
        }
    }

    func install(_ specs: [UnitSpec]) throws {
        for spec in specs {
            let name = try unit(spec.stem).rawValue
            switch spec.load {
            case .present: try manager.install(unit: name, text: text(of: spec))
            case .masked: try manager.mask(unit: name)
            case .missing: break
            case .broken: try manager.install(unit: name, text: "[Service]\nType=simple\n")
            }
        }
        guard try manager.systemctl("daemon-reload") == 0 else { throw Trouble("daemon-reload failed") }
    }

    func cause(_ accident: Scenario.Accident) throws {
        switch accident {
        case .stop(let stem): try manager.systemctl("stop", "--no-block", "--", unit(stem).rawValue)
        case .daemonReload: try manager.systemctl("daemon-reload")
        case .daemonReexec: try manager.systemctl("daemon-reexec")
        case .busDies:
            let observer = try SystemctlServiceManager(scope: .user, environment: manager.environment)
            let bus = try observer.states(of: [UnitName("dbus.service")])
            guard let pid = bus.first?.mainPID, pid > 0 else { throw Trouble("no dbus-daemon runs") }
            guard kill(pid, SIGKILL) == 0 else { throw Trouble("dbus-daemon \(pid) could not be killed") }
        }
    }

    func tearDown(_ specs: [UnitSpec]) throws {
        if isPrivate { return manager.stop() }
        for spec in specs where spec.load == .present {
            try manager.systemctl("stop", "--", unit(spec.stem).rawValue)
        }
    }

    private func text(of spec: UnitSpec) throws -> String {
        var unit = ["[Unit]", "StartLimitIntervalSec=\(spec.startLimit == nil ? 0 : 60)"]
        unit.append("StartLimitBurst=\(spec.startLimit ?? 5)")
        if !spec.conditionHolds { unit.append("ConditionPathExists=/nonexistent/mosaic") }
        if let seconds = spec.jobTimeout { unit.append("JobTimeoutSec=\(seconds)") }
        if let stem = spec.requires {
            let name = try self.unit(stem)
            unit += ["Requires=\(name)", "After=\(name)"]
        }
        if let stem = spec.startsAfter { unit.append("After=\(try self.unit(stem))") }
        var service = ["[Service]", "TimeoutStartSec=\(spec.startTimeout ?? 60)", "TimeoutStopSec=5"]
        if let seconds = spec.restartsOnFailureAfter { service += ["Restart=on-failure", "RestartSec=\(seconds)"] }
        if spec.runs == [.endsWell] {
            service += ["Type=oneshot", "ExecStart=/bin/true"]
        } else {
            let flag = "\(manager.scratch)/\(backend.rawValue)-\(spec.stem).started"
            for run in spec.runs.prefix(1) { service += starting(run, flag: flag, isFirstOfMany: spec.runs.count > 1) }
            // One that hangs is waited for in vain to say that it is ready; a stop ends it cleanly.
            if spec.runs.first == .hangs { service.append("Type=notify") }
            service.append("ExecStart=/bin/sleep infinity")
        }
        return (unit + service).joined(separator: "\n") + "\n"
    }

    /// The start's course stands in `ExecStartPre=`, so that it is over before the unit is active.
    private func starting(_ run: UnitSpec.Run, flag: String, isFirstOfMany: Bool) -> [String] {
        switch run {
        case .up(after: 0), .endsWell, .hangs: []
        case .up(let milliseconds): ["ExecStartPre=/bin/sleep \(Double(milliseconds) / 1000)"]
        case .fails where isFirstOfMany: ["ExecStartPre=/bin/sh -c 'test -e \(flag) || { touch \(flag); exit 1; }'"]
        case .fails: ["ExecStartPre=/bin/false"]
        }
    }
}

struct Trouble: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}
