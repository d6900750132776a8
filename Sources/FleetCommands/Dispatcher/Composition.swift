package import FleetGuard
package import FleetKit

/// A service manager without systemd, and the answers of its holder's server.
package protocol ScriptedBackend: Sendable {
    func manager(_ connection: Composition.Connection) throws(FleetError) -> any ServiceManager
    func probe(_ connection: Composition.Connection, holder: UnitName) throws(FleetError) -> any HolderProbe
}

/// What the executable hands in: the ways to a service manager. Only `mosaic` itself knows the backends.
package struct Composition: Sendable {
    /// Where a backend is told to connect.
    package struct Connection: Sendable {
        package var scope: ManagerScope
        package var environment: [String: String]
        /// The fleet's directory, for the fake's state.
        package var fleetDirectory: String
        /// For each answer, of who can do without a manager; nil: as long as a busy one may rightly take.
        package var patience: Duration?
        /// The signal that came, as the error that ends the command; nil: none came.
        package var interruption: @Sendable () -> FleetError?
    }

    package typealias Factory = @Sendable (Connection) throws(FleetError) -> any ServiceManager

    package var dbus: Factory
    package var systemctl: Factory
    package var fake: any ScriptedBackend
    package var version: String

    package init(
        version: String, dbus: @escaping Factory, systemctl: @escaping Factory, fake: any ScriptedBackend
    ) {
        self.version = version
        self.dbus = dbus
        self.systemctl = systemctl
        self.fake = fake
    }

    /// Connects as `--backend` says. `auto` is D-Bus, else systemctl with one line that says why.
    func connect(
        _ choice: BackendChoice, _ connection: Connection, note: (String) -> Void
    ) throws(FleetError) -> any ServiceManager {
        switch choice {
        case .dbus: return try dbus(connection)
        case .systemctl: return try systemctl(connection)
        case .fake: return try fake.manager(connection)
        case .auto:
            do throws(FleetError) { return try dbus(connection) } catch let reason {
                do throws(FleetError) {
                    let manager = try systemctl(connection)
                    note("using systemctl, because D-Bus cannot be used: \(reason.message)")
                    return manager
                } catch {
                    throw FleetError(
                        .noServiceManager, "\(reason.message); and \(error.message)", hint: reason.hint)
                }
            }
        }
    }
}
