import Testing

@testable import RolloutSimulation

/// The shipped rollout in every order of events that a small world has.
@Suite("Rollout, explored", .timeLimit(.minutes(10)))
struct RolloutExplorerTests {
    @Test("Every promise holds in every state", arguments: RolloutExplorer.small + RolloutExplorer.etcd)
    func promises(_ scenario: RolloutExplorer.Scenario) {
        let report = RolloutExplorer().explore(scenario, bound: 400_000)
        #expect(report.counterexample == nil, "\(report.counterexample?.joined(separator: "\n") ?? "")")
        #expect(!report.isCut, "more than \(report.states) states")
        #expect(report.states > 100)
        print("\(scenario): \(report.states) states, \(report.transitions) transitions")
    }

    @Test("Each seeded bug is found", arguments: SeededBug.inOneStep)
    func bugs(_ bug: SeededBug) {
        let found = RolloutExplorer.small.contains { scenario in
            RolloutExplorer(bug: bug).explore(scenario, bound: 400_000).counterexample != nil
        }
        #expect(found, "\(bug) breaks no promise")
    }

    @Test("Each seeded bug is found in etcd, too", arguments: SeededBug.inEtcd)
    func bugsInEtcd(_ bug: SeededBug) {
        let found = RolloutExplorer.etcd.contains { scenario in
            RolloutExplorer(bug: bug).explore(scenario, bound: 400_000).counterexample != nil
        }
        #expect(found, "\(bug) breaks no promise")
    }
}
