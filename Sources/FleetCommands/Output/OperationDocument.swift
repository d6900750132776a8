internal import FleetGuard
internal import FleetKit

extension JSONObject {
    /// `restart`, `start` and `stop` with `--json`.
    /// - Parameters:
    ///   - sessions: of no agent, which `stop` has ended.
    ///   - turns: of `--when-idle`.
    static func operation(
        _ report: OperationReport, verb: String, sessions: [String] = [], waited turns: IdleTurns? = nil
    ) -> Self {
        [
            "schemaVersion": 1, "command": verb, "ok": report.exitStatus == .done,
            "units": report.units.map(unit),
            "phases": report.phases.map { ["phase": $0.phase.rawValue, "seconds": $0.duration.inSeconds] as Self },
            "skipped": skipped(report.skipped),
            "notReached": report.notReached.map {
                ["unit": $0.unit.rawValue, "condition": $0.condition.rawValue] as Self
            },
            "problems": report.problems,
            // Busy agents that were stopped anyway (`--on-deadline restart`); absent for none.
            "cut": report.cut.isEmpty ? nil : report.cut.map(occupied),
            // Who was waited for, and how many seconds; absent where nothing was.
            "waitedForIdle": turns.flatMap {
                $0.waitedFor.isEmpty ? nil : ["who": $0.waitedFor, "seconds": $0.waited.inSeconds] as Self
            },
            "sessions": sessions.isEmpty ? nil : sessions,
            // The command that goes on after a rolling restart halted.
            "resume": report.resume,
        ]
    }

    private static func unit(_ unit: OperationReport.Unit) -> Self {
        let outcome = unit.outcome
        return [
            "unit": unit.unit.rawValue, "verb": outcome.command.verb.rawValue,
            "outcome": OutcomeWords.name(of: outcome.result), "phase": unit.phase.rawValue,
            "seconds": outcome.duration.inSeconds,
            "message": outcome.isDone ? nil : unit.message, "next": outcome.isDone ? nil : unit.nextStep,
            // Of a rolling restart: units of the same step went down together.
            "step": unit.step,
        ]
    }
}
