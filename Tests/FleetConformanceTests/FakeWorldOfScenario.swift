internal import Dispatch
internal import FleetFake
internal import FleetKit
internal import FleetTestSupport

/// The fake, in real time.
final class FakeWorldOfScenario: World {
    private let directory = FakeDirectory()
    private let fleet: FakeFleet

    init() throws { fleet = FakeFleet(directory: directory.path) }

    var hearsChanges: Bool { true }

    func unit(_ stem: String) throws -> UnitName { try UnitName("cf-\(stem).service") }

    func client() throws -> any ServiceManager { try FakeServiceManager(directory: directory.path) }

    func install(_ specs: [UnitSpec]) throws {
        for spec in specs {
            var unit = FakeUnit(
                try self.unit(spec.stem),
                runs: spec.runs.map { run in
                    switch run {
                    case .up(let milliseconds): .up(after: .milliseconds(milliseconds))
                    case .fails: .fails()
                    case .hangs: .hanging
                    case .endsWell: .dies(after: .zero, .status(0))
                    }
                })
            switch spec.load {
            case .present: break
            case .masked: unit.load = .masked
            case .missing: continue
            case .broken: unit.load = .badSetting
            }
            unit.startTimeout = .seconds(spec.startTimeout ?? 60)
            unit.jobTimeout = spec.jobTimeout.map { .seconds($0) }
            unit.startLimitBurst = spec.startLimit ?? 0
            unit.startLimitInterval = .seconds(60)
            unit.conditionHolds = spec.conditionHolds
            if let seconds = spec.restartsOnFailureAfter {
                unit.restart = .onFailure
                unit.restartDelay = .seconds(seconds)
            }
            if let stem = spec.requires {
                unit.requires = [try self.unit(stem)]
                unit.after = unit.requires
            }
            try fleet.install(unit)
        }
    }

    func cause(_ accident: Scenario.Accident) throws {
        let path = directory.path
        switch accident {
        case .stop(let stem):
            let command = UnitCommand(.stop, try unit(stem))
            // An outsider of its own: `perform` waits, and the scenario's thread must go on.
            DispatchQueue.global().async {
                do {
                    let outsider = try FakeServiceManager(directory: path)
                    _ = try outsider.perform([command], maxParallel: nil, supervisor: Unsupervised())
                } catch { print("the outsider's stop failed: \(error)") }
            }
        case .daemonReload: try FakeServiceManager(directory: path).reload()
        case .daemonReexec, .busDies: throw Trouble("the fake has no \(accident)")
        }
    }

    func tearDown(_ specs: [UnitSpec]) throws {}
}
