/// Which worlds are explored how far: within minutes for every test run, or as far as is known to end.
public enum Suite: String, Sendable {
    case test, soak

    public var scenarios: [Scenario] {
        let two = Scenarios.two.map { Self.large.contains($0.name) ? large($0) : bounded($0, freezes: 1, nil) }
        let joining = Scenarios.joining.map { bounded($0, freezes: 1, 1) }
        let path = Scenarios.path.map { bounded($0, freezes: 1, 1) }
        let three = Scenarios.three.map { scenario in
            bounded(scenario, freezes: 0, scenario.isPathMode || self == .test ? 1 : 3)
        }
        return two + joining + whollyWithoutFreeze + path + three
    }

    /// More than twenty million states in every order with a freeze.
    private static let large: Set = ["first-ever", "twice"]

    private func large(_ scenario: Scenario) -> Scenario {
        switch (self, scenario.name) {
        case (.soak, "first-ever"): bounded(scenario, freezes: 1, nil)
        case (.soak, _): bounded(scenario, freezes: 0, nil)
        case (.test, _): bounded(scenario, freezes: 0, 2)
        }
    }

    /// Every order, with a crash alone.
    private var whollyWithoutFreeze: [Scenario] {
        let names: Set =
            self == .test
            ? ["join-one-under-way", "path-restart-and-break"]
            : ["join", "join-one-under-way", "only-failed", "path-restart-and-break"]
        return Scenarios.all.filter { names.contains($0.name) }.map { bounded($0, freezes: 0, nil) }
    }

    private func bounded(_ scenario: Scenario, freezes: Int, _ preemptions: Int?) -> Scenario {
        var scenario = scenario
        scenario.crashes = 1
        scenario.freezes = freezes
        scenario.preemptions = preemptions
        return scenario
    }
}
