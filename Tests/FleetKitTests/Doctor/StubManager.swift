import FleetGuard
import FleetKit

/// A manager that tells what a test says, and counts what it is told to do.
final class StubManager: ServiceManager {
    var states: [UnitName: UnitState] = [:]
    var settings: [UnitName: UnitSettings] = [:]
    var members: [UnitName: [Int32]] = [:]
    var path: String?
    private(set) var reloads = 0
    let endpoint = "a stub"

    func states(of units: [UnitName]) throws(FleetError) -> [UnitState] {
        units.map { states[$0] ?? UnitState(name: $0, loadState: "not-found") }
    }
    func settings(of units: [UnitName]) throws(FleetError) -> [UnitSettings] {
        units.map { settings[$0] ?? UnitSettings(name: $0) }
    }
    func loadedUnits(matching patterns: [String]) throws(FleetError) -> [UnitName] { states.keys.sorted() }
    func waitForChange(
        of units: [UnitName], atMost limit: Duration, supervisor: any JobSupervisor
    ) throws(FleetError) -> Bool { false }

    func processes(of unit: UnitName) throws(FleetError) -> [Int32] { members[unit] ?? [] }
    var footing = ManagerFooting(runtimeDirectory: nil, environment: [:], units: [])
    func footing(of units: [UnitName]) throws(FleetError) -> ManagerFooting { footing }
    func searchPath() throws(FleetError) -> String? { path }
    func reload() throws(FleetError) {
        reloads += 1
        for unit in settings.keys { settings[unit]?.needsReload = false }
    }
    func perform(
        _ commands: [UnitCommand], maxParallel: Int?, supervisor: any JobSupervisor
    ) throws(FleetError) -> [UnitOutcome] { [] }
    func adopt(_ pid: Int32, intoScope scope: UnitName, description: String) throws(FleetError) {}
}
