package import FleetGuard

/// Units that run with less than they would get now.
package enum OutdatedUnits {
    /// The holder first, then the agents in the roster's order. What is unknown is not among them.
    ///
    /// - Throws: `.noServiceManager`.
    package static func find(
        _ roster: Roster, manager: any ServiceManager, look: any FreshnessLook = FileFreshness()
    ) throws(FleetError) -> [(unit: UnitName, freshness: Freshness)] {
        let found = try look.look(at: manager.overview(of: roster.units), of: roster, in: manager)
        return roster.units.compactMap { unit in
            found[unit].flatMap { $0.verdict == .outdated ? (unit, $0) : nil }
        }
    }
}
