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
            ("[etcd]\nendpoints = []\n", "hosts.toml:1:2: slots in etcd are not supported"),
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
}
