public import FleetGuard

/// What lives with the fleet and is not in the roster: units of the agents' template that need this holder, and sessions in
/// the holder's tmux server that belong to no agent.
public struct UnmanagedMembers: Sendable, Equatable {
    /// Those that run, are about to, or have failed; in the order of their names.
    public var units: [UnitState] = []
    /// As tmux names them; in that order.
    public var sessions: [String] = []

    /// No units and no sessions; `find` looks for them.
    public init() {}

    /// True also where there are no such units and sessions were not looked for.
    public var isEmpty: Bool { units.isEmpty && sessions.isEmpty }

    /// - Parameter probe: nil: sessions are not looked for.
    /// - Throws: `.noServiceManager`; what `probe` throws.
    public static func find(
        beside roster: Roster, in manager: any ServiceManager, probe: (any HolderProbe)? = nil
    ) throws(FleetError) -> UnmanagedMembers {
        var found = UnmanagedMembers()
        let known = Set(roster.units)
        let loaded = try manager.loadedUnits(matching: [AgentName.unitPrefix + "*.service"])
        let others = Set(loaded).subtracting(known).sorted()
        if !others.isEmpty {
            found.units = try manager.states(of: others).filter { state in
                // Another fleet of this user may use the same template below a holder of its own.
                (!state.isDown || state.isFailed) && state.requirements.contains(roster.holder.unit.rawValue)
            }
        }
        if let probe, let sessions = try probe.sessions(among: manager.processes(of: roster.holder.unit)) {
            let owned = Set(
                roster.agents.map(\.name.sessionName)
                    + found.units.compactMap { AgentName(unit: $0.name)?.sessionName })
            found.sessions = sessions.filter { !owned.contains($0) }
        }
        return found
    }

    /// The unit that an operator means by an agent's name or a whole unit name; nil when none is it.
    public func unit(named name: String) -> UnitState? {
        units.first { $0.name.rawValue == name || AgentName(unit: $0.name)?.rawValue == name }
    }

    /// `stop it with 'mosaic fleet stop old'`; nil: there are no such units.
    public func stop(_ commands: NextCommands) -> String? {
        let names = units.compactMap { AgentName(unit: $0.name)?.rawValue }
        guard !names.isEmpty else { return nil }
        return "stop \(names.count == 1 ? "it" : "them") with '\(commands.fleet(words: ["stop"] + names))'"
    }

    /// `mosaic-agent@old.service, session scratch`.
    public var words: String {
        (units.map(\.name.rawValue) + sessions.map { "session \(Printable.oneLine($0))" }).joined(separator: ", ")
    }
}
