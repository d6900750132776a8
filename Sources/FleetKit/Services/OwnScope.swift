package import FleetGuard
internal import Glibc

/// A transient scope that this process moves itself into, so that it outlives what its cgroup belongs to.
package enum OwnScope {
    /// - Returns: once the process is seen in another cgroup than before.
    /// - Throws: `.noServiceManager` when the manager refuses or the move is not seen within 5 s.
    package static func enter(
        _ scope: UnitName, description: String, through manager: any ServiceManager,
        clock: any OperationClock = SystemClock()
    ) throws(FleetError) {
        let before = ControlGroupScan.path(of: getpid())
        try manager.adopt(getpid(), intoScope: scope, description: description)
        let deadline = clock.now() + .seconds(5)
        while ControlGroupScan.path(of: getpid()) == before {
            guard clock.now() < deadline else {
                throw FleetError(
                    .noServiceManager,
                    "this process is still in the cgroup \(Printable.oneLine(before ?? "")), although \(scope) was asked for",
                    hint: "run the command from outside the fleet")
            }
            clock.sleep(for: .milliseconds(2))
        }
    }

    /// Where logind may end everything with a login's session (logind.conf(5), `KillUserProcesses`), and its name; nil elsewhere.
    package static func session(in path: String) -> String? {
        path.parts(at: "/").last { $0.begins(with: "session-") && $0.ends(with: ".scope") }.map(String.init)
    }

    /// Leaves the login session that an ssh connection is, with everything that is started from now on.
    /// - Returns: whether there was one.
    /// - Throws: `.noServiceManager`, as `enter`.
    package static func leaveSession(
        through manager: () throws(FleetError) -> any ServiceManager
    ) throws(FleetError) -> Bool {
        guard let path = ControlGroupScan.path(of: getpid()), session(in: path) != nil else { return false }
        try enter(
            try UnitName("mosaic-host-\(getpid()).scope"),
            description: "mosaic fleet: an operation that a station began",
            through: manager())
        return true
    }
}
