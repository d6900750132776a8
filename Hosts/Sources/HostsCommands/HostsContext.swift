public import FleetGuard
internal import FleetKit
internal import Glibc
public import HostsKit

/// Connects to etcd. The program hands it in, so that the commands know nothing of gRPC.
public typealias EtcdConnector = (EtcdAddress) throws(FleetError) -> any EtcdConnection

/// What a running command has at hand.
final class HostsContext {
    let home: MosaicHome
    let environment: [String: String]
    let output: HostsOutput
    let signals: SignalWatch
    let clock = SystemClock()
    private let etcd: EtcdConnector

    init(
        _ common: HostsOptions, environment: [String: String], output: HostsOutput, etcd: @escaping EtcdConnector
    ) throws(FleetError) {
        self.etcd = etcd
        home = try MosaicHome.resolve(option: common.mosaicHome, environment: environment)
        self.environment = environment
        self.output = output
        signals = try SignalWatch()
    }

    func file() throws(FleetError) -> HostsFile { try HostsFile.load(home: home) }

    func link(keepsConnections: Bool = false, connectTimeout: Duration = .seconds(3)) throws(FleetError) -> SSHLink {
        try SSHLink(
            environment: environment, keepsConnections: keepsConnections, connectTimeout: connectTimeout)
    }

    /// The slots, where hosts.toml says: never in files when it says etcd.
    /// - Parameter station: a fresh name.
    func store(_ file: HostsFile, station: HostOperationID) throws(FleetError) -> any SlotStore {
        guard let address = file.etcd else { return FileSlotStore(home: home, station: station.rawValue) }
        return EtcdSlotStore(try etcd(address), prefix: address.prefix, station: station.rawValue, clock: clock)
    }

    /// `mosaic fleet hosts WORDS…`, to be typed in any shell.
    func command(_ words: [String]) -> String {
        NextCommands(mosaicHome: home.optionElsewhere(environment: environment)).fleet(words: ["hosts"] + words)
    }

    /// A fresh name, for an operation or a run of this program.
    func freshID() throws(FleetError) -> HostOperationID {
        guard let id = HostOperationID(SystemTime().token().rawValue) else {
            throw FleetError(.io, "a token is not a UUID", hint: "report this as a bug")
        }
        return id
    }

    /// `alice (pts/3) on laptop, pid 4711`.
    var author: String {
        var name = [CChar](repeating: 0, count: 256)
        let machine =
            gethostname(&name, name.count - 1) == 0
            ? String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self) : "unknown"
        return "\(Author.words(environment: environment)) on \(Printable.oneLine(machine, limit: 64)), pid \(getpid())"
    }

    func ask(
        _ hosts: [HostsFile.Host], _ commands: [[String]], patience: Duration = .seconds(3), over link: any HostLink
    ) throws(FleetError) -> [HostReply] {
        try ask(
            hosts, HostRequest(.ask, id: try freshID(), commands: commands, author: author), patience: patience,
            over: link)
    }

    func ask(
        _ hosts: [HostsFile.Host], _ request: HostRequest, patience: Duration, over link: any HostLink
    ) throws(FleetError) -> [HostReply] {
        let replies = Asking(link: link, clock: clock).ask(hosts, request, patience: patience) {
            signals.caught != nil
        }
        if let interruption = signals.interruption() {
            throw FleetError(interruption.code, interruption.message, hint: "nothing was changed on any host")
        }
        return replies
    }
}
