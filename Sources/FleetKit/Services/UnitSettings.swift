/// How a unit was told to behave, as the service manager has read it: what `doctor` judges.
///
/// All of it is of services; a unit of another type, or one that is not there, has the defaults below.
public struct UnitSettings: Sendable, Equatable {
    /// The name that was asked for; the manager may know the unit by another one (an alias).
    public var name: UnitName
    /// The unit file that counts; empty where there is none.
    public var path: String
    /// The drop-ins that count, absolute.
    package var dropIns: [String]
    /// When the main process of the present run was started, microseconds since 1970; 0 = never.
    package var mainStartedAt: UInt64
    /// A file of the unit was changed on disk since the manager has read it (`NeedDaemonReload`).
    package var needsReload: Bool
    /// `Type=`: `simple`, `exec`, `forking`, `oneshot`, `dbus`, `notify`, `notify-reload`, `idle`.
    package var type: String
    /// `KillMode=`: `control-group`, `mixed`, `process`, `none`.
    package var killMode: String
    /// `Restart=`: `no`, `always`, `on-failure`, …
    public var restart: String
    /// `RestartSec=`.
    package var restartDelay: Duration
    /// `StartLimitIntervalSec=`; zero: there is no limit.
    package var startLimitInterval: Duration
    /// `StartLimitBurst=`; 0: there is no limit.
    package var startLimitBurst: UInt32
    package var timeouts: UnitTimeouts
    /// The argument vectors of `ExecStart=`, the program first. systemctl prints them with blanks between the words, so
    /// through that backend a word with a blank in it comes as several.
    public var commands: [[String]]
    /// `Environment=` as `NAME=VALUE`; nil where a file (`EnvironmentFile=`) sets variables, too, or where the backend
    /// cannot tell the words apart.
    public var environment: [String]?
    /// The paths of `EnvironmentFile=`, specifiers expanded; patterns stay as they are.
    package var environmentFiles: [String] = []

    /// The defaults are those of a unit that is missing or not a service.
    public init(
        name: UnitName, path: String = "", dropIns: [String] = [], mainStartedAt: UInt64 = 0, needsReload: Bool = false,
        type: String = "simple",
        killMode: String = "control-group", restart: String = "no", restartDelay: Duration = .milliseconds(100),
        startLimitInterval: Duration = .seconds(10), startLimitBurst: UInt32 = 5,
        timeouts: UnitTimeouts = UnitTimeouts(), commands: [[String]] = [], environment: [String]? = []
    ) {
        self.name = name
        self.path = path
        self.dropIns = dropIns
        self.mainStartedAt = mainStartedAt
        self.needsReload = needsReload
        self.type = type
        self.killMode = killMode
        self.restart = restart
        self.restartDelay = restartDelay
        self.startLimitInterval = startLimitInterval
        self.startLimitBurst = startLimitBurst
        self.timeouts = timeouts
        self.commands = commands
        self.environment = environment
    }
}

extension UnitSettings {
    /// Whether the end of the start job means that the program itself said it is up. For the other types it means
    /// only that a process was begun.
    var startProvesReadiness: Bool { ["forking", "notify", "notify-reload", "dbus"].contains(type) }

    /// Whether the end of the stop job means that no process of the old run is left.
    var stopEndsEveryProcess: Bool { killMode == "control-group" || killMode == "mixed" }
}
