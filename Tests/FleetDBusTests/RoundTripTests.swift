internal import FleetKit
internal import FoundationEssentials
internal import Glibc
import Testing

@testable internal import FleetDBus

/// What the manager is asked, to the message. These counts do not vary with the machine or its load: one that rises makes
/// every status or restart slower, and one that falls belongs here, too.
@Suite(.timeLimit(.minutes(5))) struct RoundTrips {
    /// Each look at a unit's whole state: a `GetAll`, and a `Get` for each property wanted of the service.
    private static let getsOfALook = 7

    /// One `Get` is the manager's version, asked of each connection.
    @Test(arguments: [1, 20]) func aStatusListsOnceAndAsksForFiveProperties(agents: Int) throws {
        let counted = CountedManager(agents: agents)
        let manager = try counted.manager()
        _ = try manager.overview(of: counted.units)
        #expect(counted.peer.log.counts == ["ListUnitsByNames": 1, "Get": 1 + 5 * (agents + 1)])
    }

    /// The peer answers nothing of what it is asked for the units before it was asked everything.
    @Test func thePropertiesOfAllUnitsAreOneRoundTrip() throws {
        let counted = CountedManager(agents: 20, holdingBack: 5 * 21)
        let manager = try counted.manager()
        let states = try manager.overview(of: counted.units)
        #expect(states.map(\.mainPID) == Array(repeating: 42, count: 21))
    }

    enum Order: CaseIterable { case oneBatch, phases, undrained }

    /// How often a restart looks at the whole state of each agent: for the plan, and of those that it stopped or
    /// started before and after each command; in the phases once more before the start.
    @Test(arguments: Order.allCases, [1, 20]) func aRestartLooksAtEachUnitSoOften(order: Order, agents: Int) throws {
        let counted = CountedManager(agents: agents)
        try restart(counted, order)
        let looks = 6 + (order == .phases ? 6 : 2) * agents
        var expected = [
            // The plan of one batch rests on the settings of the holder, too: the GetAll of its two interfaces.
            "GetAll": looks + (order == .oneBatch ? 2 : 0), "Get": 1 + Self.getsOfALook * looks,
            "RestartUnit": 1, "GetUnitProcesses": 2,
        ]
        if order == .phases {
            expected["StopUnit"] = agents
            expected["StartUnit"] = agents
        }
        print("RESTART", order, agents, counted.peer.log.counts)
        #expect(counted.peer.log.counts == expected)
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
