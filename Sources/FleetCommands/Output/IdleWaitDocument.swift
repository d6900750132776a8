internal import FleetGuard
internal import FleetKit

/// A line of `restart --when-idle --json`, each time that those change who are waited for.
struct IdleWaitDocument: Encodable {
    struct Agent: Encodable {
        /// nil for a session of no agent.
        var unit: String?
        var who: String
        var activity: ActivityDocument

        init(_ occupied: IdleWait.Occupied) {
            unit = occupied.unit?.rawValue
            who = OccupiedWords.name(occupied)
            activity = ActivityDocument(occupied.activity)
        }
    }

    let schemaVersion = 1
    let event = "waiting"
    var waitsFor: [Agent]
    /// Seconds until the deadline.
    var deadlineIn: Double
    var onDeadline: String
    var hint: String?

    init(_ status: IdleTurns.Status, hint: String?) {
        waitsFor = status.occupied.map(Agent.init)
        deadlineIn = status.left.inSeconds
        onDeadline = status.onDeadline.rawValue
        self.hint = hint
    }
}
