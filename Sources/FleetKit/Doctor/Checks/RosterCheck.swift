internal import FleetGuard

/// The roster: read without an error, or found in the service manager.
struct RosterCheck: HealthCheck {
    let name = "roster"

    func examine(_ fleet: HealthContext) throws(FleetError) -> Diagnosis {
        let roster = try fleet.roster()
        let count = roster.agents.count == 1 ? "1 agent" : "\(roster.agents.count) agents"
        switch roster.origin {
        case .file(let path):
            let shown = Printable.oneLine(path)
            guard !roster.agents.isEmpty else {
                return .warning("\(shown) has no agents", advice: "add an [[agent]], then run 'mosaic fleet init'")
            }
            return .ok("\(shown): \(count)")
        case .discovered: return .ok("there is no roster; the service manager knows the holder and \(count)")
        }
    }
}
