import FleetGuard
import FleetTestSupport
import Glibc
import Testing

@testable import FleetKit

/// What a host writes down before it acts for a station.
@Suite("Host ledger", .timeLimit(.minutes(10))) struct HostLedgerTests {
    private let folder = FakeDirectory()
    private var home: MosaicHome { MosaicHome(absolute: folder.path) }

    private func ledger() throws -> HostLedger {
        try ScriptedHome.makeFolder(home.fleetDirectory)
        return HostLedger(home: home)
    }

    private func id(_ digit: Int = 1) throws -> HostOperationID {
        try #require(HostOperationID("1111111\(digit)-2222-3333-4444-555555555555"))
    }

    /// Whether the id could be taken; what took it lets go at once.
    private func isAccepted(_ ledger: HostLedger) throws -> Bool {
        if let operation = try ledger.accept(id(), author: "me", command: ["restart"]) {
            _ = consume operation
            return true
        }
        return false
    }

    @Test("An id is taken once, and its state is told from the beginning to the end") func once() throws {
        let ledger = try ledger()
        #expect(try ledger.state(of: id()) == (.unknown, nil))
        if let operation = try ledger.accept(id(), author: "me", command: ["restart"]) {
            #expect(try ledger.state(of: id()) == (.running, nil))
            #expect(try !isAccepted(ledger))
            #expect(try ledger.settle(id(), author: "me") == (.running, nil))
            try ledger.end(operation, status: 75)
        } else {
            Issue.record("a fresh id was refused")
        }
        #expect(try ledger.state(of: id()) == (.ended, 75))
        #expect(try !isAccepted(ledger))
    }

    @Test("An operation that is settled before it begins never begins") func void() throws {
        let ledger = try ledger()
        #expect(try ledger.settle(id(), author: "me") == (.void, nil))
        #expect(try !isAccepted(ledger))
        #expect(try ledger.state(of: id()) == (.void, nil))
    }

    @Test("One whose keeper was killed has ended without a word, and not before its program has") func killed() throws {
        let ledger = try ledger()
        var copy: CInt = -1
        if let operation = try ledger.accept(id(), author: "me", command: ["restart"]) {
            // As its program holds it.
            copy = dup(operation.descriptor)
        }
        #expect(copy >= 0)
        #expect(try ledger.state(of: id()) == (.running, nil))
        close(copy)
        #expect(try ledger.state(of: id()) == (.ended, nil))
    }

    @Test("A file that is none of ours is told, not taken for an end") func damaged() throws {
        let ledger = try ledger()
        _ = try ledger.settle(id(), author: "me")
        try ScriptedHome.write("{", to: home.fleetDirectory + "/operations/\(id())")
        let error = #expect(throws: FleetError.self) { try ledger.state(of: id()) }
        #expect(error?.code == .io)
        #expect(throws: FleetError.self) { try ledger.settle(id(), author: "me") }
    }

    @Test(
        "Only a UUID is an id",
        arguments: [
            "", "x", "../../../../etc/passwd-aaaa-bbbb-cccccc", "11111111-2222-3333-4444-55555555555",
            "11111111-2222-3333-4444-5555555555555", "1111111--2222-3333-4444-555555555555",
            "111111112222-3333-4444-555555555555-", "GGGGGGGG-2222-3333-4444-555555555555",
        ])
    func ids(_ text: String) { #expect(HostOperationID(text) == nil) }

    @Test("Two names of one home are one identity, another home is another") func identity() throws {
        try ScriptedHome.makeFolder(folder.path + "/a")
        try ScriptedHome.makeFolder(folder.path + "/b")
        #expect(symlink(folder.path + "/a", folder.path + "/link") == 0)
        let machine = folder.path + "/machine-id"
        try ScriptedHome.write("3d1219c7c4c5404aaa1f6d2a48adfda4\n", to: machine)
        func identity(_ name: String) throws -> String {
            try HostIdentity.of(MosaicHome(absolute: folder.path + "/" + name), machineFile: machine)
        }
        #expect(try identity("a") == identity("link"))
        #expect(try identity("a") != identity("b"))
        #expect(HostIdentity.isOne(try identity("a")))
        try ScriptedHome.write("uninitialized\n", to: machine)
        #expect(throws: FleetError.self) { try identity("a") }
        for text in ["", "../a", "a/b", "A", String(repeating: "a", count: 101)] { #expect(!HostIdentity.isOne(text)) }
    }
}
