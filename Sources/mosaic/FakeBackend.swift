internal import FleetCommands
internal import FleetFake
internal import FleetGuard
internal import FleetKit

/// `--backend fake`: a scripted fleet in `$MOSAIC_FAKE_DIR`, else beside the roster.
struct FakeBackend: ScriptedBackend {
    func manager(_ connection: Composition.Connection) throws(FleetError) -> any ServiceManager {
        try FakeServiceManager(
            directory: directory(connection), runtimeDirectory: connection.environment["MOSAIC_FAKE_RUNTIME_DIR"])
    }

    func probe(_ connection: Composition.Connection, holder: UnitName) throws(FleetError) -> any HolderProbe {
        FakeHolderProbe(directory: directory(connection), holder: holder)
    }

    private func directory(_ connection: Composition.Connection) -> String {
        if let directory = connection.environment["MOSAIC_FAKE_DIR"], directory.begins(with: "/") { return directory }
        return connection.fleetDirectory + "/fake"
    }
}
