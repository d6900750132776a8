public import FleetGuard

extension Roster {
    /// The holder's unit where the roster does not name one.
    static var defaultHolder: UnitName {
        get throws(FleetError) { try UnitName("mosaic-tmux-holder.service") }
    }

    /// The fleet as the service manager knows it, for a mosaic home without a roster: the agents by name.
    ///
    /// - Throws: `.noSuchUnit` when the manager knows no holder; what the manager throws.
    public static func discover(from manager: any ServiceManager) throws(FleetError) -> Roster {
        let holder = try defaultHolder
        let units = try manager.loadedUnits(matching: [holder.rawValue, AgentName.unitPrefix + "*.service"])
        guard units.contains(holder) else {
            throw FleetError(
                .noSuchUnit, "there is no roster, and \(manager.endpoint) knows no \(holder)",
                hint: "run 'mosaic fleet init' to write a roster and the fleet's units")
        }
        let agents = Set(units).sorted().compactMap { unit in
            AgentName(unit: unit).map { Agent(name: $0, unit: unit) }
        }
        return Roster(origin: .discovered, holder: Holder(unit: holder), agents: agents)
    }
}
