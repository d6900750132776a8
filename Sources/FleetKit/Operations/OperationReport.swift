/// What an operation did, unit by unit and phase by phase.
public struct OperationReport: Sendable, Equatable {
    public struct Unit: Sendable, Equatable {
        /// The last command that counted for the unit, and its end.
        public var outcome: UnitOutcome
        public var phase: OperationPhase
        /// In words; for a unit that fell while it was watched, why.
        public var message: String
        /// Empty after success.
        package var nextStep: String
        /// Of a rolling restart: the step in which it was taken, from 1; nil for any other operation.
        package var step: Int?

        public var unit: UnitName { outcome.unit }
    }

    public struct Phase: Sendable, Equatable {
        public var phase: OperationPhase
        public var duration: Duration
    }

    /// A unit of the roster that was left alone on purpose.
    public struct Skipped: Sendable, Equatable {
        public var unit: UnitName
        public var why: String
    }

    /// A unit that the operation was to reach and did not.
    public struct NotReached: Sendable, Equatable {
        public enum Condition: String, Sendable, CaseIterable {
            /// Nothing was done to it.
            case untouched
            /// The drain stopped it, and it was not started again.
            case stopped
            /// Its command was sent; systemd continues the job.
            case leftToSystemd = "left-to-systemd"
        }

        public var unit: UnitName
        public var condition: Condition
    }

    public var units: [Unit] = []
    public var phases: [Phase] = []
    public var skipped: [Skipped] = []
    /// Of `skipped`: what another restart had brought into a new run since this one was asked for.
    public var fulfilled: [UnitName] = []
    /// Whose restart that was, for people, where it is known.
    public var fulfilledBy: String?
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

    public init() {}

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

public typealias RestartReport = OperationReport
