/// How a service comes up and goes down, as its unit file says it: systemd.service(5) `Type=`, systemd.kill(5)
/// `KillMode=`.
public struct ServiceLifecycle: Sendable, Equatable {
    /// `simple`, `exec`, `forking`, `oneshot`, `dbus`, `notify`, `notify-reload`, `idle`; empty where the manager does
    /// not know the unit.
    public var type: String
    /// `control-group`, `mixed`, `process`, `none`; empty where the manager does not know the unit.
    public var killMode: String

    public init(type: String = "", killMode: String = "") {
        self.type = type
        self.killMode = killMode
    }

    /// Whether the end of the start job means that the program itself said it is up. For the other types it means
    /// only that a process was begun.
    public var startProvesReadiness: Bool { ["forking", "notify", "notify-reload", "dbus"].contains(type) }

    /// Whether the end of the stop job means that no process of the old run is left.
    public var stopEndsEveryProcess: Bool { killMode == "control-group" || killMode == "mixed" }
}
