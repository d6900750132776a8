internal import GuardExplorer
internal import Testing

/// The guard's shipped code, in every order of its calls. The bounds here are those that a debug build explores
/// completely within minutes; `make soak` takes the rest.
@Suite(.serialized)
struct ExplorerTests {
    /// Every order of two contenders' calls, with a crash before any of them.
    @Test(
        .timeLimit(.minutes(3)),
        arguments: ["restart-and-break", "two-breaks-after-a-crash", "break-and-takeover", "two-hasty"])
    func twoContendersWholly(_ name: String) throws {
        var scenario = try #require(Scenarios.named(name))
        scenario.freezes = 0
        check(scenario)
    }

    @Test(.timeLimit(.minutes(3)), arguments: Scenarios.two + Scenarios.path)
    func twoContendersWithFewInterruptions(_ scenario: Scenario) {
        var scenario = scenario
        scenario.preemptions = 2
        scenario.freezes = 0
        check(scenario)
    }

    @Test(.timeLimit(.minutes(3)), arguments: Scenarios.three)
    func threeContenders(_ scenario: Scenario) {
        var scenario = scenario
        scenario.preemptions = 0
        scenario.freezes = 0
        check(scenario)
    }

    /// Somebody is frozen while the other waits, takes over, and meets it again.
    @Test(.timeLimit(.minutes(3)))
    func freezeAndThaw() throws {
        var scenario = try #require(Scenarios.named("two-hasty"))
        scenario.preemptions = 1
        scenario.freezes = 1
        check(scenario)
    }

    /// A reduction that hid something would show here: the same world, with every order tried.
    @Test(.timeLimit(.minutes(3)))
    func reductionHidesNothing() throws {
        var scenario = try #require(Scenarios.named("two-breaks-after-a-crash"))
        scenario.freezes = 0
        let reduced = Explorer(scenario).run()
        scenario.isUnreduced = true
        let whole = Explorer(scenario).run()
        #expect(whole.isComplete && reduced.isComplete)
        #expect(whole.failure == nil && reduced.failure == nil)
        #expect(reduced.states < whole.states)
        print(reduced)
        print(whole)
    }

    private func check(_ scenario: Scenario) {
        let report = Explorer(scenario).run()
        print(report)
        if let failure = report.failure { print("    schedule: \(failure.schedule)") }
        #expect(report.failure == nil)
        #expect(report.isComplete)
        #expect(report.endings > 0)
    }
}
