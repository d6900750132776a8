internal import FleetGuard
internal import FleetKit
internal import Glibc
import Testing

@testable internal import FleetDBus

@Suite struct Addresses {
    @Test(arguments: [
        ("a.service", "a_2eservice"), ("1a.service", "_31a_2eservice"),
        ("mosaic-agent@x_1.service", "mosaic_2dagent_40x_5f1_2eservice"),
        ("a\\x2d:b.service", "a_5cx2d_3ab_2eservice"),
    ])
    func aUnitsPathIsItsEscapedName(name: String, element: String) throws {
        #expect(UnitPath.of(try UnitName(name)) == "/org/freedesktop/systemd1/unit/" + element)
    }

    /// A runtime directory with the given entries (plain files do: nothing connects here), gone after `body`.
    private func withFolder(_ entries: [String], _ body: (String) throws -> Void) throws {
        var template = Array("/tmp/mosaic,dbus XXXXXX".utf8CString)
        let made = try #require(mkdtemp(&template))
        let folder = String(cString: made)
        defer {
            for entry in entries { unlink(folder + "/" + entry) }
            rmdir(folder + "/systemd")
            rmdir(folder)
        }
        mkdir(folder + "/systemd", 0o700)
        for entry in entries { close(open(folder + "/" + entry, O_CREAT | O_WRONLY, 0o600)) }
        try body(folder)
    }

    @Test func thePrivateSocketComesFirstThenTheNamedBusThenTheUsualOne() throws {
        try withFolder(["systemd/private", "bus"]) { folder in
            let found = try ManagerAddress.candidates(
                scope: .user,
                environment: ["XDG_RUNTIME_DIR": folder, "DBUS_SESSION_BUS_ADDRESS": "unix:path=/x"])
            // libdbus needs a comma and a blank escaped
            let escaped = folder.replacing(",", with: "%2c").replacing(" ", with: "%20")
            #expect(
                found == [
                    .init(address: "unix:path=\(escaped)/systemd/private", isPeerToPeer: true),
                    .init(address: "unix:path=/x", isPeerToPeer: false),
                    .init(address: "unix:path=\(escaped)/bus", isPeerToPeer: false),
                ])
        }
    }

    @Test func theSameBusIsTriedOnce() throws {
        try withFolder(["bus"]) { folder in
            let escaped = folder.replacing(",", with: "%2c").replacing(" ", with: "%20")
            let found = try ManagerAddress.candidates(
                scope: .user,
                environment: [
                    "XDG_RUNTIME_DIR": folder, "DBUS_SESSION_BUS_ADDRESS": "unix:path=\(escaped)/bus",
                ])
            #expect(found == [.init(address: "unix:path=\(escaped)/bus", isPeerToPeer: false)])
        }
    }

    @Test(arguments: ["autolaunch:", "autolaunch:scope=*user", "nonsense", "unix:path", "", ";;", "a\0b"])
    func anAddressThatStartsABusOrIsNoneIsNotUsed(text: String) throws {
        try withFolder(["bus"]) { folder in
            let found = try ManagerAddress.candidates(
                scope: .user, environment: ["XDG_RUNTIME_DIR": folder, "DBUS_SESSION_BUS_ADDRESS": text])
            #expect(found.count == 1)
            #expect(found.first?.address.hasSuffix("/bus") == true)
        }
    }

    @Test(arguments: [nil, "", "relative", "/nowhere/at/all", "/tmp/\u{1B}[2J"] as [String?])
    func withoutARuntimeDirectoryTheErrorSaysHowToGetOne(folder: String?) throws {
        var environment: [String: String] = [:]
        environment["XDG_RUNTIME_DIR"] = folder
        let error = #expect(throws: FleetError.self) {
            try ManagerAddress.candidates(scope: .user, environment: environment, userID: 4_000_000_000)
        }
        #expect(error?.code == .noServiceManager)
        #expect(error?.hint.contains("loginctl enable-linger") == true)
        #expect(error?.message.contains("\u{1B}") == false)
        let tried = folder?.hasPrefix("/nowhere") == true ? "/nowhere/at/all" : "/run/user/4000000000"
        if folder?.hasPrefix("/tmp") != true { #expect(error?.message.contains(tried) == true) }
    }

    @Test func onlyRootTriesTheSystemManagersPrivateSocket() throws {
        let found = try ManagerAddress.candidates(scope: .system, environment: [:], userID: 1000)
        #expect(found == [.init(address: "unix:path=/run/dbus/system_bus_socket", isPeerToPeer: false)])
    }
}
