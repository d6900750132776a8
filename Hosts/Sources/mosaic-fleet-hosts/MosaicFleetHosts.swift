internal import FleetKit
internal import Glibc
internal import HostsCommands

/// `mosaic-fleet-hosts`, which `mosaic fleet hosts` becomes.
@main
enum MosaicFleetHosts {
    static func main() {
        exit(
            HostsDispatcher(environment: ProcessEnvironment.current())
                .run(Array(CommandLine.arguments.dropFirst())))
    }
}
