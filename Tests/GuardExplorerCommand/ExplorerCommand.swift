internal import Glibc
internal import GuardExplorer

func exitWithFailure() -> Never { exit(1) }

/// Runs what the options ask for.
struct ExplorerCommand {
    let options: ExplorerOptions

    init(_ options: ExplorerOptions) { self.options = options }

    /// - Returns: false when the guard broke an invariant, or a seeded bug was not found.
    func run() -> Bool {
        if options.isList {
            for scenario in Scenarios.all { print(scenario.name) }
            return true
        }
        if let suite = options.suite { return explore(suite) }
        if !options.bugs.isEmpty { return hunt() }
        var isFine = true
        for scenario in scenarios() {
            isFine = explore(scenario) && isFine
            fflush(nil)
        }
        return isFine
    }

    /// Each world within its bounds; then a line for the summary of a test run.
    private func explore(_ suite: Suite) -> Bool {
        var states = 0
        var schedules = 0.0
        var broken: [String] = []
        for scenario in suite.scenarios {
            let report = Explorer(scenario).run(limit: options.limit)
            print(report)
            if let failure = report.failure { show(failure.schedule, in: scenario, lines: 40) }
            fflush(nil)
            states += report.states
            schedules += report.schedules
            if report.failure != nil || !report.isComplete { broken.append(scenario.name) }
        }
        print(
            "\(suite.scenarios.count) worlds, \(states) states, \(ExplorationReport.power(schedules)) schedules, "
                + (broken.isEmpty ? "no violation" : "broken or cut: \(broken.joined(separator: ", "))"))
        return broken.isEmpty
    }

    private func scenarios() -> [Scenario] {
        let chosen =
            options.names.isEmpty ? Scenarios.all : Scenarios.all.filter { options.names.contains($0.name) }
        return chosen.map { bounded($0) }
    }

    private func bounded(_ scenario: Scenario) -> Scenario {
        var scenario = scenario
        if let preemptions = options.preemptions { scenario.preemptions = preemptions }
        if let crashes = options.crashes { scenario.crashes = crashes }
        if let freezes = options.freezes { scenario.freezes = freezes }
        scenario.isUnreduced = options.isUnreduced
        scenario.remembersAll = options.remembersAll
        return scenario
    }

    private func explore(_ scenario: Scenario) -> Bool {
        if let schedule = options.replay {
            show(schedule, in: scenario, lines: .max)
            return true
        }
        if options.walks > 0 {
            let report = Explorer(scenario).walk(options.walks, seed: options.seed)
            print(report)
            if let failure = report.failure { show(failure.schedule, in: scenario, lines: .max) }
            return report.failure == nil
        }
        var report = Explorer(scenario).run(limit: options.limit)
        print(report)
        fflush(nil)
        guard report.failure != nil else { return true }
        if options.isShortest, let shortest = BugHunt.shortest(scenario, limit: options.limit) { report = shortest }
        if let failure = report.failure {
            show(failure.schedule, in: report.scenario, lines: options.isVerbose ? .max : 40)
        }
        return false
    }

    private func show(_ schedule: String, in scenario: Scenario, lines: Int) {
        print("    schedule: \(schedule)")
        for line in (Explorer(scenario).replay(schedule) ?? ["not a schedule of this scenario"]).suffix(lines) {
            print("    \(line)")
        }
    }

    private func hunt() -> Bool {
        var isFine = true
        for bug in SeededBug.allCases where options.bugs.contains("all") || options.bugs.contains(bug.rawValue) {
            let hunt = BugHunt(bug)
            if let report = hunt.run(limit: options.limit), let failure = report.failure {
                print("\(bug.rawValue): found in \(report)")
                if options.isVerbose { show(failure.schedule, in: report.scenario, lines: .max) }
            } else {
                print("\(bug.rawValue): NOT FOUND in \(hunt.scenario.name)")
                isFine = false
            }
        }
        return isFine
    }
}
