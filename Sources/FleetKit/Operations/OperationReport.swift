/// What an operation did, unit by unit and phase by phase.
public struct OperationReport: Sendable, Equatable {
    /// The last result for one unit: of its command, or of the watch that followed.
    public struct Unit: Sendable, Equatable {
        /// The last command that counted for the unit, and its end.
        public var outcome: UnitOutcome
        /// The phase in which `outcome` was recorded.
        public var phase: OperationPhase
        /// In words; for a unit that fell while it was watched, why.
        public var message: String
        /// Empty after success.
        package var nextStep: String
        /// Of a rolling restart: the step in which it was taken, from 1; nil for any other operation.
        package var step: Int?

        /// The unit's name as it was used in the command.
        public var unit: UnitName { outcome.unit }
    }

    /// A phase that has ended, also one that was cut short.
    public struct Phase: Sendable, Equatable {
        /// May occur more than once: `add` joins the turns of `--when-idle` in one report.
        public var phase: OperationPhase
        /// By the operation's clock, from the start of the phase to its end.
        public var duration: Duration
    }

    /// A unit of the roster that was left alone on purpose.
    public struct Skipped: Sendable, Equatable {
        /// The holder or an agent.
        public var unit: UnitName
        /// A clause that follows "because", such as `it is up`.
        public var why: String
    }

    /// A unit that the operation was to reach and did not.
    public struct NotReached: Sendable, Equatable {
        /// Where the operation left the unit; the raw value is the word in JSON output.
        public enum Condition: String, Sendable, CaseIterable {
            /// Nothing was done to it.
            case untouched
            /// The drain stopped it, and it was not started again.
            case stopped
            /// Its command was sent; systemd continues the job.
            case leftToSystemd = "left-to-systemd"
        }

        /// The holder, an agent, or a unit outside the roster that `stop` was given.
        public var unit: UnitName
        /// As known when the operation ended.
        public var condition: Condition
    }

    /// One entry for each unit, with its last outcome, in the order in which those outcomes came.
    public var units: [Unit] = []
    /// In the order in which they ended; phases that never began are missing.
    public var phases: [Phase] = []
    /// These do not affect the exit status.
    public var skipped: [Skipped] = []
    /// Of `skipped`: what another restart had brought into a new run since this one was asked for.
    public var fulfilled: [UnitName] = []
    /// Whose restart that was, for people, where it is known.
    public var fulfilledBy: String?
    /// Filled in when the operation ends, also when it ends early.
    public var notReached: [NotReached] = []
    /// What failed beside the units, such as a holder that did not settle.
    public var problems: [String] = []
    /// Not empty: these were busy, so the lock was given back before anything of theirs was stopped (`--when-idle`).
    public var occupied: [IdleWait.Occupied] = []
    /// These were busy and were stopped anyway (`--on-deadline restart`).
    public var cut: [IdleWait.Occupied] = []
    /// The command that continues a rolling restart that halted early.
    public var resume: String?
    /// Why there was nothing to do, as a sentence without a full stop.
    public var nothing: String?

    /// Nothing done; the exit status is 0.
    public init() {}

    /// Units whose last outcome is not `.done`, including those that fell while they were watched.
    public var failed: [Unit] { units.filter { !$0.outcome.isDone } }

    /// 0, or 1 when a unit failed, fell or was not reached.
    public var exitStatus: ExitStatus {
        failed.isEmpty && notReached.isEmpty && problems.isEmpty ? .done : .unitFailed
    }

    /// `left stopped: a, b; not reached: c`; empty when everything was reached.
    public var notReachedWords: String {
        let words: [(NotReached.Condition, String)] = [
            (.leftToSystemd, "left to systemd"), (.stopped, "left stopped"), (.untouched, "not reached"),
        ]
        return words.compactMap { condition, text in
            let names = notReached.filter { $0.condition == condition }.map(\.unit.rawValue)
            return names.isEmpty ? nil : "\(text): \(names.joined(separator: ", "))"
        }.joined(separator: "; ")
    }

    /// What an earlier turn of the same operation did: units that it restarted are not left alone.
    public mutating func add(_ earlier: OperationReport) {
        let done = earlier.units.map(\.unit)
        units = earlier.units + units.filter { !done.contains($0.unit) }
        phases = earlier.phases + phases
        skipped.removeAll { done.contains($0.unit) }
        fulfilled.removeAll { done.contains($0) }
        cut = earlier.cut + cut
        problems = earlier.problems + problems
    }

    /// Replaces what was known of the unit.
    mutating func record(
        _ outcome: UnitOutcome, in phase: OperationPhase, message: String, nextStep: String, step: Int? = nil
    ) {
        units.removeAll { $0.unit == outcome.unit }
        units.append(Unit(outcome: outcome, phase: phase, message: message, nextStep: nextStep, step: step))
    }
}

/// The report of a restart has the same shape as that of a start or stop.
public typealias RestartReport = OperationReport
