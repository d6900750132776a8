import Testing

@testable import FleetGuard
@testable import FleetKit

@Suite("Choosing agents")
struct RosterSelectionTests {
    private func roster(_ names: [String]) throws -> Roster {
        Roster(
            origin: .file("/r.toml"), holder: .init(unit: try Roster.defaultHolder),
            agents: try names.map { name in
                let name = try AgentName(name)
                return Roster.Agent(name: name, unit: try name.unit)
            })
    }

    @Test func namesAndUnitNamesInTheOrderGivenAndOnce() throws {
        let roster = try roster(["a", "b", "c"])
        #expect(try roster.agents(named: []).map(\.name.rawValue) == ["a", "b", "c"])
        #expect(
            try roster.agents(named: ["c", "mosaic-agent@a.service", "a", "c"]).map(\.name.rawValue) == ["c", "a"])
    }

    @Test func aNameFitsItsUnit() throws {
        _ = try AgentName(String(repeating: "x", count: 234)).unit
        let error = #expect(throws: FleetError.self) { try AgentName(String(repeating: "x", count: 235)) }
        #expect(error?.code == .usage && error?.message.hasSuffix("has 235 bytes") == true)
        #expect(error?.hint == "choose a name of at most 234 bytes")
    }

    @Test(
        arguments: [
            (["plnner"], "'plnner'", "did you mean planner?"), (["plan"], "'plan'", "did you mean planner?"),
            (["zzz", "planner", "yyy", "zzz"], "'zzz', 'yyy'", "the agents in /r.toml: planner, reviewer"),
            (["mosaic-tmux-holder.service"], "holder", "the holder (mosaic-tmux-holder.service) is"),
            (["holder"], "'holder'", "is the tmux server of all agents"), (["-H x"], "'-H x'", "planner, reviewer"),
            (["a\u{1B}[2J\n"], "\\u{1b}", "planner"), (["x*"], "'x*'", "planner"), ([""], "''", "planner"),
        ] as [([String], String, String)])
    func theUnknownAreNamedWithWhatIsNear(names: [String], message: String, hint: String) throws {
        let roster = try roster(["planner", "reviewer"])
        let error = #expect(throws: FleetError.self) { try roster.agents(named: names) }
        #expect(error?.code == .noSuchUnit)
        #expect(error?.exitStatus.rawValue == 4)
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
        #expect(error?.hint.contains(hint) == true, "\(error?.hint ?? "")")
    }

    /// `holder` and `coder` are two changes apart.
    @Test func theHolderIsNotTakenForAnAgentWithASimilarName() throws {
        let error = #expect(throws: FleetError.self) { try roster(["coder"]).agents(named: ["holder"]) }
        #expect(error?.hint.contains("did you mean") == false && error?.hint.contains("name no agent") == true)
    }

    @Test(
        arguments: [
            (["worker-*"], ["worker-1", "worker-2", "worker-10"]), (["worker-?"], ["worker-1", "worker-2"]),
            (["*"], ["worker-1", "worker-2", "worker-10", "planner", "p.2"]),
            (["p*", "worker-2"], ["planner", "p.2", "worker-2"]),
            (["worker-[!1]"], ["worker-2"]), (["worker-[0-9]*", "worker-1"], ["worker-1", "worker-2", "worker-10"]),
            (["mosaic-agent@p*.service"], ["planner", "p.2"]), (["[p]*r"], ["planner"]), (["p.[]2]"], ["p.2"]),
            (["*-*1*"], ["worker-1", "worker-10"]), (["?????r-1"], ["worker-1"]),
        ] as [([String], [String])])
    func patternsAreMatchedAgainstTheRoster(names: [String], chosen: [String]) throws {
        let roster = try roster(["worker-1", "worker-2", "worker-10", "planner", "p.2"])
        #expect(try roster.agents(named: names).map(\.name.rawValue) == chosen)
    }

    @Test(arguments: [
        "x*", "worker-[", "worker-[2-1]", "[]", "[!]", "W*", "worker-?1?", "?", "/*", "worker-*/", "p?2?",
    ])
    func aPatternThatMatchesNothingNamesTheAgents(pattern: String) throws {
        let roster = try roster(["worker-1", "worker-2", "planner", "p.2"])
        let error = #expect(throws: FleetError.self) { try roster.agents(named: ["planner", pattern]) }
        #expect(error?.code == .noSuchUnit && error?.message.contains("'\(pattern)'") == true)
        #expect(error?.hint == "the agents in /r.toml: worker-1, worker-2, planner, p.2")
    }

    @Test func aPatternOfManyStarsEnds() throws {
        let roster = try roster([String(repeating: "a", count: 200)])
        let pattern = String(repeating: "a*", count: 5000) + "b"
        #expect(throws: FleetError.self) { try roster.agents(named: [pattern]) }
    }

    @Test func nearWords() {
        #expect(Suggestion.near("sokcet", in: ["unit", "socket"]) == ["socket"])
        #expect(Suggestion.near("x", in: ["unit", "socket"]) == [])
        #expect(Suggestion.near(String(repeating: "x", count: 100_000), in: ["unit"]) == [])
        #expect(Suggestion.near("agent", in: ["agent1", "agent2", "agent3", "agent4"]).count == 3)
    }
}

