/// Which worlds are explored how far: quickly for every test run, or as far as is known to end.
public enum Suite: String, Sendable {
    case test, soak

    public var scenarios: [Scenario] {
        let wholly = (Scenarios.two + Scenarios.joining).filter { self == .soak || !Self.large.contains($0.name) }
        return wholly.map { Self.bounded($0, crashes: 1, freezes: 1, preemptions: nil) }
            + (Scenarios.two + Scenarios.joining).filter { self == .test && Self.large.contains($0.name) }
            .map { Self.bounded($0, crashes: 1, freezes: 1, preemptions: 2) }
            + Scenarios.path.map { path($0) } + Scenarios.three.map { three($0) }
    }

    /// More than ten million states in every order.
    private static let large: Set = ["first-ever", "twice", "only-failed"]

    private func path(_ scenario: Scenario) -> Scenario {
        switch self {
        case .test: Self.bounded(scenario, crashes: 1, freezes: 1, preemptions: 1)
        case .soak: Self.bounded(scenario, crashes: 1, freezes: 1, preemptions: 2)
        }
    }

    private func three(_ scenario: Scenario) -> Scenario {
        switch self {
        case .test: Self.bounded(scenario, crashes: 1, freezes: 0, preemptions: scenario.isPathMode ? 0 : 2)
        case .soak: Self.bounded(scenario, crashes: 1, freezes: 1, preemptions: scenario.isPathMode ? 1 : 2)
        }
    }

    private static func bounded(_ scenario: Scenario, crashes: Int, freezes: Int, preemptions: Int?) -> Scenario {
        var scenario = scenario
        scenario.crashes = crashes
        scenario.freezes = freezes
        scenario.preemptions = preemptions
        return scenario
    }
}
