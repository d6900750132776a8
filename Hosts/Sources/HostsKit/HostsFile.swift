public import FleetGuard
public import FleetKit

/// `<mosaic home>/fleet/hosts.toml`: the hosts, and how many of them may be down at once.
public struct HostsFile: Sendable, Equatable {
    public struct Host: Sendable, Equatable {
        public var name: HostName
        /// What ssh is given: a name of its configuration, `user@host`, or `ssh://user@host:port`.
        public var address: String
        /// Hosts of one group are taken together; the groups in the order of their first hosts.
        public var group: String

        public init(name: HostName, address: String, group: String = "") {
            self.name = name
            self.address = address
            self.group = group
        }
    }

    public var path: String
    public var hosts: [Host]
    public var atOnce: Int
    /// Where several stations keep their slots; nil: in files of this station.
    public var etcd: EtcdAddress?

    public static let atOnceLimit = 10_000

    public init(path: String, hosts: [Host], atOnce: Int, etcd: EtcdAddress? = nil) {
        self.path = path
        self.hosts = hosts
        self.atOnce = atOnce
        self.etcd = etcd
    }

    public static func path(in home: MosaicHome) -> String { home.fleetDirectory + "/hosts.toml" }

    /// - Throws: `.badRoster`, as `FILE:LINE:COLUMN: what is wrong` wherever a place can be named.
    public static func load(home: MosaicHome) throws(FleetError) -> HostsFile {
        let path = path(in: home)
        guard let bytes = try RosterReader.read(path, correction: "remove it, and write a hosts.toml there") else {
            throw FleetError(
                .badRoster, "there is no \(Printable.oneLine(path))",
                hint: "write one: a line [[host]], then name = \"alpha\" and ssh = \"me@alpha\", for each host")
        }
        return try decode(bytes, file: path)
    }

    public static func decode(_ bytes: [UInt8], file: String) throws(FleetError) -> HostsFile {
        let root = try RosterReader.open(
            bytes, file: file, title: "hosts.toml", example: "[limits] or [[host]]",
            correction: "correct the line; docs/hosts.md has an example", known: ["version", "limits", "etcd", "host"])
        if let version = try root.integer("version"), version != 1 {
            throw root.error(
                "version", "version is \(version), this program reads version 1", hint: "write version = 1")
        }
        var atOnce = 1
        if let limits = try root.table("limits", known: ["at_once"]), let number = try limits.integer("at_once") {
            guard (1...atOnceLimit).contains(number) else {
                throw limits.error(
                    "at_once", "at_once is \(number)", hint: "write how many hosts may be down together, at least 1")
            }
            atOnce = number
        }
        var hosts: [Host] = []
        for table in try root.tables("host", known: ["name", "ssh", "group"]) {
            let host = try host(table)
            guard !hosts.contains(where: { $0.name == host.name }) else {
                throw table.error(
                    "name", "there is another host '\(host.name)' before this one",
                    hint: "give each host a name of its own")
            }
            hosts.append(host)
        }
        guard !hosts.isEmpty else {
            throw root.error("host", "no host is listed", hint: "add a line [[host]] with name = \"alpha\" below it")
        }
        return HostsFile(path: file, hosts: hosts, atOnce: atOnce, etcd: try EtcdAddress(root, file: file))
    }

    private static func host(_ table: RosterReader) throws(FleetError) -> Host {
        guard let text = try table.string("name") else {
            throw table.error("name", "\(table.title) has no name", hint: "add a line such as name = \"alpha\"")
        }
        let name = try table.placed("name") { () throws(FleetError) in try HostName(text) }
        let address = try table.string("ssh") ?? name.rawValue
        guard isAddress(address) else {
            throw table.error(
                "ssh", "ssh is '\(Printable.oneLine(address))', which cannot be an address",
                hint: "write it as for ssh: a host, user@host or ssh://user@host:port, without blanks and options")
        }
        let group = try table.string("group") ?? ""
        guard group.utf8.count <= 64, group.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
            throw table.error("group", "group is not a short word", hint: "write a short word such as \"web\"")
        }
        return Host(name: name, address: address, group: group)
    }

    /// No option, and nothing that ssh or a shell would take for more than a word.
    private static func isAddress(_ text: String) -> Bool {
        guard (1...255).contains(text.utf8.count), text.utf8.first != UInt8(ascii: "-") else { return false }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "@.:-_/[]%+".utf8.contains(byte)
            }
        }
    }

    /// The hosts that were named, in the file's order; all of them for no name.
    /// - Throws: `.noSuchUnit`, with names that are near.
    public func selection(_ names: [String]) throws(FleetError) -> [Host] {
        for name in names where !hosts.contains(where: { $0.name.rawValue.isExactly(name) }) {
            let near = Suggestion.near(name, in: hosts.map(\.name.rawValue))
            throw FleetError(
                .noSuchUnit, "there is no host '\(Printable.oneLine(name))' in \(Printable.oneLine(path))",
                hint: near.isEmpty
                    ? "its hosts are \(hosts.prefix(8).map(\.name.rawValue).joined(separator: ", "))"
                    : "did you mean \(near.joined(separator: " or "))?")
        }
        return names.isEmpty ? hosts : hosts.filter { names.containsExactly($0.name.rawValue) }
    }
}
