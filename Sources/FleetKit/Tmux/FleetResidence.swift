package import FleetGuard
internal import Glibc

/// The place of this process inside the fleet that it is about to take down: an operator's shell in an agent's window,
/// or an agent itself. Restarting from there would kill the restart half-way.
package struct FleetResidence: Sendable, Equatable {
    package enum Place: Sendable, Equatable {
        /// In the unit's cgroup: systemd kills this process with the unit.
        case cgroup(UnitName)
        /// Only the terminal is the fleet's: it hangs up with the server.
        case terminal
    }

    /// tmux 3.4 and newer has systemd move each pane's process into a scope of this name.
    private static let paneScopePrefix = "tmux-spawn-"

    package var place: Place

    /// - Throws: `.noServiceManager`.
    package static func find(
        roster: Roster, manager: any ServiceManager, environment: [String: String]
    ) throws(FleetError) -> FleetResidence? {
        if let own = ControlGroupScan.path(of: getpid()) {
            let candidates = candidates(roster.units, own)
            for state in candidates.isEmpty ? [] : try manager.states(of: candidates)
            where ControlGroupScan.contains(state.controlGroup, own) {
                return FleetResidence(place: .cgroup(state.name))
            }
        }
        let servers = tmuxServers(around: ProcessStat.read(getpid()), environment)
        guard !servers.isEmpty else { return nil }
        let members = try manager.processes(of: roster.holder.unit)
        return servers.contains { members.contains($0) } ? FleetResidence(place: .terminal) : nil
    }

    /// The units that may have the cgroup `own` or one above it. systemd names a unit's cgroup after the unit, with a `_`
    /// before some names, so mostly this is known without asking the manager for the whole fleet.
    static func candidates(_ units: [UnitName], _ own: String) -> [UnitName] {
        let parts = Set(own.parts(at: "/").map(String.init))
        let named = units.filter { parts.contains($0.rawValue) || parts.contains("_" + $0.rawValue) }
        guard named.isEmpty else { return named }
        // In some other service: it may still be one of these, if the roster knows it by an alias.
        return parts.contains { $0.ends(with: ".service") && !$0.begins(with: "user@") } ? units : []
    }

    /// tmux servers in one of whose windows this process may be: those that it descends from, and the one that `$TMUX`
    /// names, which a program may have removed or kept from elsewhere. Only whose process it is makes it the fleet's.
    static func tmuxServers(
        around process: ProcessStat?, _ environment: [String: String],
        look: (Int32) -> ProcessStat? = ProcessStat.read, isTmux: (Int32) -> Bool = HolderServer.isTmux
    ) -> Set<Int32> {
        var servers: Set<Int32> = []
        if let named = server(of: environment) { servers.insert(named) }
        var next = process?.parent ?? 0
        // A chain is short; one that changes while it is followed must not be followed forever.
        for _ in 0..<1000 where next > 1 {
            if isTmux(next) { servers.insert(next) }
            guard let stat = look(next) else { break }
            next = stat.parent
        }
        return servers
    }

    /// `$TMUX` is `SOCKET,PID,SESSION`; the path may have commas in it.
    static func server(of environment: [String: String]) -> Int32? {
        let parts = environment["TMUX"]?.parts(at: ",", keepingEmpty: true) ?? []
        return parts.count > 2 ? Int32(parts[parts.count - 2]) : nil
    }

    /// The unit whose cgroup this process has to leave. A pane's own scope is left, too: what ends it with its server is up
    /// to the versions of tmux and systemd.
    package var unitToLeave: UnitName? {
        switch place {
        case .cgroup(let unit): unit
        case .terminal: ControlGroupScan.path(of: getpid()).flatMap(Self.paneScope(in:))
        }
    }

    static func paneScope(in path: String) -> UnitName? {
        path.parts(at: "/").last { $0.begins(with: paneScopePrefix) && $0.ends(with: ".scope") }
            .flatMap { UnitName(known: $0) }
    }

    /// Moves this process into a transient scope of its own, so that it outlives what it restarts.
    /// - Returns: the scope's name.
    /// - Throws: `.noServiceManager` when the manager refuses or the move is not seen within 5 s.
    package static func leave(
        _ unit: UnitName, through manager: any ServiceManager, clock: any OperationClock = SystemClock()
    ) throws(FleetError) -> UnitName {
        let scope = try UnitName("mosaic-restart-\(getpid()).scope")
        try OwnScope.enter(
            scope, description: "mosaic fleet: a restart begun inside the fleet", through: manager, clock: clock)
        return scope
    }
}
