internal import Glibc

/// The place of this process inside the fleet that it is about to take down: an operator's shell in an agent's window,
/// or an agent itself. Restarting from there would kill the restart half-way.
public struct FleetResidence: Sendable, Equatable {
    public enum Place: Sendable, Equatable {
        /// In the unit's cgroup: systemd kills this process with the unit.
        case cgroup(UnitName)
        /// Only the terminal is the fleet's (tmux put the pane into a scope of its own): it hangs up with the server.
        case terminal
    }

    public var place: Place

    /// - Throws: `.noServiceManager`.
    public static func find(
        roster: Roster, manager: any ServiceManager, environment: [String: String]
    ) throws(FleetError) -> FleetResidence? {
        if let own = ControlGroupScan.path(of: getpid()) {
            for state in try manager.states(of: roster.units)
            where ControlGroupScan.contains(state.controlGroup, own) {
                return FleetResidence(place: .cgroup(state.name))
            }
        }
        return isTerminalOfFleet(roster.holder.socket, environment) ? FleetResidence(place: .terminal) : nil
    }

    /// `$TMUX` is `SOCKET,PID,SESSION`.
    static func isTerminalOfFleet(_ socket: TmuxSocket?, _ environment: [String: String]) -> Bool {
        guard let server = environment["TMUX"]?.split(separator: ",").first.map(String.init) else { return false }
        switch socket {
        case .path(let path): return server == path
        case .name(let name): return server.hasSuffix("/" + name)
        case nil: return false
        }
    }

    /// Moves this process into a transient scope of its own, so that it outlives what it restarts.
    /// - Returns: the scope's name.
    /// - Throws: `.noServiceManager` when the manager refuses or the move is not seen within 5 s.
    public static func leave(
        _ unit: UnitName, through manager: any ServiceManager, clock: any OperationClock = SystemClock()
    ) throws(FleetError) -> UnitName {
        let scope = try UnitName("mosaic-restart-\(getpid()).scope")
        let before = ControlGroupScan.path(of: getpid())
        try manager.adopt(getpid(), intoScope: scope, description: "mosaic fleet: a restart begun inside the fleet")
        let deadline = clock.now() + .seconds(5)
        while ControlGroupScan.path(of: getpid()) == before {
            guard clock.now() < deadline else {
                throw FleetError(
                    .noServiceManager,
                    "this process is still in the cgroup of \(unit), although \(scope) was asked for",
                    hint: "run the command from outside the fleet")
            }
            clock.sleep(for: .milliseconds(2))
        }
        return scope
    }
}
