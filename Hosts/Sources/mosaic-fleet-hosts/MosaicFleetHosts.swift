internal import FleetGuard
internal import FleetKit
internal import Glibc
internal import HostsCommands
internal import HostsEtcd
internal import HostsKit

/// `mosaic-fleet-hosts`, which `mosaic fleet hosts` becomes.
@main
enum MosaicFleetHosts {
    private static func connect(_ address: EtcdAddress) throws(FleetError) -> any EtcdConnection {
        try EtcdClient(address)
    }

    static func main() {
        exit(
            HostsDispatcher(version: Version.current, environment: ProcessEnvironment.current(), etcd: connect)
                .run(Array(CommandLine.arguments.dropFirst())))
    }
}
