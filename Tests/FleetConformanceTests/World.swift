internal import FleetKit

/// One backend with a manager behind it, and an outsider's hands on that manager.
protocol World: AnyObject {
    /// The real name of a scenario's unit.
    func unit(_ stem: String) throws -> UnitName
    func install(_ specs: [UnitSpec]) throws
    /// A client as a fresh process would make it.
    func client() throws -> any ServiceManager
    /// Whether a change of a unit is told, or only seen by asking.
    var hearsChanges: Bool { get }
    /// Does not wait for what it sets off.
    func cause(_ accident: Scenario.Accident) throws
    /// Leaves nothing behind that runs.
    func tearDown(_ specs: [UnitSpec]) throws
}

enum Worlds {
    static func make(_ backend: Backend, _ scenario: Scenario) throws -> any World {
        switch backend {
        case .dbus, .systemctl: try SystemdWorld(backend, scenario)
        case .fake: try FakeWorldOfScenario()
        }
    }
}
