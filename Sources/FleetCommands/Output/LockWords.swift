internal import FleetGuard
internal import FleetKit

/// The lock's owner and verdicts as phrases. Everything that comes from the record is made safe for a terminal.
enum LockWords {
    /// `restart by pid 123 (mosaic fleet restart)`.
    static func owner(_ observation: LockObservation) -> String {
        guard let record = observation.record else { return "unknown owner" }
        return "owner pid \(record.pid) (\(Printable.oneLine(record.command)))"
    }

    /// With scope, reason, since when and progress.
    static func ownerInFull(_ observation: LockObservation) -> String {
        guard let record = observation.record else {
            guard case .unreadable(let reason) = observation.content else { return "the lock's owner is unknown" }
            return "the lock is unreadable: \(reason)"
        }
        let does = record.isRun == true ? "runs a command under the fleet's lock" : "restarts \(record.scope.words)"
        var words = "pid \(record.pid) (\(Printable.oneLine(record.command))) \(does)"
        if let reason = record.reason { words += ", reason: \(Printable.oneLine(reason))" }
        words += ", since \(since(record))"
        if let progress = progress(observation.events) { words += ", \(progress)" }
        return words
    }

    /// What holds the lock: `a restart`, or `a lock run`, which may be anything.
    static func operation(_ observation: LockObservation) -> String {
        observation.record?.isRun == true ? "a lock run" : "a restart"
    }

    /// `a restart is running`: a message continues behind it.
    static func running(_ observation: LockObservation) -> String {
        operation(observation) + (observation.record?.isRun == true ? " is in progress" : " is running")
    }

    /// `14:03:22 (12s ago)` in local time; a time that is none stands as it is written.
    static func since(_ record: LockRecord) -> String {
        guard let seconds = Timestamp.parse(record.acquiredAt) else { return Printable.oneLine(record.acquiredAt) }
        let age = SystemTime().wallClock() - seconds
        return "\(LocalTime.ofDay(seconds)) (\(DurationText.human(.seconds(clamping: max(0, age)))) ago)"
    }

    /// `phase drain 3/20`; nil before the first event.
    static func progress(_ events: [ProgressEvent]) -> String? {
        guard let last = events.last(where: { $0.done != nil }) ?? events.last else { return nil }
        let phase = "phase \(Printable.oneLine(last.phase))"
        guard let done = last.done, let total = last.total else { return phase }
        return "\(phase) \(done)/\(total)"
    }

    static func why(_ verdict: Verdict) -> String {
        switch verdict {
        case .free: "it was free"
        case .abandoned: "it is dead"
        case .stalled: "it made no progress"
        case .held: "--max-wait has passed"
        case .unreadable: "its record is unreadable"
        }
    }
}
