/// Which worlds are explored how far: within minutes for every test run, or as far as is known to end.
package enum Suite: String, Sendable {
    case test, soak

    package var scenarios: [Scenario] {
        let whole = Scenarios.two + Scenarios.joining + Scenarios.path
        return whole.map { bounded($0, freezes: self == .test && Self.large.contains($0.name) ? 0 : 1, nil) }
            + (Scenarios.impatient + Scenarios.slow).map {
                bounded($0, freezes: $0.isSlow ? 2 : 1, self == .test ? 1 : 2)
            }
            + rolling + twice + three
    }

    /// Seven million states or more in every order with a freeze.
    private static let large: Set = ["path-two", "path-after-a-crash", "path-work-and-push", "path-helper"]

    /// A rolling restart is one lock: what is new here is where it crashes, and who comes next.
    private var rolling: [Scenario] {
        Scenarios.rolling.map { scenario in
            guard self == .test else { return bounded(scenario, freezes: 1, 1) }
            return bounded(scenario, freezes: 0, scenario.fleet.width > 1 ? 0 : 1)
        }
    }

    /// Every order with two crashes and two freezes.
    private var twice: [Scenario] {
        guard self == .soak else { return [] }
        return Scenarios.two.filter { !Self.onceOnly.contains($0.name) }.map { scenario in
            var scenario = bounded(scenario, freezes: 2, nil)
            scenario.crashes = 2
            return scenario
        }
    }

    /// `twice` breaks with two freezes: an owner that lost the lock, gave it back and owns it again may still be killed as
    /// the one that it was. A mosaic process acquires once. The others are large.
    private static let onceOnly: Set = ["twice", "first-ever", "work-and-stall"]

    private var three: [Scenario] {
        guard self == .soak else { return Scenarios.three.map { bounded($0, freezes: 0, 1) } }
        return Scenarios.three.map { bounded($0, freezes: 0, $0.isPathMode ? 1 : $0.name == "join-three" ? 2 : 3) }
            + Scenarios.three.compactMap { scenario in
                switch scenario.name {
                case "three", "three-after-a-crash", "chain": bounded(scenario, freezes: 1, 1)
                case "break-and-acquire", "three-breaks": bounded(scenario, freezes: 1, 2)
                default: nil
                }
            }
    }

    private func bounded(_ scenario: Scenario, freezes: Int, _ preemptions: Int?) -> Scenario {
        var scenario = scenario
        scenario.crashes = 1
        scenario.freezes = freezes
        scenario.preemptions = preemptions
        return scenario
    }
}
