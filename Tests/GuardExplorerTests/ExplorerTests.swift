internal import GuardExplorer
internal import Testing

/// The guard's shipped code, in every order of its calls. The bounds here are those that a debug build explores within
/// a minute or two; `guard-explorer --suite test` (Scripts/test) and `make soak` take the rest.
@Suite(.serialized)
struct ExplorerTests {
    /// Every order of two contenders' calls, with a crash before any of them, and a freeze.
    @Test(.timeLimit(.minutes(10)), arguments: ["restart-and-break", "two-breaks-after-a-crash"])
    func twoContendersWholly(_ name: String) throws {
        var scenario = try #require(Scenarios.named(name))
        scenario.crashes = 1
        scenario.freezes = 1
        check(scenario)
    }

    @Test(.timeLimit(.minutes(10)), arguments: Scenarios.all.filter { !$0.isRolling })
    func fewInterruptions(_ scenario: Scenario) {
        var scenario = scenario
        scenario.preemptions = scenario.contenders.count > 2 || scenario.isPathMode ? 0 : 1
        scenario.crashes = 1
        scenario.freezes = 0
        check(scenario)
    }

    /// Somebody is frozen while the other waits, takes over, and meets it again.
    @Test(.timeLimit(.minutes(10)))
    func freezeAndThaw() throws {
        var scenario = try #require(Scenarios.named("two-hasty"))
        scenario.preemptions = 1
        scenario.freezes = 1
        check(scenario)
    }

    /// Owners that act again and again beside waiters that lose patience, and holders of the mutex that are merely slow.
    @Test(.timeLimit(.minutes(10)), arguments: ["impatient-again", "within-its-plan", "past-its-plan", "slow-two"])
    func bounds(_ name: String) throws {
        var scenario = try #require(Scenarios.named(name))
        scenario.preemptions = 1
        scenario.crashes = 0
        scenario.freezes = name == "impatient-again" ? 0 : name == "slow-two" ? 2 : 1
        check(scenario)
    }

    /// A restart ends with another one's success where it may, and nowhere else.
    @Test(
        .timeLimit(.minutes(10)),
        arguments: [
            ("join", true), ("join-one-under-way", true), ("join-one-that-is-nearly-done", true),
            ("join-after-a-crash", true), ("no-join", false),
        ])
    func joins(_ name: String, _ isExpected: Bool) throws {
        var scenario = try #require(Scenarios.named(name))
        scenario.preemptions = 1
        scenario.crashes = 1
        scenario.freezes = 1
        let report = check(scenario)
        #expect((report.joins > 0) == isExpected)
    }

    /// Never more than N down, none begun after the first failure, and whatever crashes, the next `--only-outdated`
    /// finishes the rest.
    @Test(
        .timeLimit(.minutes(10)),
        arguments: ["rolling", "rolling-after-a-crash", "rolling-fails", "rolling-falls"])
    func rolls(_ name: String) throws {
        var scenario = try #require(Scenarios.named(name))
        scenario.preemptions = 0
        scenario.freezes = 0
        let report = check(scenario)
        // The second one found the first one's work done, too.
        #expect(report.joins > 0)
    }

    /// A file that stands in the way without being a record is met by those who explore.
    @Test func garbageIsThere() throws {
        let scenario = try #require(Scenarios.named("unreadable"))
        let lines = try #require(Explorer(scenario).replay("b2"))
        #expect(lines.dropLast().last?.contains("open(restart.lock, read) = 3") == true, "\(lines)")
    }

    /// A reduction that hid something would show here: the same world with every order tried ends in the same ways.
    @Test(.timeLimit(.minutes(10)), arguments: ["two-breaks-after-a-crash", "restart-and-break"])
    func reductionHidesNothing(_ name: String) throws {
        var scenario = try #require(Scenarios.named(name))
        scenario.freezes = name == "restart-and-break" ? 0 : 1
        let reduced = check(scenario)
        scenario.isUnreduced = true
        let whole = check(scenario)
        #expect(reduced.states < whole.states)
        #expect(reduced.endStates == whole.endStates)
        #expect(reduced.endStatesDigest == whole.endStatesDigest)
    }

    /// `Memory` forgets nothing that matters: histories that meet go on alike, so there are as many schedules, and they
    /// end in the same ways.
    @Test(
        .timeLimit(.minutes(10)),
        arguments: [
            ("restart-and-break", 1, 1), ("break-and-takeover", 1, 1), ("no-wait", 1, 0), ("join", 0, 0),
            ("path-restart-and-break", 1, 0),
        ])
    func forgettingHidesNothing(_ name: String, _ crashes: Int, _ freezes: Int) throws {
        var scenario = try #require(Scenarios.named(name))
        scenario.crashes = crashes
        scenario.freezes = freezes
        let forgetting = check(scenario)
        scenario.remembersAll = true
        let whole = check(scenario)
        #expect(forgetting.states < whole.states)
        #expect(abs(forgetting.schedules / whole.schedules - 1) < 1e-3)
        #expect(forgetting.endStates == whole.endStates)
        #expect(forgetting.endStatesDigest == whole.endStatesDigest)
    }

    @discardableResult
    private func check(_ scenario: Scenario) -> ExplorationReport {
        let report = Explorer(scenario).run()
        print(report)
        if let failure = report.failure { print("    schedule: \(failure.schedule)") }
        #expect(report.failure == nil)
        #expect(report.isComplete)
        #expect(report.endings > 0)
        return report
    }
}
