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
        if let last = observation.events.latest { words += ", phase \(count(last))" }
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

    /// `drain 3/20`.
    static func count(_ event: ProgressEvent) -> String {
        let phase = Printable.oneLine(event.phase)
        guard let done = event.done, let total = event.total else { return phase }
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

extension [ProgressEvent] {
    /// How far the owner is: the last event that counts something, else the last one.
    var latest: ProgressEvent? { last { $0.done != nil } ?? last }
}
