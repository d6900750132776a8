/// The guard's errors in words.
enum GuardWords {
    static func busy(
        _ observation: LockObservation, _ verdict: Verdict, waited: Duration, path: String
    ) -> FleetError {
        let after = waited >= .seconds(1) ? " after \(waited.components.seconds) s of waiting" : ""
        return FleetError(
            .busy, "the lock is held by \(owner(observation))\(after)",
            .held(path: path, isRun: observation.record?.isRun == true))
    }

    static func evicted(by successor: LockObservation?, path: String) -> FleetError {
        evicted(who: successor.map { "taken over by \(owner($0))" } ?? "broken by an operator", path: path)
    }

    static func evicted(who: String, path: String) -> FleetError {
        FleetError(
            .evicted, "this process lost the lock \(path), \(who); it sends no more commands", .evicted)
    }

    /// Who owns a lock, in one phrase safe for a terminal.
    static func owner(_ observation: LockObservation) -> String {
        guard let record = observation.record else {
            if case .unreadable(let reason) = observation.content {
                return "an unknown process (the lock is unreadable: \(reason))"
            }
            return "an unknown process"
        }
        let reason = record.reason.map { ", reason: \(Printable.oneLine($0))" } ?? ""
        return "pid \(record.pid) (\(Printable.oneLine(record.command)), for \(record.scope.words)\(reason))"
    }
}
