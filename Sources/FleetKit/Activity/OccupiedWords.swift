internal import FleetGuard

/// Busy agents in the words of messages.
package enum OccupiedWords {
    /// At most this many are named.
    private static let namedAtMost = 8

    /// `planner (busy for 12m 05s: tests), worker-3 (reports no activity)`.
    /// - Parameter now: seconds since 1970.
    package static func list(_ occupied: [IdleWait.Occupied], now: Double) -> String {
        let named = occupied.prefix(namedAtMost).map { "\(name($0)) (\(state($0.activity, now: now)))" }
        let rest = occupied.count - named.count
        return named.joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
    }

    /// The agent's name, where it is one's.
    package static func name(_ occupied: IdleWait.Occupied) -> String {
        Printable.oneLine(occupied.unit?.instance ?? occupied.who)
    }

    /// `busy for 12m 05s: tests`.
    package static func state(_ activity: Activity, now: Double) -> String {
        guard activity.state != .unknown else { return "reports no activity" }
        let guess = activity.isGuess ? " (guess)" : ""
        let time = age(activity, now: now).map { " for \(DurationText.human($0))" } ?? ""
        return activity.state.rawValue + guess + time + (activity.note.map { ": \(Printable.oneLine($0))" } ?? "")
    }

    /// How long it is so; a clock that was set back gives zero.
    package static func age(_ activity: Activity, now: Double) -> Duration? {
        activity.since.map { .seconds(clamping: max(0, now - Double($0))) }
    }

    /// What to do about those that will never be idle; nil: every one reports.
    package static func hint(_ occupied: [IdleWait.Occupied]) -> String? {
        let silent = occupied.filter { $0.activity.state == .unknown }
        guard !silent.isEmpty else { return nil }
        let agents = silent.filter { $0.unit != nil }
        let names = { (some: [IdleWait.Occupied]) in
            some.prefix(namedAtMost).map(name).joined(separator: ", ")
                + (some.count > namedAtMost ? " and \(some.count - namedAtMost) more" : "")
        }
        var sentences: [String] = []
        if !agents.isEmpty {
            sentences.append(
                "\(names(agents)) \(agents.count == 1 ? "reports" : "report") no activity and never"
                    + " \(agents.count == 1 ? "counts" : "count") as idle: have the agent's hooks run"
                    + " 'mosaic fleet report', or set activity = \"quiet 30s\" in the roster")
        }
        let others = silent.filter { $0.unit == nil }
        if !others.isEmpty {
            sentences.append(
                "\(names(others)) \(others.count == 1 ? "is" : "are") not in the roster: end those that are not needed")
        }
        return sentences.joined(separator: "; ")
    }
}
