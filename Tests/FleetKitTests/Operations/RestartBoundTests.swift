import Testing

@testable import FleetGuard
@testable import FleetKit

/// How long a restart declares that it may take.
@Suite struct RestartBoundTests {
    private static func roster() throws -> Roster {
        Roster(
            origin: .discovered, holder: .init(unit: try UnitName("holder.service")),
            agents: try ["a", "b", "c"].map {
                Roster.Agent(name: try AgentName($0), unit: try UnitName("mosaic-agent@\($0).service"))
            })
    }

    /// - Parameter agents: the timeouts of `a`, `b`, `c`, for the start and for the stop.
    private static func longest(
        _ agents: [UnitTimeouts], _ change: (inout RestartOptions) throws -> Void = { _ in }
    ) throws -> Duration {
        let roster = try roster()
        var options = RestartOptions()
        options.settleTimeout = .seconds(30)
        options.stableFor = .seconds(2)
        try change(&options)
        let holder = UnitTimeouts(start: .seconds(30), stop: .seconds(20))
        return try RestartBound(
            roster: roster, options: options,
            timeouts: Dictionary(uniqueKeysWithValues: zip(roster.units, [holder] + agents))
        ).longest()
    }

    private static let quick = UnitTimeouts(start: .seconds(10), stop: .seconds(5))
    private static let slow = UnitTimeouts(start: .seconds(60), stop: .seconds(600))
    /// The holder's stop, which systemd may grant twice, its start, the settling, the watching, and the margin.
    private static let rest = Duration.seconds(2 * 20 + 30 + 30 + 2) + RestartBound.margin

    @Test func `Agents are stopped and started side by side, so the slowest one counts`() throws {
        #expect(try Self.longest([Self.quick, Self.quick, Self.quick]) == .seconds(2 * 5 + 10) + Self.rest)
        #expect(try Self.longest([Self.quick, Self.slow, Self.quick]) == .seconds(2 * 600 + 60) + Self.rest)
    }

    @Test func `A restart of some agents counts those`() throws {
        let some = try Self.longest([Self.quick, Self.slow, Self.quick]) { $0.agents = [try AgentName("a")] }
        #expect(some == .seconds(2 * 5 + 10) + Self.rest)
        #expect(
            failure { try Self.longest([Self.quick, Self.quick, Self.quick]) { $0.agents = [try AgentName("x")] } }?
                .code
                == .noSuchUnit)
    }

    @Test func `With a bound on the jobs at once their times add up`() throws {
        let one = try Self.longest([Self.quick, Self.quick, Self.quick]) { $0.maxParallel = 1 }
        #expect(one >= .seconds(3 * (2 * 5 + 10)) + Self.rest)
        let many = try Self.longest([Self.quick, Self.quick, Self.quick]) { $0.maxParallel = 3 }
        #expect(many == .seconds(2 * 5 + 10) + Self.rest)
    }

    /// Somebody waits for the lock, so a plan has an end.
    @Test func `A unit without a timeout counts as one hour`() throws {
        let endless = try Self.longest([Self.quick, UnitTimeouts(start: nil, stop: nil), Self.quick])
        #expect(endless == RestartBound.infinite * 3 + Self.rest)
    }

    @Test func `A rolling restart counts each step with its slowest agent, and the watching of each`() throws {
        let agents = [Self.quick, Self.slow, Self.quick]
        let one = try Self.longest(agents) { $0.rolling = RestartOptions.Rolling(width: 1) }
        let work: Int = 20 + 20 + 1260
        let watchedMore = Duration.seconds(4)
        let least: Duration = .seconds(work) + Self.rest + watchedMore
        #expect(one >= least)
        let three = try Self.longest(agents) {
            $0.rolling = RestartOptions.Rolling(width: 3)
            $0.stableFor = .seconds(600)
        }
        let other: Duration = .seconds(1260 + 600)
        #expect(three >= other)
    }
}