@Suite("A fleet without a roster")
struct RosterDiscoveryTests {
    @Test func holderAndAgentsThatTheManagerKnows() throws {
        let manager = ListingManager([
            "mosaic-agent@b.service", "mosaic-tmux-holder.service", "mosaic-agent@a.service", "mosaic-agent@b.service",
            "mosaic-agent@x:y.service",
        ])
        let roster = try Roster.discover(from: manager)
        #expect(manager.patterns == ["mosaic-tmux-holder.service", "mosaic-agent@*.service"])
        #expect(roster.origin == .discovered)
        #expect(roster.holder == Roster.Holder(unit: try UnitName("mosaic-tmux-holder.service")))
        #expect(roster.agents.map(\.name.rawValue) == ["a", "b"])
    }

    @Test func withoutAHolderTheHintIsInit() {
        let error = #expect(throws: FleetError.self) {
            try Roster.discover(from: ListingManager(["mosaic-agent@a.service"]))
        }
        #expect(error?.code == .noSuchUnit)
        #expect(error?.hint.contains("mosaic fleet init") == true)
    }

    /// Knows some units and nothing else.
    private final class ListingManager: ServiceManager {
        let units: [String]
        var patterns: [String] = []
        let endpoint = "a list"

        init(_ units: [String]) { self.units = units }

        func loadedUnits(matching patterns: [String]) throws(FleetError) -> [UnitName] {
            self.patterns = patterns
            var names: [UnitName] = []
            for unit in units { names.append(try UnitName(unit)) }
            return names
        }
        func states(of units: [UnitName]) throws(FleetError) -> [UnitState] { [] }
        func settings(of units: [UnitName]) throws(FleetError) -> [UnitSettings] { [] }
        func perform(
            _ commands: [UnitCommand], maxParallel: Int?, supervisor: any JobSupervisor
        ) throws(FleetError) -> [UnitOutcome] { [] }
        func waitForChange(
            of units: [UnitName], atMost limit: Duration, supervisor: any JobSupervisor
        ) throws(FleetError) -> Bool { false }

        func processes(of unit: UnitName) throws(FleetError) -> [Int32] { [] }
        func footing(of units: [UnitName]) throws(FleetError) -> ManagerFooting {
            ManagerFooting(runtimeDirectory: nil, environment: [:], units: units.map { .init(id: $0, path: "") })
        }
        func reload() throws(FleetError) {}
        func adopt(_ pid: Int32, intoScope scope: UnitName, description: String) throws(FleetError) {}
    }
}
