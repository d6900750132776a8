import FleetGuard
import FleetKit
import HostsKit
import Testing

@Suite("hosts.toml") struct HostsFileTests {
    private func read(_ text: String) throws -> HostsFile {
        try HostsFile.decode(Array(text.utf8), file: "hosts.toml")
    }

    @Test("Names, addresses, groups and the limit") func everything() throws {
        let file = try read(
            """
            version = 1
            [limits]
            at_once = 3
            [[host]]
            name = "alpha"
            [[host]]
            name = "beta"
            ssh = "ssh://me@beta.example:2222"
            group = "web"
            """)
        #expect(file.atOnce == 3)
        #expect(file.hosts.map(\.address) == ["alpha", "ssh://me@beta.example:2222"])
        #expect(file.hosts.map(\.group) == ["", "web"])
        #expect(try file.selection(["beta"]).map(\.name.rawValue) == ["beta"])
        #expect(throws: FleetError.self) { try file.selection(["betta"]) }
    }

    @Test(
        "What is wrong is named with its place",
        arguments: [
            ("[[host]]\nname = \"a\"\nhome = \"x\"\n", "hosts.toml:3:1: unknown key 'home'"),
            ("[limits]\nat_once = 0\n[[host]]\nname = \"a\"\n", "hosts.toml:2:11: at_once is 0"),
            ("[limits]\nat_one = 1\n", "hosts.toml:2:1: unknown key 'at_one'"),
            ("[[host]]\nname = \"a\"\n[[host]]\nname = \"a\"\n", "hosts.toml:4:8: there is another host 'a'"),
            ("[[host]]\nname = \"-a\"\n", "hosts.toml:2:8: name: '-a' is not a host name"),
            ("[[host]]\nname = \"a\"\nssh = \"-oProxyCommand=x\"\n", "hosts.toml:3:7: ssh is '-oProxyCommand=x'"),
            ("[[host]]\nname = \"a\"\nssh = \"a b\"\n", "hosts.toml:3:7: ssh is 'a b'"),
            ("[[host]]\nname = \"a\"\nssh = \"a;reboot\"\n", "hosts.toml:3:7: ssh is 'a;reboot'"),
            ("[[host]]\nssh = \"a\"\n", "hosts.toml:1:3: [[host]] number 1 has no name"),
            ("version = 2\n", "hosts.toml:1:11: version is 2"),
            ("[[host]\nname = \"a\"\n", "hosts.toml:1:"),
            ("", "hosts.toml:1:1: no host is listed"),
        ])
    func wrong(_ text: String, _ message: String) throws {
        let error = #expect(throws: FleetError.self) { try self.read(text) }
        #expect(error?.code == .badRoster)
        #expect(error?.message.begins(with: message) == true, "\(error?.message ?? "")")
        #expect(error?.hint.isEmpty == false)
    }

    @Test("A single table where a list of them belongs: the line to write is the one that is missing") func single()
        throws
    {
        let error = #expect(throws: FleetError.self) { try self.read("[host]\nname = \"a\"\n") }
        #expect(error?.hint == "begin it with a line [[host]]")
    }

