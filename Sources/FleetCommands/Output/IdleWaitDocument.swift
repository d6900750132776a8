internal import FleetGuard
internal import FleetKit

extension JSONObject {
    /// A line of `restart --when-idle --json`, each time that those change who are waited for.
    static func waiting(_ status: IdleTurns.Status, hint: String?) -> Self {
        [
            "schemaVersion": 1, "event": "waiting", "waitsFor": status.occupied.map(occupied),
            // Seconds until the deadline.
            "deadlineIn": status.left.inSeconds,
            "onDeadline": status.onDeadline.rawValue, "hint": hint,
        ]
    }

    /// Without a unit where it is a session of no agent.
    static func occupied(_ occupied: IdleWait.Occupied) -> Self {
        [
            "unit": occupied.unit?.rawValue, "who": OccupiedWords.name(occupied),
            "activity": activity(occupied.activity),
        ]
    }
}
