internal import FleetGuard
internal import FleetKit

/// An agent's activity as `status` and `peek` show it.
enum ActivityText {
    /// `busy 12m: tests`, `idle 3m (guess)`; `-` for unknown.
    /// - Parameter now: seconds since 1970; nil: without the time.
    static func words(_ activity: Activity, now: Double?) -> String {
        guard activity.state != .unknown else { return "-" }
        var words = activity.state.rawValue
        if let now, let age = OccupiedWords.age(activity, now: now) {
            // Whole seconds are all that is known, and the larger of two units is enough.
            words += " " + DurationText.human(.seconds(age.components.seconds)).prefix { $0 != " " }
        }
        if activity.isGuess { words += " (guess)" }
        return words + (activity.note.map { ": \(Printable.oneLine($0))" } ?? "")
    }
}

extension JSONObject {
    /// The same in `--json`.
    static func activity(_ activity: Activity) -> Self {
        [
            // RFC 3339; absent for unknown.
            "state": activity.state.rawValue, "since": activity.since.map { Timestamp.rfc3339(Double($0)) },
            // A guess is derived from the terminal's output, not reported.
            "note": activity.note, "guess": activity.isGuess,
        ]
    }
}
