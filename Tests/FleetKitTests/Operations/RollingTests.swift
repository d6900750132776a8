import FleetFake
import FleetTestSupport
import Testing

@testable import FleetGuard
@testable import FleetKit

/// `restart --rolling` and `--only-outdated`, with a scripted manager in manual time.
@Suite("A rolling restart", .timeLimit(.minutes(10)))
struct RollingTests {
    /// A fleet whose agents take a while to stop and to start, all of them in an old run.
    private func fleet(_ count: Int, width: Int, onlyOutdated: Bool = false) throws -> OperationFixture {
        let fixture = try OperationFixture(agents: count)
        fixture.options.maxParallel = nil
        fixture.options.rolling = .init(width: width)
        fixture.options.onlyOutdated = onlyOutdated
        fixture.options.resumption = ["restart", "--rolling=\(width)"] + (onlyOutdated ? ["--only-outdated"] : [])
        for index in 0..<count { try script(fixture, index) }
        try fixture.bringUp()
        fixture.freshness.old = Set(try fixture.states().dropFirst().map(\.invocationID))
        return fixture
    }

    private func script(
        _ fixture: OperationFixture, _ index: Int, _ change: (inout FakeUnit) -> Void = { _ in }
    ) throws {
        try fixture.fleet.install(
            fixture.agentScript(index) {
                $0.stopDelay = .milliseconds(30)
                $0.runs = [.up(after: .milliseconds(40))]
                $0.restart = .no
                change(&$0)
            })
    }

    /// Looks at the fleet at every moment at which the restart does, and remembers how many were down at once.
    private func watchDown(_ fixture: OperationFixture) throws -> () -> Int {
        let look = try FakeServiceManager(directory: fixture.directory.path, clock: fixture.clock)
        let units = fixture.agents.map(\.unit)
        var most = 0
        fixture.lock.onCheck = { _ in
            do { most = max(most, try look.states(of: units).count { !$0.isActive }) } catch { Issue.record(error) }
        }
        return { most }
    }

    private func agents(_ sent: [String]) -> [String] {
        sent.compactMap { line in
            line.hasPrefix("restart mosaic-agent@") ? String(line.dropFirst(21).prefix { $0 != "." }) : nil
        }
    }

