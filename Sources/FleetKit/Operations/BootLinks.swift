public import FleetGuard

/// Which of the fleet's units start at boot: the holder and the agents with `autostart`, all of them or none.
public struct BootLinks {
    private let manager: any ServiceManager
    private let roster: Roster

    /// Asks the manager nothing yet; every call reads the links again.
    public init(_ roster: Roster, manager: any ServiceManager) {
        self.roster = roster
        self.manager = manager
    }

    /// The result of one call, also when every link was already as wanted.
    public struct Change: Sendable, Equatable {
        /// Units that start at boot from now on, the holder first.
        package var enabled: [UnitName] = []
        /// Units that came up at boot before.
        package var disabled: [UnitName] = []
        /// Whether anything was not so before.
        package var isChange = false
    }

    /// Whether the holder comes up at boot. New agents follow it.
    package func isEnabled() throws(FleetError) -> Bool {
        try manager.unitFileStates(of: [roster.holder.unit]).first == "enabled"
    }

    /// - Throws: `.noSuchUnit` where a unit was not written yet, `.unitFailed` where one is masked.
    public func enable() throws(FleetError) -> Change {
        let wanted = [roster.holder.unit] + roster.agents.filter(\.autostart).map(\.unit)
        let states = try manager.unitFileStates(of: wanted)
        for (unit, state) in zip(wanted, states) {
            if state.isEmpty {
                throw FleetError(
                    .noSuchUnit, "there is no unit \(unit)", hint: "write the units with 'mosaic fleet init'")
            }
            if state.begins(with: "masked") {
                throw FleetError(
                    .unitFailed, "\(unit) is masked, so it cannot be enabled",
                    hint: "unmask it with: systemctl unmask -- \(unit)")
            }
        }
        var change = Change(enabled: wanted)
        let missing = zip(wanted, states).filter { $0.1 != "enabled" }.map(\.0)
        if !missing.isEmpty { change.isChange = try manager.setEnabled(true, missing) }
        change.disabled = try disable(try enabledAgents().filter { !wanted.contains($0) })
        change.isChange = change.isChange || !change.disabled.isEmpty
        return change
    }

    /// Also agents that left the roster.
    package func disable() throws(FleetError) -> Change {
        let holder = try isEnabled() ? [roster.holder.unit] : []
        let disabled = try disable(holder + enabledAgents())
        return Change(disabled: disabled, isChange: !disabled.isEmpty)
    }

    /// Takes the links of some agents away.
    /// - Returns: those that had one.
    @discardableResult
    package func disable(agents: [AgentName]) throws(FleetError) -> [UnitName] {
        let units = try agents.map { (agent) throws(FleetError) in try agent.unit }
        let states = try manager.unitFileStates(of: units)
        return try disable(zip(units, states).filter { $0.1 == "enabled" }.map(\.0))
    }

    private func disable(_ units: [UnitName]) throws(FleetError) -> [UnitName] {
        if !units.isEmpty { _ = try manager.setEnabled(false, units) }
        return units
    }

    /// An enabled agent is loaded, since the target that wants it is.
    private func enabledAgents() throws(FleetError) -> [UnitName] {
        let loaded = try manager.loadedUnits(matching: [AgentName.unitPrefix + "*.service"])
        let units = Set(loaded + roster.agents.map(\.unit)).sorted()
        guard !units.isEmpty else { return [] }
        return zip(units, try manager.unitFileStates(of: units)).filter { $0.1 == "enabled" }.map(\.0)
    }
}
