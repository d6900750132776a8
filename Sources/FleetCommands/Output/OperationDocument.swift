internal import FleetGuard
internal import FleetKit

/// `restart`, `start` and `stop` with `--json`.
struct OperationDocument: Encodable {
    struct Unit: Encodable {
        var unit: String
        var verb: String
        var outcome: String
        var phase: String
        var seconds: Double
        var message: String?
        var next: String?
        /// Of a rolling restart: units of the same step went down together.
        var step: Int?
    }

    struct Phase: Encodable {
        var phase: String
        var seconds: Double
    }

    struct Skipped: Encodable {
        var unit: String
        var why: String
    }

    struct NotReached: Encodable {
        var unit: String
        var condition: String
    }

    let schemaVersion = 1
    var command: String
    var ok: Bool
    var units: [Unit]
    var phases: [Phase]
    var skipped: [Skipped]
    var notReached: [NotReached]
    var problems: [String]
    /// Busy agents that were stopped anyway (`--on-deadline restart`); absent for none.
    var cut: [IdleWaitDocument.Agent]?
    /// Of `--when-idle`: who was waited for, and how many seconds; absent where nothing was.
    var waitedForIdle: IdleWaited?

    struct IdleWaited: Encodable {
        var who: [String]
        var seconds: Double
    }
    /// Sessions of no agent that `stop` has ended; absent for none.
    var sessions: [String]?
    /// The command that goes on after a rolling restart halted.
    var resume: String?

    init(_ report: OperationReport, verb: String) {
        command = verb
        ok = report.exitStatus == .done
        units = report.units.map {
            Unit(
                unit: $0.unit.rawValue, verb: $0.outcome.command.verb.rawValue,
                outcome: OutcomeWords.name(of: $0.outcome.result), phase: $0.phase.rawValue,
                seconds: $0.outcome.duration.inSeconds, message: $0.outcome.isDone ? nil : $0.message,
                next: $0.outcome.isDone ? nil : $0.nextStep, step: $0.step)
        }
        phases = report.phases.map { Phase(phase: $0.phase.rawValue, seconds: $0.duration.inSeconds) }
        skipped = report.skipped.map { Skipped(unit: $0.unit.rawValue, why: $0.why) }
        notReached = report.notReached.map { NotReached(unit: $0.unit.rawValue, condition: $0.condition.rawValue) }
        problems = report.problems
        if !report.cut.isEmpty { cut = report.cut.map(IdleWaitDocument.Agent.init) }
        resume = report.resume
    }
}
