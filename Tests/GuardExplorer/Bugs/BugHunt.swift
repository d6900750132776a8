/// Hunts one seeded bug in the scenario in which it hurts; with few interruptions first, so that the schedule that is
/// found is a short one.
package struct BugHunt: Sendable {
    package let scenario: Scenario

    package init(_ bug: SeededBug) {
        var scenario = Self.scenario(for: bug)
        scenario.bug = bug
        scenario.name = bug.rawValue
        self.scenario = scenario
    }

    /// - Returns: the report with the broken schedule; nil when nothing is found.
    package func run(limit: Int = .max) -> ExplorationReport? { Self.shortest(scenario, limit: limit) }

    package static func shortest(_ scenario: Scenario, limit: Int = .max) -> ExplorationReport? {
        for preemptions in 0...4 {
            for (crashes, freezes) in [(0, 0), (scenario.crashes, scenario.freezes)] {
                var bounded = scenario
                bounded.preemptions = preemptions
                bounded.crashes = crashes
                bounded.freezes = freezes
                let report = Explorer(bounded).run(limit: limit)
                if report.failure != nil { return report }
            }
        }
        return nil
    }

    /// The checks that would see the bug's mechanism at once are off where possible: what is found then is the harm.
    private static func scenario(for bug: SeededBug) -> Scenario {
        let restart: [ScriptStep] = [.acquire(.hasty), .act, .act, .release]
        let left: [ScriptStep] = [.acquire(.patient), .release]
        let died: [ScriptStep] = [.acquire(.patient), .act, .work]
        let harm: Checks = [.acts, .fence, .leaks, .recovery, .progress]
        switch bug {
        case .releaseByBlindUnlink:
            var scenario = Scenario("", [restart, restart], before: [left], crashes: 0, freezes: 2)
            scenario.checks = .foreignRemoval
            return scenario
        case .takeoverWithoutMutex:
            var scenario = Scenario("", [restart, restart], before: [died], crashes: 0, freezes: 0)
            scenario.checks = .acts
            return scenario
        case .evictionReplaces, .burialLeftOut:
            var scenario = Scenario("", [restart, restart, restart], before: [left], crashes: 0, freezes: 2)
            scenario.checks = .acts
            return scenario
        case .breakUnlinks:
            var scenario = Scenario("", [restart, [.breakLock], restart], before: [left], crashes: 0, freezes: 0)
            scenario.checks = .acts
            return scenario
        case .takeoverByUnlink:
            var scenario = Scenario("", [restart, restart], before: [died], crashes: 1, freezes: 0)
            scenario.checks = .foreignRemoval
            return scenario
        case .stalenessByContent:
            var scenario = Scenario("", [restart, restart], before: [left], crashes: 0, freezes: 0)
            scenario.isPathMode = true
            return scenario
        case .mutexLeaked:
            var scenario = Scenario(
                "", [[.fillDisk, .acquire(.hasty), .act, .release], restart], before: [left], crashes: 0, freezes: 0)
            scenario.checks = harm
            scenario.hasFaults = true
            return scenario
        case .fenceLeftOut:
            return Scenario(
                "", [[.acquire(.patient), .actWithoutFence, .stamp, .actWithoutFence, .release], [.breakLock]],
                before: [left], crashes: 0, freezes: 0)
        case .flockAfterPublish:
            var scenario = Scenario("", [restart, restart], before: [left], crashes: 0, freezes: 0)
            scenario.checks = harm
            return scenario
        case .descriptorInherited:
            var scenario = Scenario(
                "", [[.acquire(.patient), .startServer, .act, .release], [.acquire(.patient), .act, .release]],
                before: [left], crashes: 1, freezes: 0)
            scenario.checks = harm
            scenario.inheritsDescriptors = true
            return scenario
        case .stampedBySideThread:
            var scenario = Scenario(
                "", [[.acquire(.patient), .act, .hang(isStamped: true)], restart], before: [left], crashes: 0,
                freezes: 0)
            scenario.checks = harm
            return scenario
        case .graceLeftOut:
            var scenario = Scenario("", [Self.working, Self.pushy], before: [left], crashes: 0, freezes: 1)
            scenario.checks = .kills
            return scenario
        case .killsReaders:
            var scenario = Scenario(
                "", [[.acquire(.patient), .act, .hang(isStamped: false)], Self.pushy, [.breakLock]], before: [left],
                crashes: 0, freezes: 2)
            scenario.checks = .kills
            return scenario
        case .writersOverlooked:
            var scenario = Scenario(
                "", [[.acquire(.patient), .actThroughChild, .release], restart], crashes: 1, freezes: 0)
            scenario.isPathMode = true
            scenario.checks = .acts
            return scenario
        case .wishedTooEarly: return Scenarios.named("join") ?? Scenario("", [])
        case .joinLeftOut: return Scenarios.named("join-one-under-way") ?? Scenario("", [])
        case .ownersTakenForOne: return Scenarios.named("impatient-again") ?? Scenario("", [])
        case .killsTheSlow: return Scenarios.named("slow-two") ?? Scenario("", [])
        case .stepNotAwaited, .rolledBeforeTheLock: return Scenarios.named("rolling") ?? Scenario("", [])
        case .failureOverlooked: return Scenarios.named("rolling-fails") ?? Scenario("", [])
        case .watchLeftOut: return Scenarios.named("rolling-falls") ?? Scenario("", [])
        case .debtsForgotten: return Scenarios.named("rolling-after-a-crash") ?? Scenario("", [])
        case .decidedTooEarly: return Scenarios.named("only-failed") ?? Scenario("", [])
        }
    }

    private static let working: [ScriptStep] = [.acquire(.patient), .act, .work, .stamp, .act, .release]
    private static let pushy: [ScriptStep] = [.acquire(.pushy), .act, .release]
}
