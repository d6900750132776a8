internal import FleetGuard
internal import FleetKit
internal import FoundationEssentials
internal import Glibc
import Testing

@testable internal import FleetDBus

/// What the manager is asked, to the message. These counts do not vary with the machine or its load: one that rises makes
/// every status or restart slower, and one that falls belongs here, too.
@Suite(.timeLimit(.minutes(10))) struct RoundTrips {
    /// One `Get` is the manager's version, asked of each connection.
    @Test(arguments: [1, 20]) func aStatusListsOnceAndAsksForSixProperties(agents: Int) throws {
        let counted = CountedManager(agents: agents)
        let manager = try counted.manager()
        _ = try manager.overview(of: counted.units)
        #expect(counted.peer.log.counts == ["ListUnitsByNames": 1, "Get": 1 + 6 * (agents + 1)])
    }

    @Test func aProcessorTimeIsAskedForOnlyWhereItIsWanted() throws {
        let counted = CountedManager(agents: 2)
        let manager = try counted.manager()
        let states = try manager.overview(of: counted.units, withCPU: true)
        #expect(counted.peer.log.counts == ["ListUnitsByNames": 1, "Get": 1 + 7 * 3])
        #expect(states.allSatisfy { $0.cpu != nil })
    }

    /// The peer answers nothing of what it is asked for the units before it was asked everything.
    @Test func thePropertiesOfAllUnitsAreOneRoundTrip() throws {
        let counted = CountedManager(agents: 20, holdingBack: 6 * 21)
        let manager = try counted.manager()
        let states = try manager.overview(of: counted.units)
        #expect(states.map(\.mainPID) == Array(repeating: 42, count: 21))
    }

    /// A look at units is either whole, a `GetAll` and eight `Get`s of each, or brief: two lists, and two `Get`s of each
    /// that is up.
    struct Looks: CustomTestStringConvertible {
        let order: Order
        let whole: Int
        let briefAtTheHolder: Int
        let briefAtEachAgent: Int
        let lists: Int
        var testDescription: String { "\(order)" }
    }

    enum Order { case oneBatch, phases, undrained }

    static let looks = [
        // Whether one batch is possible is in the whole state alone, and in two `GetAll`s of the holder's settings.
        Looks(order: .oneBatch, whole: 1, briefAtTheHolder: 5, briefAtEachAgent: 1, lists: 12),
        Looks(order: .phases, whole: 0, briefAtTheHolder: 6, briefAtEachAgent: 3, lists: 19),
        Looks(order: .undrained, whole: 0, briefAtTheHolder: 6, briefAtEachAgent: 2, lists: 14),
    ]

    @Test(arguments: looks, [1, 20]) func aRestartLooksSoOften(_ looks: Looks, agents: Int) throws {
        let counted = CountedManager(agents: agents)
        try restart(counted, looks.order)
        var counts = counted.peer.log.counts
        let brief = looks.briefAtTheHolder + looks.briefAtEachAgent * agents
        let whole = looks.whole * (agents + 1)
        var expected = [
            // One `Get` and one list of processes are the look for another server in the place of the holder's.
            "Get": 2 + 2 * brief + 8 * whole, "GetAll": whole + (looks.order == .oneBatch ? 2 : 0),
            "ListUnitsByNames": looks.lists, "ListUnitsByPatterns": 1, "RestartUnit": 1, "GetUnitProcesses": 3,
        ]
        if looks.order == .phases {
            expected["StopUnit"] = agents
            expected["StartUnit"] = agents
            // Jobs that end 50 ms after each other are looked at by themselves. One agent's always end together.
            if agents > 1 { expected["ListUnitsByNames"] = counts["ListUnitsByNames"] }
        }
        counts["GetAll", default: 0] += 0
        #expect(counts == expected)
    }

    private func restart(_ counted: CountedManager, _ order: Order) throws {
        var folder = Array("/tmp/round-trips-XXXXXX".utf8CString)
        let home = String(cString: try #require(mkdtemp(&folder)))
        defer { try? FileManager.default.removeItem(atPath: home) }
        let processes = try ProcFileSystem()
        let time = SystemTime()
        let store = try FileLockStore.open(home: home, mutex: .auto, time: time, processes: processes)
        let guarded = Guard(store: store, time: time, processes: processes)
        var options = RestartOptions()
        options.stableFor = .zero
        options.drain = order != .undrained
        options.maxParallel = order == .phases ? 1000 : nil
        let operation = RestartOperation(manager: try counted.manager(), roster: try counted.roster, options: options)
        let request = LockRequest(scope: .fleet, command: "a test", reason: "a test")
        let report = try guarded.withLock(request, WaitPolicy()) { lock throws(FleetError) in
            try operation.run(holding: lock)
        }
        #expect(report.exitStatus == .done, "\(report)")
    }
}
