import FleetGuard
import FleetTestSupport
import Glibc
import Testing

@testable import FleetKit

/// What a host writes down before it acts for a station.
@Suite("Host ledger", .timeLimit(.minutes(10))) struct HostLedgerTests {
    private let folder = FakeDirectory()
    private var home: MosaicHome { MosaicHome(absolute: folder.path) }

    private func ledger(size: Int = 256, after seconds: Double = 0) throws -> HostLedger {
        try ScriptedHome.makeFolder(home.fleetDirectory)
        return HostLedger(home: home, size: size) { SystemTime().wallClock() + seconds }
    }

    private func id(_ digit: Int = 1) throws -> HostOperationID {
        try #require(HostOperationID("1111111\(digit)-2222-3333-4444-555555555555"))
    }

    /// Whether the id could be taken; what took it lets go at once.
    private func isAccepted(_ ledger: HostLedger, _ id: HostOperationID? = nil, generation: Int? = nil) throws -> Bool {
        switch try ledger.accept(
            id ?? self.id(), author: "me", command: ["restart"], generation: generation ?? ledger.generation())
        {
        case .accepted(let operation):
            try ledger.end(operation, status: 0)
            return true
        case .known: return false
        }
    }

    private func numbered(_ number: Int) throws -> HostOperationID {
        let digits = String(number)
        return try #require(
            HostOperationID(
                "22222222-2222-3333-4444-" + String(repeating: "0", count: 12 - digits.utf8.count) + digits))
    }

    private var files: Int { FolderListing(home.fleetDirectory + "/operations").entries.count }

    @Test("An id is taken once, and its state is told from the beginning to the end") func once() throws {
        let ledger = try ledger()
        #expect(try ledger.state(of: id()) == (.unknown, nil))
        #expect(try ledger.running() == 0)
        switch try ledger.accept(id(), author: "me", command: ["restart"], generation: 0) {
        case .accepted(let operation):
            #expect(try ledger.state(of: id()) == (.running, nil))
            #expect(try !isAccepted(ledger))
            #expect(try ledger.settle(id(), author: "me") == (.running, nil))
            _ = try ledger.settle(id(2), author: "me")
            try ScriptedHome.write("{", to: home.fleetDirectory + "/operations/\(id(3))")
            #expect(try ledger.running() == 1)
            try ledger.end(operation, status: 75)
        case .known: Issue.record("a fresh id was refused")
        }
        #expect(try ledger.state(of: id()) == (.ended, 75))
        #expect(try ledger.running() == 0)
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
        if case .accepted(let operation) = try ledger.accept(id(), author: "me", command: ["restart"], generation: 0) {
            // As its program holds it.
            copy = dup(operation.descriptor.number)
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

    @Test("The folder stays bounded by number, and what was forgotten is refused like what is known") func number()
        throws
    {
        let size = 8
        let ledger = try ledger(size: size)
        for number in 0..<(5 * size) { #expect(try isAccepted(ledger, numbered(number))) }
        // Each has its end beside it; the generations and the lock are two more.
        #expect(files <= 2 * size * 2 + 2)
        // None that was begun is done again, with what its station knew then; the newest are known.
        for number in 0..<(5 * size) {
            if try ledger.state(of: numbered(number)).0 == .ended {
                #expect(try !isAccepted(ledger, numbered(number), generation: number / size))
            } else {
                #expect(number < 4 * size)
                let error = #expect(throws: FleetError.self) {
                    try self.isAccepted(ledger, self.numbered(number), generation: number / size)
                }
                #expect(error?.message.contains("older than") == true)
            }
        }
    }

    @Test("Old ones go by age, but not one that runs, and not the last month") func age() throws {
        let ledger = try ledger()
        #expect(try isAccepted(ledger, numbered(1)))
        #expect(try ledger.settle(numbered(2), author: "me").0 == .void)
        guard case .accepted(let running) = try ledger.accept(numbered(3), author: "me", command: [], generation: 0)
        else {
            Issue.record("a fresh id was refused")
            return
        }
        let month = try self.ledger(after: HostLedger.age + 60)
        #expect(try isAccepted(month, numbered(4)))
        #expect(try month.state(of: numbered(1)).0 == .ended)
        #expect(try month.generation() == 1)
        #expect(try isAccepted(ledger, numbered(5)))
        #expect(try month.generation() == 1)
        // The generation is as old as its file, which was written just now.
        let file = home.fleetDirectory + "/operations/.generations"
        var times = [
            timeval(tv_sec: time(nil) - 32 * 86_400, tv_usec: 0), timeval(tv_sec: time(nil) - 32 * 86_400, tv_usec: 0),
        ]
        #expect(utimes(file, &times) == 0)
        let ledgerNow = try self.ledger()
        #expect(try isAccepted(ledgerNow, numbered(6)))
        #expect(try ledgerNow.generation() == 2)
        #expect(try ledgerNow.state(of: numbered(1)).0 == .unknown)
        #expect(try ledgerNow.state(of: numbered(2)).0 == .unknown)
        #expect(try ledgerNow.state(of: numbered(3)).0 == .running)
        #expect(try ledgerNow.state(of: numbered(4)).0 == .ended)
        // What was void stays so for the station that made it.
        #expect(throws: FleetError.self) { try self.isAccepted(ledgerNow, self.numbered(2), generation: 0) }
        try ledger.end(running, status: 0)
    }

    @Test("A beginning that the horizon overtakes is refused: its id may have been forgotten in between")
    func overtaken() throws {
        #expect(try isAccepted(ledger(), numbered(1)))
        let file = home.fleetDirectory + "/operations/.generations"
        // The clock is asked after the first look at the generations, when another one turns them.
        let overtaken = HostLedger(home: home) {
            do { try ScriptedHome.write("2 1\n", to: file) } catch { Issue.record(error) }
            return SystemTime().wallClock()
        }
        let error = #expect(throws: FleetError.self) {
            try self.isAccepted(overtaken, self.numbered(2), generation: 0)
        }
        #expect(error?.message.contains("older than") == true)
    }

    @Test("A generation from another ledger begins nothing, and a damaged file is told") func foreign() throws {
        let ledger = try ledger()
        #expect(throws: FleetError.self) { try self.isAccepted(ledger, generation: 1) }
        #expect(try ledger.state(of: id()).0 == .unknown)
        for text in ["", "1", "1 2\n", "-1 -1\n", "x y\n", "9223372036854775807 0\n", "1 0 0\n"] {
            try ScriptedHome.write(text, to: home.fleetDirectory + "/operations/.generations")
            let error = #expect(throws: FleetError.self) { try self.isAccepted(ledger, generation: 0) }
            #expect(error?.code == .io)
        }
    }

    @Test("Only the name of a login's scope in a cgroup's path is a session")
    func sessions() {
        #expect(OwnScope.session(in: "/user.slice/user-1000.slice/session-3.scope") == "session-3.scope")
        #expect(OwnScope.session(in: "/x.slice/session-c1.scope/inner") == "session-c1.scope")
        for path in [
            "/", "/user.slice/user-1000.slice/user@1000.service/app.slice/x.scope", "/system.slice/ssh.service",
            "/session-1.slice",
        ] {
            #expect(OwnScope.session(in: path) == nil)
        }
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
