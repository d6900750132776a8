/// The worlds that are explored.
package enum Scenarios {
    private static let left: [ScriptStep] = [.acquire(.patient), .act, .release]
    private static let died: [ScriptStep] = [.acquire(.patient), .act, .work]
    private static let restart: [ScriptStep] = [.acquire(.patient), .act, .progress, .act, .release]
    private static let short: [ScriptStep] = [.acquire(.hasty), .act, .release]
    private static let pushy: [ScriptStep] = [.acquire(.pushy), .act, .release]
    private static let working: [ScriptStep] = [.acquire(.patient), .act, .work, .stamp, .act, .release]

    /// Two contenders on a file system with `flock`, every order of their calls.
    package static var two: [Scenario] {
        [
            Scenario("first-ever", [left, left]),
            Scenario("two-restarts", [restart, short], before: [left]),
            Scenario("two-hasty", [short, short], before: [left]),
            Scenario("after-a-crash", [short, short], before: [died]),
            Scenario("restart-and-break", [restart, [.breakLock]], before: [left]),
            Scenario("work-and-push", [working, pushy], before: [left]),
            Scenario("two-breaks-after-a-crash", [[.breakLock], [.breakLock]], before: [died]),
            Scenario("break-and-takeover", [short, [.breakLock]], before: [died]),
            Scenario("helper", [[.acquire(.patient), .actThroughChild, .release], pushy], before: [left]),
            Scenario("twice", [short + short, short], before: [left]),
            Scenario("no-wait", [restart, [.acquire(.noWait), .act, .release]], before: [left]),
            Scenario("hang", [[.acquire(.patient), .act, .hang(isStamped: false)], short], before: [left]),
            garbage("unreadable", [short, short]),
            Scenario("work-and-wait", [working, left], before: [left]),
            Scenario(
                "work-and-stall", [[.acquire(.patient), .act, .work, .progress, .act, .release], short], before: [left]),
            Scenario("work-and-give-up", [working, [.acquire(.limited), .act, .release]], before: [left]),
            Scenario("break-then-restart", [restart, [.breakLock] + short], before: [left]),
            Scenario("break-by-token", [short + short, [.breakByToken]], before: [left]),
            Scenario("run-past-its-hold", [run(maxHold: 1), pushy], before: [left]),
            Scenario("run-without-a-bound", [run(maxHold: nil), pushy], before: [left]),
        ]
    }

    /// Contenders that act again and again beside one that loses patience: a queue of healthy owners evicts nobody.
    package static var impatient: [Scenario] {
        let once: [ScriptStep] = [.acquirePlanned(.impatient, plan: 1), .act, .work, .stamp, .act, .release]
        let long: [ScriptStep] = [
            .acquirePlanned(.pushy, plan: 3), .act, .work, .stamp, .work, .stamp, .act, .release,
        ]
        let pushy: [ScriptStep] = [.acquirePlanned(.pushy, plan: 1), .act, .release]
        return [
            Scenario("impatient-again", [once + once, once], before: [left]),
            Scenario("impatient-all-again", [once + once, once + once], before: [left]),
            Scenario("within-its-plan", [long, pushy], before: [left]),
            Scenario("past-its-plan", [[.acquirePlanned(.pushy, plan: 1)] + long.dropFirst(), pushy], before: [left]),
        ]
    }

    /// A slow disk or a busy machine instead of a signal: whoever is inside the mutex for long is healthy, and is not killed.
    package static var slow: [Scenario] {
        var path = Scenario("path-slow-two", [short, short])
        path.isPathMode = true
        return [Scenario("slow-two", [short, short], before: [left]), path].map { scenario in
            var scenario = scenario
            scenario.isSlow = true
            return scenario
        }
    }

    /// A `lock run` whose command works for two ticks.
    private static func run(maxHold: Int?) -> [ScriptStep] {
        [.acquireRun(.patient, maxHold: maxHold), .act, .work, .stamp, .act, .work, .stamp, .act, .release]
    }

    private static func restart(
        _ policy: ScriptPolicy, joins: Bool = true, onlyFailed: Bool = false, _ steps: [ScriptStep] = [.operate]
    ) -> [ScriptStep] {
        [.restart(policy, joins: joins, onlyFailed: onlyFailed, steps)]
    }

    /// `--join` and `--only-failed`: restarts that end well without having done everything.
    package static var joining: [Scenario] {
        var failed = Scenario(
            "only-failed", [restart(.patient), restart(.patient, onlyFailed: true)], before: [left], freezes: 1)
        failed.agentIsUp = false
        return [
            Scenario("join", [restart(.hasty), restart(.hasty)], before: [left], freezes: 1),
            Scenario(
                "join-one-under-way", [restart(.patient, [.work, .stamp, .operate, .work]), restart(.hasty)],
                before: [left], freezes: 1),
            Scenario(
                "join-one-that-is-nearly-done", [restart(.patient, [.operate, .work, .stamp]), restart(.hasty)],
                before: [left], freezes: 1),
            Scenario("join-after-a-crash", [restart(.hasty), restart(.hasty)], before: [died], freezes: 1),
            Scenario(
                "no-join", [restart(.hasty, joins: false), restart(.hasty, joins: false)], before: [left], freezes: 1),
            failed,
        ]
    }

    /// `--rolling --only-outdated`, twice: the second one is the next, whatever became of the first.
    package static var rolling: [Scenario] {
        typealias Agent = SimulatedFleet.Agent
        let old = Agent()
        var down = old
        down.condition = .down
        return [
            roll("rolling", [old, old, old], width: 1),
            roll("rolling-two-at-once", [old, old, old, old], width: 2),
            roll("rolling-after-a-crash", [down, old, old], owed: 0b1, width: 1),
            roll("rolling-fails", [old, Agent(failures: 1), old], width: 1),
            roll("rolling-fails-two-at-once", [old, Agent(failures: 1), old, old], width: 2),
            roll("rolling-falls", [Agent(falls: true), old, old], width: 1),
        ]
    }

    private static func roll(
        _ name: String, _ agents: [SimulatedFleet.Agent], owed: UInt32 = 0, width: Int
    ) -> Scenario {
        let restart = ScriptStep.roll(.patient, width: width)
        // The last one goes on until an end without a failure: a start that fails does so once.
        var scenario = Scenario(name, [[restart], [restart, restart]], before: [left], freezes: 1)
        scenario.fleet = SimulatedFleet(agents: agents, owed: owed, width: width)
        return scenario
    }

    /// The same without `flock`. A crash inside the mutex costs its stale time there.
    package static var path: [Scenario] {
        [
            Scenario("path-two", [short, short]),
            Scenario("path-after-a-crash", [short, short], before: [died]),
            Scenario("path-work-and-push", [working, pushy]),
            Scenario("path-restart-and-break", [restart, [.breakLock]]),
            Scenario("path-no-wait", [restart, [.acquire(.noWait), .act, .release]]),
            Scenario("path-helper", [[.acquire(.patient), .actThroughChild, .release], short]),
        ].map { scenario in
            var scenario = scenario
            scenario.isPathMode = true
            return scenario
        }
    }

    /// Three contenders, with a bound on how often one that could go on is interrupted.
    package static var three: [Scenario] {
        var path = Scenario("path-three", [short, short, short], crashes: 1, freezes: 1, preemptions: 1)
        path.isPathMode = true
        return [
            Scenario("three", [short, short, short], before: [left], preemptions: 2),
            Scenario("three-after-a-crash", [short, short, short], before: [died], preemptions: 2),
            Scenario("chain", [working, pushy, pushy], before: [left], preemptions: 2),
            Scenario("break-and-acquire", [restart, [.breakLock], short], before: [left], preemptions: 2),
            Scenario("three-breaks", [working, [.breakLock], [.breakLock]], before: [left], preemptions: 2),
            Scenario(
                "join-three",
                [restart(.patient, [.operate, .work, .stamp]), restart(.hasty), restart(.hasty)],
                before: [left], preemptions: 2),
            Scenario(
                "impatient-three",
                (0..<3).map { _ in [.acquirePlanned(.impatient, plan: 1), .act, .work, .stamp, .act, .release] },
                before: [left], preemptions: 2),
            path,
        ]
    }

    package static var all: [Scenario] { two + joining + rolling + impatient + slow + path + three }

    package static func named(_ name: String) -> Scenario? { all.first { $0.name == name } }

    private static func garbage(_ name: String, _ contenders: [[ScriptStep]]) -> Scenario {
        var scenario = Scenario(name, contenders, before: [left])
        scenario.garbage = "what is this?\n"
        return scenario
    }
}
