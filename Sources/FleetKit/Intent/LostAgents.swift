internal import FleetGuard

/// Agents that went down because their holder died: `lost-UNIT` in the run directory, made by the agent's main process at
/// its end, and removed by it at the next start.
///
/// systemd stops the agents of a holder that it cannot start again. To it they are down like those that a person stopped.
struct LostAgents {
    private let marks: UnitMarks

    init(home: MosaicHome) { marks = UnitMarks(home: home, prefix: "lost-") }

    /// - Throws: `.io`, `.unsafeHome`.
    func set(_ unit: UnitName, _ isLost: Bool) throws(FleetError) {
        try marks.set(unit, isLost ? "" : nil, create: isLost)
    }

    /// - Throws: `.io`, `.unsafeHome`.
    func among(_ units: [UnitName]) throws(FleetError) -> Set<UnitName> { try marks.among(units) }
}
