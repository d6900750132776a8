internal import FleetKit

/// Remembers the automatic restarts that a watch has seen, so that a unit which is up at this very moment, and was at
/// every look before, still stands out when it keeps dying in between.
struct FlapMemory {
    private struct Seen {
        var restarts: UInt32
        /// When each automatic restart was seen, and how many it were.
        var times: [(at: Duration, count: UInt32)] = []
        /// Why its last run ended, where a look fell between that end and the restart.
        var reason: String?
    }

    private var units: [UnitName: Seen] = [:]

    /// A unit that has been calm for this long does not flap any more.
    static let window = Duration.seconds(60)

    /// Adds to the report what only earlier looks can show.
    mutating func mark(_ report: inout StatusReport, now: Duration) {
        for index in report.rows.indices {
            let state = report.rows[index].state
            var seen = units[state.name] ?? Seen(restarts: state.restarts)
            if state.restarts > seen.restarts { seen.times.append((now, state.restarts - seen.restarts)) }
            // Fewer: started by hand or reset, which is the end of the story.
            if state.restarts < seen.restarts { (seen.times, seen.reason) = ([], nil) }
            seen.restarts = state.restarts
            seen.times.removeAll { now - $0.at > Self.window }
            if state.isInAutoRestart { seen.reason = OutcomeWords().reason(result: state.result, state: state) }
            units[state.name] = seen
            guard state.isActive, let first = seen.times.first else { continue }
            let count = seen.times.reduce(0) { $0 + Int($1.count) }
            let ago = DurationText.human(max(.seconds(1), now - first.at))
            let why = seen.reason.map { " (\($0))" } ?? ""
            report.rows[index].isFlapping = count >= UnitState.restartsOfFlapping
            report.rows[index].trouble =
                count >= UnitState.restartsOfFlapping
                ? "flapping: restarted automatically \(count) times in the last \(ago)\(why)"
                : "restarted once after a failure\(why), \(ago) ago"
        }
    }
}
