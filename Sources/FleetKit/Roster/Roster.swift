public import FleetGuard

/// The fleet as its operator wrote it down (`roster.toml`), or as it was found in the service manager.
public struct Roster: Sendable, Equatable {
    public struct Holder: Sendable, Equatable {
        /// `mosaic-tmux-holder.service` unless the roster says otherwise.
        public var unit: UnitName
        /// nil: the holder is settled by its unit's state alone.
        public var socket: TmuxSocket?

        public init(unit: UnitName, socket: TmuxSocket? = nil) {
            self.unit = unit
            self.socket = socket
        }
    }

    public struct Agent: Sendable, Equatable {
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
        public var maxWait: Duration?
        public var mutex: MutexChoice

        public init(stallAfter: Duration? = nil, maxWait: Duration? = nil, mutex: MutexChoice = .auto) {
            self.stallAfter = stallAfter
            self.maxWait = maxWait
            self.mutex = mutex
        }
    }

    /// `[settle]`: nil where the roster is silent.
    public struct SettleSettings: Sendable, Equatable {
        public var timeout: Duration?
        public var stableFor: Duration?

        public init(timeout: Duration? = nil, stableFor: Duration? = nil) {
            self.timeout = timeout
            self.stableFor = stableFor
        }
    }

    /// `[events]`.
    public struct EventSettings: Sendable, Equatable {
        /// The program that receives events, with its arguments; empty for none.
        public var command: [String]

        public init(command: [String] = []) { self.command = command }
    }

    public enum Origin: Sendable, Equatable {
        /// The absolute path of the file.
        case file(String)
        case discovered
    }

    public var origin: Origin
    public var holder: Holder
    public var guardSettings: GuardSettings
    public var settle: SettleSettings
    public var events: EventSettings
    public var agents: [Agent]

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
