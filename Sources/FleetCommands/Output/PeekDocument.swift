internal import FleetGuard
internal import FleetKit

extension JSONObject {
    /// `peek --json`.
    /// - Parameter keptAt: seconds since 1970, of the lines that were kept when it failed; nil: it runs.
    static func peek(_ agent: AgentName, _ lines: [String], _ activity: Activity, keptAt: Double? = nil) -> Self {
        [
            "schemaVersion": 1, "agent": agent.rawValue, "running": keptAt == nil,
            "keptAt": keptAt.map(Timestamp.rfc3339), "activity": Self.activity(activity), "lines": lines,
        ]
    }
}
