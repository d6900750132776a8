/// What one exploration saw.
package struct ExplorationReport: Sendable {
    package var scenario: Scenario
    /// Distinct states.
    package var states: Int
    /// Steps from one state to another that were executed.
    package var transitions: Int
    /// Different schedules that lead from the beginning to an end; counted over the graph of states, not run one by
    /// one.
    package var schedules: Double
    /// Times that a schedule came to its end.
    package var endings: Int
    /// Different worlds at the end of a schedule.
    package var endStates: Int
    /// A fingerprint of them all.
    package var endStatesDigest: UInt64
    /// Steps at which a restart ended with another one's success.
    package var joins: Int
    /// Runs of the real code.
    package var histories: Int
    package var seconds: Double
    /// Nothing was left out, within the scenario's bounds.
    package var isComplete: Bool
    package var failure: ScheduleFailure?
}

/// A schedule that breaks an invariant.
package struct ScheduleFailure: Sendable {
    package var violation: String
    /// For `guard-explorer --replay`.
    package var schedule: String
}

extension ExplorationReport: CustomStringConvertible {
    package var description: String {
        let bound = scenario.preemptions.map { "preemptions<=\($0)" } ?? "preemptions=all"
        let verdict = failure.map { "FAILED: \($0.violation)" } ?? (isComplete ? "exhaustive" : "CUT")
        let joined = joins > 0 ? " joins=\(joins)" : ""
        return "\(scenario.name): contenders=\(scenario.contenders.count) crashes<=\(scenario.crashes) "
            + "freezes<=\(scenario.freezes) \(bound) schedules=\(Self.power(schedules)) states=\(states) "
            + "transitions=\(transitions) ends=\(endStates)/\(String(endStatesDigest, radix: 16).suffix(4)) runs=\(histories)\(joined) seconds=\(Double(Int(seconds * 100)) / 100) \(verdict)"
    }

    /// A large number in few digits.
    package static func power(_ value: Double) -> String {
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