    @Test(arguments: [1, 3, 20]) func neverMoreThanSoManyAreDown(width: Int) throws {
        let fixture = try fleet(20, width: width)
        let most = try watchDown(fixture)
        let holder = try fixture.states()[0].invocationID
        let report = try fixture.restart()
        #expect(report.exitStatus == .done && report.units.count == 20 && report.resume == nil)
        #expect(most() == width)
        #expect(try fixture.states()[0].invocationID == holder, "the holder stays")
        #expect(
            try fixture.states().dropFirst().allSatisfy {
                $0.isActive && !fixture.freshness.old.contains($0.invocationID)
            })
        #expect(try agents(fixture.sent()) == (1...20).map { "a\($0)" })
        #expect(try fixture.intents.read().owed == [])
        #expect(fixture.observer.phases.filter { $0 == .restart }.count == 1, "one phase over all of them")
        #expect(fixture.lock.events.last?.total == 20)
    }

    @Test func eachStaysUpBeforeTheNextBegins() throws {
        let fixture = try fleet(2, width: 1)
        fixture.options.stableFor = .seconds(5)
        var sent: [Duration] = []
        fixture.observer.onEvent = { if case .sent = $0 { sent.append(fixture.clock.now()) } }
        _ = try fixture.restart()
        #expect(sent.count == 2 && sent[1] - sent[0] >= .seconds(5))
        #expect(fixture.observer.waits.contains("a1 to stay up for 5s"))
    }

    enum Failing: CaseIterable { case atOnce, whileWatched }

    @Test(arguments: Failing.allCases) func theFirstFailureHalts(_ failing: Failing) throws {
        let fixture = try fleet(20, width: 3)
        try script(fixture, 6) {
            $0.runs = failing == .atOnce ? [.up(), .fails()] : [.up(), .dies(after: .seconds(1))]
        }
        try fixture.fleet.bringUp([fixture.agents[6].unit])
        let most = try watchDown(fixture)
        let report = try fixture.restart()
        #expect(report.exitStatus == .unitFailed)
        #expect(most() <= 3)
        #expect(try agents(fixture.sent()) == (1...9).map { "a\($0)" })
        #expect(report.failed.map(\.unit) == [fixture.agents[6].unit])
        #expect(report.units.first { $0.unit == fixture.agents[8].unit }?.step == 3)
        #expect(report.notReached.map(\.unit) == fixture.agents[9...].map(\.unit))
        let left = (10...20).map { "a\($0)" }.joined(separator: " ")
        #expect(report.resume == "mosaic fleet restart --rolling=3 \(left)")
        // What it names goes on: nothing else is touched.
        fixture.options.agents = fixture.agents[9...].map(\.name)
        #expect(try fixture.restart().exitStatus == .done)
        #expect(try agents(fixture.sent()) == (1...20).map { "a\($0)" })
    }

    /// Ctrl-C: those that systemd brings up by itself need no command any more.
    @Test(arguments: [false, true]) func interruptedItSaysHowItGoesOn(onlyOutdated: Bool) throws {
        let fixture = try fleet(6, width: 2, onlyOutdated: onlyOutdated)
        fixture.observer.onEvent = { event in
            if case .sent(let command) = event, command.unit == fixture.agents[3].unit {
                fixture.signal.value = FleetError(.interrupted, "interrupted", hint: "")
            }
        }
        let error = fixture.error { _ = try fixture.restart() }
        #expect(error?.code == .interrupted)
        let names = onlyOutdated ? " --only-outdated" : " a5 a6"
        #expect(error?.hint == "to reach the rest: mosaic fleet restart --rolling=2\(names)")
        #expect(
            error?.message.contains("up: 2 units; left to systemd: \(fixture.agents[2].unit)") == true,
            "\(error as Any)")
    }

    @Test func onlyWhatIsOutdatedGoesOnAfterAFailureThatStays() throws {
        let fixture = try fleet(8, width: 2, onlyOutdated: true)
        try script(fixture, 2) { $0.runs = [.up(), .fails()] }
        try fixture.fleet.bringUp([fixture.agents[2].unit])
        let first = try fixture.restart()
        #expect(first.resume == "mosaic fleet restart --rolling=2 --only-outdated")
        #expect(try agents(fixture.sent()) == ["a1", "a2", "a3", "a4"])
        let second = try fixture.restart()
        #expect(second.exitStatus == .done)
        #expect(try agents(fixture.sent()) == (1...8).map { "a\($0)" })
        #expect(second.skipped.contains { $0.unit == fixture.agents[2].unit && $0.why.contains("failed") })
        let third = try fixture.restart()
        #expect(third.exitStatus == .done && third.units.isEmpty && third.nothing == "Nothing is outdated")
    }

    /// A restart that dies at its n-th call, for every n; then another one goes on at once.
    @Test(arguments: [1, 3], [true, false])
    func afterACrashAnywhereTheNextOneFinishes(width: Int, onlyOutdated: Bool) throws {
        var crashes = 0
        for check in 1...2000 {
            let fixture = try fleet(7, width: width, onlyOutdated: true)
            fixture.options.stableFor = .milliseconds(200)
            fixture.roster.agents[0].autostart = false
            fixture.options.onlyOutdated = onlyOutdated
            let most = try watchDown(fixture)
            fixture.lock.crashAtCheck = check
            let crash = fixture.error { _ = try fixture.restart() }
            guard crash != nil else { break }
            crashes += 1
            fixture.lock.crashAtCheck = nil
            // At once: the jobs of the dead one are still on their way.
            fixture.options.onlyOutdated = true
            let second = try fixture.restart()
            #expect(second.exitStatus == .done, "crash at check \(check): \(second)")
            fixture.clock.advance(by: .seconds(5))
            #expect(most() <= width, "crash at check \(check)")
            let states = try fixture.states().dropFirst()
            #expect(
                states.allSatisfy { $0.isActive && !fixture.freshness.old.contains($0.invocationID) },
                "crash at check \(check)")
            #expect(try fixture.intents.read().owed == [], "crash at check \(check)")
        }
        #expect(crashes > 20 && crashes < 2000)
    }

    /// Restarts of all kinds die one after the other at moments of their own; the last one finishes, whatever they were.
    @Test(arguments: 0..<150) func afterSeveralCrashesTheLastOneFinishes(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let width = Int.random(in: 1...4, using: &random)
        let fixture = try fleet(Int.random(in: 2...9, using: &random), width: width, onlyOutdated: true)
        fixture.options.stableFor = .milliseconds(Int.random(in: 0...200, using: &random))
        let most = try watchDown(fixture)
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            fixture.lock.crashAtCheck = fixture.lock.checks + Int.random(in: 1...60, using: &random)
            fixture.options.onlyOutdated = Bool.random(using: &random)
            _ = fixture.error { _ = try fixture.restart() }
            fixture.clock.advance(by: .milliseconds(Int.random(in: 0...80, using: &random)))
        }
        fixture.lock.crashAtCheck = nil
        fixture.options.onlyOutdated = true
        #expect(try fixture.restart().exitStatus == .done)
        #expect(most() <= width)
        #expect(
            try fixture.states().dropFirst().allSatisfy {
                $0.isActive && !fixture.freshness.old.contains($0.invocationID)
            })
        #expect(try fixture.intents.read().owed == [])
    }

    @Test func whatWasStoppedOrDoesNotStartByItselfStaysDown() throws {
        let fixture = try fleet(4, width: 2)
        _ = try StopOperation(
            manager: fixture.manager, roster: fixture.roster, agents: [fixture.agents[1].name],
            surroundings: fixture.surroundings()
        ).run()
        fixture.roster.agents[2].autostart = false
        _ = try fixture.manager.perform(
            [UnitCommand(.stop, fixture.agents[2].unit)], maxParallel: nil, supervisor: Unsupervised())
        for onlyOutdated in [false, true] {
            fixture.options.onlyOutdated = onlyOutdated
            let report = try fixture.restart()
            #expect(report.exitStatus == .done)
            #expect(try fixture.states().map(\.isActive) == [true, true, false, false, true])
            #expect(report.skipped.first { $0.unit == fixture.agents[1].unit }?.why == "it was stopped on purpose")
        }
    }

    @Test func theCanaryGoesAloneAndFirst() throws {
        let fixture = try fleet(5, width: 2)
        fixture.options.rolling?.canary = .agent(fixture.agents[2].name)
        #expect(try fixture.operation().plan().groups.map(\.count) == [1, 2, 2])
        try script(fixture, 2) { $0.runs = [.up(), .fails()] }
        try fixture.fleet.bringUp([fixture.agents[2].unit])
        let report = try fixture.restart()
        #expect(try agents(fixture.sent()) == ["a3"])
        #expect(report.resume == "mosaic fleet restart --rolling=2 a1 a2 a4 a5")
        fixture.options.rolling?.canary = .first
        #expect(try fixture.operation().plan().groups.map(\.count) == [1, 1, 2, 1], "what is down comes first")
        fixture.options.agents = [fixture.agents[0].name]
        fixture.options.rolling?.canary = .agent(fixture.agents[4].name)
        #expect(fixture.error { _ = try fixture.operation().plan() }?.code == .usage)
    }

    @Test func anotherRestartInBetweenCounts() throws {
        let fixture = try fleet(4, width: 1)
        fixture.options.wish = try fixture.operation().wish()
        _ = try fixture.manager.perform(
            [UnitCommand(.restart, fixture.agents[1].unit)], maxParallel: nil, supervisor: Unsupervised())
        let report = try fixture.restart()
        #expect(report.fulfilled == [fixture.agents[1].unit])
        #expect(report.units.map(\.unit) == [0, 2, 3].map { fixture.agents[$0].unit })
    }

    /// A whole restart that was asked for while it ran has the holder to do still.
    @Test func aWholeRestartAfterIsStillWhole() throws {
        let fixture = try fleet(3, width: 1)
        fixture.options.wish = try fixture.operation().wish()
        let wish = fixture.options.wish
        fixture.options.wish = nil
        _ = try fixture.restart()
        fixture.options.rolling = nil
        fixture.options.wish = wish
        #expect(try fixture.operation().plan().holderPart == .restart)
    }

    @Test func unknownIsNotTakenForOutdatedNorForCurrent() throws {
        let fixture = try fleet(3, width: 1, onlyOutdated: true)
        let states = try fixture.states()
        fixture.freshness.old = [states[1].invocationID]
        fixture.freshness.dark = [states[2].invocationID]
        let report = try fixture.restart()
        #expect(try agents(fixture.sent()) == ["a1"])
        #expect(
            report.skipped.map(\.why) == ["it is unknown whether it is outdated: it is dark", "it is not outdated"])
        #expect(fixture.observer.warnings.contains { $0.hasSuffix("to restart it: mosaic fleet restart a2") })
    }

    @Test func anOutdatedHolderIsNamedAndLeftAlone() throws {
        let fixture = try fleet(2, width: 1, onlyOutdated: true)
        let holder = try fixture.states()[0].invocationID
        fixture.freshness.old.insert(holder)
        _ = try fixture.restart()
        #expect(try fixture.states()[0].invocationID == holder)
        #expect(fixture.observer.warnings.contains { $0.contains("the holder is outdated") })
    }

    /// With `--when-idle` each is taken when it is idle; when none is, the lock is given back.
    @Test func eachIsTakenWhenItIsIdle() throws {
        let fixture = try fleet(5, width: 2)
        fixture.options.whenIdle = WhenIdle()
        for (index, agent) in fixture.agents.enumerated() {
            let word = index == 1 || index == 4 ? "busy" : "idle"
            try fixture.fleet.say("\(word) since 2026-01-02T03:04:05Z", of: agent.unit)
        }
        let first = try fixture.restart()
        #expect(try agents(fixture.sent()) == ["a1", "a3", "a4"])
        #expect(first.occupied.map(\.unit) == [fixture.agents[1].unit, fixture.agents[4].unit])
        #expect(first.notReached.map(\.unit) == [fixture.agents[1].unit, fixture.agents[4].unit])
        #expect(first.resume == "mosaic fleet restart --rolling=2 a2 a5")
        #expect(try fixture.intents.read().owed == [])
        // What is waited for before the next turn: one that is idle will do.
        fixture.options.agents = [fixture.agents[1].name, fixture.agents[4].name]
        #expect(try fixture.operation().occupied().count == 2)
        try fixture.fleet.say("idle since 2026-01-02T03:04:06Z", of: fixture.agents[4].unit)
        #expect(try fixture.operation().occupied().isEmpty)
        _ = try fixture.restart()
        #expect(try agents(fixture.sent()) == ["a1", "a3", "a4", "a5"])
        // Past the deadline the rest is cut, and named.
        fixture.options.agents = [fixture.agents[1].name]
        fixture.options.whenIdle?.cutsWork = true
        let last = try fixture.restart()
        #expect(last.cut.map(\.unit) == [fixture.agents[1].unit] && last.exitStatus == .done)
    }

    @Test func aBusyCanaryIsWaitedForThoughOthersAreIdle() throws {
        let fixture = try fleet(3, width: 1)
        fixture.options.whenIdle = WhenIdle()
        fixture.options.rolling?.canary = .agent(fixture.agents[2].name)
        for agent in fixture.agents { try fixture.fleet.say("idle since 2026-01-02T03:04:05Z", of: agent.unit) }
        try fixture.fleet.say("busy since 2026-01-02T03:04:05Z", of: fixture.agents[2].unit)
        #expect(try fixture.operation().occupied().map(\.unit) == [fixture.agents[2].unit])
        #expect(try fixture.restart().units.isEmpty)
        #expect(try agents(fixture.sent()) == [])
    }
}
