internal import FleetGuard
internal import FleetKit

/// What no world here asks of its service manager.
protocol InertManager: ServiceManager {}

extension InertManager {
    var endpoint: String { "simulated" }

    func settings(of units: [UnitName]) throws(FleetError) -> [UnitSettings] {
        units.map { UnitSettings(name: $0, killMode: "") }
    }

    func waitForChange(
        of units: [UnitName], atMost limit: Duration, supervisor: any JobSupervisor
    ) throws(FleetError) -> Bool { false }
    func loadedUnits(matching patterns: [String]) throws(FleetError) -> [UnitName] { [] }
    func processes(of unit: UnitName) throws(FleetError) -> [Int32] { [] }
    func footing(of units: [UnitName]) throws(FleetError) -> ManagerFooting {
        ManagerFooting(runtimeDirectory: nil, environment: [:], units: units.map { .init(id: $0, path: "") })
    }
    func reload() throws(FleetError) {}
    func adopt(_ pid: Int32, intoScope scope: UnitName, description: String) throws(FleetError) {}
}
