public import FleetGuard

/// The fleet as its operator wrote it down (`roster.toml`), or as it was found in the service manager.
public struct Roster: Sendable, Equatable {
    /// The unit that owns the tmux server in which the agents run.
    public struct Holder: Sendable, Equatable {
        /// `mosaic-tmux-holder.service` unless the roster says otherwise.
        public var unit: UnitName
        /// nil: the holder is settled by its unit's state alone.
        public var socket: TmuxSocket?

        /// Without a socket, `FleetInstaller` cannot write the units.
        public init(unit: UnitName, socket: TmuxSocket? = nil) {
            self.unit = unit
            self.socket = socket
        }
    }

    /// One `[[agent]]` of the roster, or an agent's unit that was discovered.
    public struct Agent: Sendable, Equatable {
        /// Unique in the roster, also as a tmux session name, where `.` becomes `_`.
        public var name: AgentName
        /// `mosaic-agent@NAME.service`.
        public var unit: UnitName
        /// Program and arguments; empty for a discovered agent.
        public var command: [String]
        /// As written: may begin with `~/`. nil: the user's home.
        public var directory: String?
        /// False: restarted only if it is running.
        public var autostart: Bool
        /// With `[defaults]` in it.
        public var settings: AgentSettings

        /// Does not check that `unit` belongs to `name`; the roster's decoder derives one from the other.
        public init(
            name: AgentName, unit: UnitName, command: [String] = [], directory: String? = nil, autostart: Bool = true,
            settings: AgentSettings = AgentSettings()
        ) {
            self.name = name
            self.unit = unit
            self.command = command
            self.directory = directory
            self.autostart = autostart
            self.settings = settings
        }
    }

    /// `[guard]`: nil where the roster is silent, so that an option's default can apply.
    public struct GuardSettings: Sendable, Equatable {
        package var stallAfter: Duration?
        /// `max_wait`: how long to wait for the lock; zero: without limit.
        public var maxWait: Duration?
        /// `.auto` where the roster is silent.
        public var mutex: MutexChoice

        /// The defaults stand for a roster without `[guard]`.
        public init(stallAfter: Duration? = nil, maxWait: Duration? = nil, mutex: MutexChoice = .auto) {
            self.stallAfter = stallAfter
            self.maxWait = maxWait
            self.mutex = mutex
        }
    }

    /// `[settle]`: nil where the roster is silent.
    public struct SettleSettings: Sendable, Equatable {
        /// `timeout`: how long the holder may take to settle; more than zero.
        public var timeout: Duration?
        /// `stable_for`: how long agents are watched after they came up; zero: not at all.
        public var stableFor: Duration?

        /// The defaults stand for a roster without `[settle]`.
        public init(timeout: Duration? = nil, stableFor: Duration? = nil) {
            self.timeout = timeout
            self.stableFor = stableFor
        }
    }

    /// `[events]`.
    public struct EventSettings: Sendable, Equatable {
        /// The program that receives events, with its arguments; empty for none.
        public var command: [String]

        /// The default stands for a roster without `[events]`.
        public init(command: [String] = []) { self.command = command }
    }

    /// Where the roster comes from: a file, or the units in the service manager's memory.
    public enum Origin: Sendable, Equatable {
        /// The absolute path of the file.
        case file(String)
        case discovered
    }

    /// `.discovered` where there is no `roster.toml`.
    public var origin: Origin
    /// `[holder]`; the default unit and no socket where the roster is silent.
    public var holder: Holder
    /// `[guard]`: how the lock is waited for and kept.
    public var guardSettings: GuardSettings
    /// `[settle]`: when a restart counts as over.
    public var settle: SettleSettings
    /// `[events]`: which program receives events.
    public var events: EventSettings
    /// In the order of the file; discovered agents are sorted by unit name.
    public var agents: [Agent]

    /// Checks nothing: duplicate names and the like are refused when a file is decoded.
    public init(
        origin: Origin, holder: Holder, guardSettings: GuardSettings = GuardSettings(),
        settle: SettleSettings = SettleSettings(), events: EventSettings = EventSettings(), agents: [Agent]
    ) {
        self.origin = origin
        self.holder = holder
        self.guardSettings = guardSettings
        self.settle = settle
        self.events = events
        self.agents = agents
    }
}
