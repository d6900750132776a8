/// The state of one unit at one moment, from the service manager. Field names are systemd's property names in Swift's case.
public struct UnitState: Sendable, Equatable {
    /// A job that is queued or running for the unit.
    public struct Job: Sendable, Equatable {
        /// The manager's number for the job, as in its object path `/org/freedesktop/systemd1/job/ID`.
        public var id: UInt32
        /// `start`, `stop`, `restart`, …; empty where the backend does not learn it.
        public var type: String

        /// - Parameter type: empty through systemctl, which shows only the number.
        public init(id: UInt32, type: String = "") {
            self.id = id
            self.type = type
        }
    }

    /// How the main process ended, or where a start failed before there was one, the command of `ExecStart=`: `ExecMainCode` (CLD_EXITED 1, CLD_KILLED 2, CLD_DUMPED 3; 0 = it has not) and
    /// `ExecMainStatus` (exit status or signal number).
    public struct MainExit: Sendable, Equatable {
        /// `ExecMainCode`: 1 exited, 2 killed, 3 killed with a core dump.
        public var code: Int32
        /// `ExecMainStatus`: the exit status if the process exited, otherwise the signal's number.
        public var status: Int32

        /// Takes systemd's numbers unchecked.
        public init(code: Int32, status: Int32) {
            self.code = code
            self.status = status
        }
    }

    /// The name that was asked for; the manager may know the unit by another one (an alias).
    public var name: UnitName
    /// `Description=`, or the unit's name without one.
    public var description = ""
    /// `loaded`, `not-found`, `masked`, `bad-setting`, `error`, …
    public var loadState: String
    /// `active`, `inactive`, `failed`, `activating`, `deactivating`, `reloading`, `maintenance`.
    public var activeState: String
    /// The finer state: `running`, `dead`, `auto-restart`, `exited`, …
    public var subState: String
    /// Why the last run ended: `success`, `exit-code`, `signal`, `timeout`, `start-limit-hit`, …
    public var result: String
    /// 0 = no main process.
    public var mainPID: Int32
    /// Automatic restarts since the unit was last started by hand or reset.
    public var restarts: UInt32
    /// 32 hexadecimal digits, new for each run; empty while the unit never ran.
    public var invocationID: String
    /// When the unit became active, microseconds since 1970 (`ActiveEnterTimestamp`); 0 = never.
    public var activeSince: UInt64
    /// When the unit went down, microseconds since 1970 (`InactiveEnterTimestamp`); 0 = never, or systemd has forgotten
    /// the unit since, as it does with one that is down without a failure and not enabled.
    public var inactiveSince: UInt64 = 0
    /// CPU time of the unit's processes in this run, nanoseconds (`CPUUsageNSec`); nil where it is not known.
    public var cpu: UInt64?
    /// Bytes (`MemoryCurrent`); nil where memory accounting is off or the unit is down.
    public var memory: UInt64?
    /// Path of the unit's cgroup under the manager's hierarchy; empty while it has none.
    public var controlGroup: String
    /// False when the last start was skipped because a Condition…= did not hold.
    public var conditionResult: Bool
    /// nil: no job is queued or running.
    public var job: Job?
    /// nil while the main process runs, and where none has ended.
    public var mainExit: MainExit?
    /// What the main process has last said of itself (`StatusText`, sd_notify(3)); empty where it says nothing, and where
    /// the unit is neither active nor `isExplained`.
    public var statusText = ""
    /// Units that must be up for this one: `Requires`, `Requisite` and `BindsTo` together.
    public var requirements: [String]
    /// Units that this one starts after and stops before.
    public var after: [String]

    /// The defaults are those of a loaded unit that is down and never ran. Backends set the other properties
    /// afterwards.
    public init(
        name: UnitName, loadState: String = "loaded", activeState: String = "inactive", subState: String = "dead",
        result: String = "success", mainPID: Int32 = 0, restarts: UInt32 = 0, invocationID: String = "",
        activeSince: UInt64 = 0, memory: UInt64? = nil, controlGroup: String = "", conditionResult: Bool = true,
        job: Job? = nil, mainExit: MainExit? = nil, requirements: [String] = [], after: [String] = []
    ) {
        self.name = name
        self.loadState = loadState
        self.activeState = activeState
        self.subState = subState
        self.result = result
        self.mainPID = mainPID
        self.restarts = restarts
        self.invocationID = invocationID
        self.activeSince = activeSince
        self.memory = memory
        self.controlGroup = controlGroup
        self.conditionResult = conditionResult
        self.job = job
        self.mainExit = mainExit
        self.requirements = requirements
        self.after = after
    }

    /// The last run failed with an exit status, which the main process may have explained in its `StatusText`.
    public var isExplained: Bool { !isActive && result.utf8.elementsEqual("exit-code".utf8) }
    /// Only `active` counts, not `activating` or `reloading`.
    public var isActive: Bool { activeState == "active" }
    /// A process ended badly, and it was not the main one: that of a unit that forks is known only once it is up.
    public var lacksExit: Bool { mainExit == nil && ["exit-code", "signal", "core-dump"].contains(result) }
    /// True until the next start or `reset-failed`; a unit between two automatic restarts is not failed.
    public var isFailed: Bool { activeState == "failed" }
    /// systemd starts the unit again without a command: it waits (`RestartSec=`) or has queued the start.
    public var isInAutoRestart: Bool { subState == "auto-restart" || subState == "auto-restart-queued" }
    /// From how many automatic restarts since its last start by a command a unit counts as flapping.
    public static let restartsOfFlapping = 2
    /// It dies again and again: systemd has restarted it at least `restartsOfFlapping` times since its last start by a
    /// command, and now waits to do so once more. A single crash is not that, nor is a unit that recovered.
    public var isFlapping: Bool { isInAutoRestart && restarts >= Self.restartsOfFlapping }
    /// Nothing of the unit runs and nothing is about to.
    public var isDown: Bool { (activeState == "inactive" || activeState == "failed") && job == nil }
    /// There is no unit file of this name.
    public var isNotFound: Bool { loadState == "not-found" }
    /// The unit file is empty or a link to /dev/null, so systemd refuses to start the unit.
    public var isMasked: Bool { loadState == "masked" }
}