    @Test("etcd: endpoints, certificates, a name and a prefix") func etcd() throws {
        let host = "[[host]]\nname = \"a\"\n"
        #expect(try read(host).etcd == nil)
        let local = try #require(
            try read("[etcd]\nendpoints = [\"http://127.0.0.1:2379\", \"http://[::1]:2380\"]\n\(host)").etcd)
        #expect(local.endpoints.map(\.host) == ["127.0.0.1", "::1"])
        #expect(local.endpoints.map(\.port) == [2379, 2380])
        #expect(local.certificates == nil && local.prefix == "mosaic-fleet")
        let text = """
            [etcd]
            endpoints = ["https://etcd1.example:2379"]
            ca = "etcd/ca.pem"
            certificate = "/etc/me.pem"
            key = "me.key"
            server_name = "etcd.example"
            prefix = "site/one"
            \(host)
            """
        let file = try HostsFile.decode(Array(text.utf8), file: "/etc/fleet/hosts.toml")
        let remote = try #require(file.etcd)
        #expect(remote.certificates?.authority == "/etc/fleet/etcd/ca.pem")
        #expect(remote.certificates?.certificate == "/etc/me.pem")
        #expect(remote.certificates?.key == "/etc/fleet/me.key")
        #expect(remote.serverName == "etcd.example" && remote.prefix == "site/one")
    }

    @Test(
        "What is wrong with etcd is named with its place",
        arguments: [
            ("endpoints = []", "hosts.toml:2:13: [etcd] has no endpoints"),
            ("", "hosts.toml:1:2: [etcd] has no endpoints"),
            ("endpoints = \"http://127.0.0.1:2379\"", "hosts.toml:2:13: endpoints in [etcd] is a string"),
            ("endpoint = [\"http://127.0.0.1:2379\"]", "hosts.toml:2:1: unknown key 'endpoint'"),
            ("endpoints = [\"127.0.0.1:2379\"]", "hosts.toml:2:13: '127.0.0.1:2379' is not an endpoint"),
            ("endpoints = [\"http://127.0.0.1\"]", "hosts.toml:2:13: 'http://127.0.0.1' is not an endpoint"),
            ("endpoints = [\"http://127.0.0.1:0\"]", "hosts.toml:2:13: 'http://127.0.0.1:0' is not"),
            ("endpoints = [\"http://127.0.0.1:99999\"]", "hosts.toml:2:13: 'http://127.0.0.1:99999' is not"),
            ("endpoints = [\"http://127.0.0.1:2379/x\"]", "hosts.toml:2:13: 'http://127.0.0.1:2379/x' is not"),
            ("endpoints = [\"https://a b:2379\"]", "hosts.toml:2:13: 'https://a b:2379' is not an endpoint"),
            ("endpoints = [\"https://[zz]:2379\"]", "hosts.toml:2:13: 'https://[zz]:2379' is not an endpoint"),
            (
                "endpoints = [\"http://127.0.0.1:1\", \"http://127.0.0.1:1\"]",
                "hosts.toml:2:13: 'http://127.0.0.1:1' is listed twice"
            ),
            ("endpoints = [\"http://10.0.0.1:2379\"]", "hosts.toml:2:13: 'http://10.0.0.1:2379' is not encrypted"),
            (
                "endpoints = [\"http://127.evil.example:2379\"]",
                "hosts.toml:2:13: 'http://127.evil.example:2379' is not enc"
            ),
            ("endpoints = [\"https://a:1\", \"http://127.0.0.1:1\"]", "hosts.toml:2:13: some endpoints are https://"),
            ("endpoints = [\"https://a:1\"]", "hosts.toml:1:2: [etcd] has no ca"),
            ("endpoints = [\"https://a:1\"]\nca = \"c\"\nkey = \"k\"", "hosts.toml:1:2: [etcd] has no certificate"),
            ("endpoints = [\"http://127.0.0.1:1\"]\nca = \"x\"", "hosts.toml:3:6: ca is of no use with http://"),
            ("endpoints = [\"http://127.0.0.1:1\"]\nprefix = \"/a\"", "hosts.toml:3:10: prefix is not"),
            ("endpoints = [\"http://127.0.0.1:1\"]\nprefix = \"\"", "hosts.toml:3:10: prefix is not"),
            ("endpoints = [1]", "hosts.toml:2:14: element 1 of endpoints"),
        ])
    func wrongEtcd(_ lines: String, _ message: String) throws {
        let error = #expect(throws: FleetError.self) {
            try self.read("[etcd]\n\(lines)\n[[host]]\nname = \"a\"\n")
        }
        #expect(error?.code == .badRoster)
        #expect(error?.message.begins(with: message) == true, "\(error?.message ?? "")")
        #expect(error?.hint.isEmpty == false)
    }
}
