internal import FleetGuard
internal import FleetKit
internal import Glibc
internal import HostsKit

/// What a running command has at hand.
final class HostsContext {
    let home: MosaicHome
    let environment: [String: String]
    let output: HostsOutput
    let signals: SignalWatch
    let clock = SystemClock()

    init(_ common: HostsOptions, environment: [String: String], output: HostsOutput) throws(FleetError) {
        try MosaicHome.checkTyped(option: common.mosaicHome, environment: environment)
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

    /// A fresh name, for an operation or a run of this program.
    func freshID() throws(FleetError) -> HostOperationID {
        guard let id = HostOperationID(SystemTime().token().rawValue) else {
            throw FleetError(.io, "a token is not a UUID", hint: "report this as a bug")
        }
        return id
    }

    /// `alice (pts/3) on laptop`.
    var author: String {
        var name = [CChar](repeating: 0, count: 256)
        let machine =
            gethostname(&name, name.count - 1) == 0
            ? String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self) : "unknown"
        return "\(Author.words(environment: environment)) on \(Printable.oneLine(machine, limit: 64))"
    }

    func ask(
        _ hosts: [HostsFile.Host], _ commands: [[String]], patience: Duration = .seconds(3), over link: any HostLink
    ) throws(FleetError) -> [HostReply] {
        let request = HostRequest(.ask, id: try freshID(), commands: commands, author: author)
        let replies = Asking(link: link, clock: clock).ask(hosts, request, patience: patience) {
            signals.caught != nil
        }
        if let interruption = signals.interruption() {
            throw FleetError(interruption.code, interruption.message, hint: "nothing was changed on any host")
        }
        return replies
    }
}
