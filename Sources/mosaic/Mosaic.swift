internal import FleetCommands
internal import FleetDBus
internal import FleetFake
internal import FleetGuard
internal import FleetKit
internal import FleetSystemctl
internal import Glibc

/// The composition root: the only place that knows every backend.
@main
enum Mosaic {
    static func main() {
        WindowProcess.becomeIfAsked()
        let composition = Composition(
            version: Version.current,
            dbus: { connection throws(FleetError) in
                try DBusServiceManager(
                    scope: connection.scope, environment: connection.environment, patience: connection.patience,
                    interruption: connection.interruption)
            },
            systemctl: { connection throws(FleetError) in
                try SystemctlServiceManager(
                    scope: connection.scope, environment: connection.environment,
                    patience: connection.patience ?? SystemctlServiceManager.usualPatience,
                    interruption: connection.interruption)
            },
            fake: FakeBackend())
        let environment = ProcessEnvironment.current()
        exit(
            Dispatcher(composition: composition, environment: environment)
                .run(Array(CommandLine.arguments.dropFirst())))
    }
}
