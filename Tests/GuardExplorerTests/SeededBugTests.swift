internal import GuardExplorer
internal import Testing

/// The proof that the proof can fail: every planted bug is found, and its schedule breaks again when it is replayed.
@Suite(.serialized)
struct SeededBugTests {
    @Test(.timeLimit(.minutes(10)), arguments: SeededBug.allCases)
    func isFound(_ bug: SeededBug) throws {
        let report = try #require(
            BugHunt(bug).run(limit: 200_000), "\(bug.rawValue) is not found: a hole in the explorer")
        let failure = try #require(report.failure)
        print("seeded bug \(bug.rawValue): \(report)")
        print("    schedule: \(failure.schedule)")

        let lines = try #require(Explorer(report.scenario).replay(failure.schedule))
        #expect(lines.last?.hasSuffix(failure.violation) == true)
    }

    /// The same worlds with the shipped code, as far as the schedules that broke the buggy ones reach.
    @Test(.timeLimit(.minutes(10)), arguments: SeededBug.allCases.filter { !$0.needsItsOwnScript })
    func shippedCodeHolds(_ bug: SeededBug) {
        var scenario = BugHunt(bug).scenario
        scenario.bug = nil
        scenario.checks = .all
        scenario.preemptions = 2
        let report = Explorer(scenario).run(limit: 20_000)
        print("without \(bug.rawValue): \(report)")
        #expect(report.failure == nil)
        #expect(report.isComplete || report.states > 5_000)
    }
}
