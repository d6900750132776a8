/// Which worlds are explored how far: within minutes for every test run, or as far as is known to end.
public enum Suite: String, Sendable {
    case test, soak

    public var scenarios: [Scenario] {
        let two = Scenarios.two.map { Self.large.contains($0.name) ? large($0) : bounded($0, freezes: 1, nil) }
        let joining = Scenarios.joining.map { bounded($0, freezes: 1, 1) }
        let path = Scenarios.path.map { bounded($0, freezes: 1, 1) }
        return two + joining + wholly + path + three
    }

    private var three: [Scenario] {
        guard self == .soak else { return Scenarios.three.map { bounded($0, freezes: 0, 1) } }
        return Scenarios.three.map { bounded($0, freezes: 0, $0.isPathMode ? 1 : $0.name == "join-three" ? 2 : 3) }
            + Scenarios.three.compactMap { scenario in
                switch scenario.name {
                case "three", "three-after-a-crash": bounded(scenario, freezes: 1, 1)
                case "break-and-acquire", "three-breaks": bounded(scenario, freezes: 1, 2)
                default: nil
                }
            }
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

    /// Every order, with a crash; and with a freeze where that is known to end.
    private var wholly: [Scenario] {
        let names: Set =
            self == .test
            ? ["join-one-under-way", "path-restart-and-break"]
            : ["join", "join-one-under-way", "only-failed", "path-restart-and-break"]
        return Scenarios.all.filter { names.contains($0.name) }
            .map { bounded($0, freezes: $0.name == "join" ? 1 : 0, nil) }
    }

    private func bounded(_ scenario: Scenario, freezes: Int, _ preemptions: Int?) -> Scenario {
        var scenario = scenario
        scenario.crashes = 1
        scenario.freezes = freezes
        scenario.preemptions = preemptions
        return scenario
    }
}
