/// What one exploration saw.
public struct ExplorationReport: Sendable {
    public var scenario: Scenario
    /// Distinct states.
    public var states: Int
    /// Steps from one state to another that were executed.
    public var transitions: Int
    /// Different schedules that lead from the beginning to an end; counted over the graph of states, not run one by
    /// one.
    public var schedules: Double
    /// Times that a schedule came to its end.
    public var endings: Int
    /// Different worlds at the end of a schedule.
    public var endStates: Int
    /// A fingerprint of them all.
    public var endStatesDigest: UInt64
    /// Steps at which a restart ended with another one's success.
    public var joins: Int
    /// Runs of the real code.
    public var histories: Int
    public var seconds: Double
    /// Nothing was left out, within the scenario's bounds.
    public var isComplete: Bool
    public var failure: ScheduleFailure?
}

/// A schedule that breaks an invariant.
public struct ScheduleFailure: Sendable {
    public var violation: String
    /// For `guard-explorer --replay`.
    public var schedule: String
}

extension ExplorationReport: CustomStringConvertible {
    public var description: String {
        let bound = scenario.preemptions.map { "preemptions<=\($0)" } ?? "preemptions=all"
        let verdict = failure.map { "FAILED: \($0.violation)" } ?? (isComplete ? "exhaustive" : "CUT")
        let joined = joins > 0 ? " joins=\(joins)" : ""
        return "\(scenario.name): contenders=\(scenario.contenders.count) crashes<=\(scenario.crashes) "
            + "freezes<=\(scenario.freezes) \(bound) schedules=\(Self.power(schedules)) states=\(states) "
            + "transitions=\(transitions) ends=\(endStates)/\(String(endStatesDigest, radix: 16).suffix(4)) runs=\(histories)\(joined) seconds=\(Double(Int(seconds * 100)) / 100) \(verdict)"
    }

    /// A large number in few digits.
    public static func power(_ value: Double) -> String {
        guard value >= 1e6 else { return "\(Int(value))" }
        var exponent = 0
        var rest = value
        while rest >= 10 {
            rest /= 10
            exponent += 1
        }
        return "\(Double(Int(rest * 10)) / 10)e\(exponent)"
    }
}
