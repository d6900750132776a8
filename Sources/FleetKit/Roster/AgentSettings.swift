/// How an agent runs beyond its command and directory: the keys of the roster that systemd, the agent's main process and
/// `--when-idle` act on. nil and empty stand for "the roster does not say".
public struct AgentSettings: Sendable, Equatable {
    /// `PATH` of the agent, folders between colons; `~/` may begin each.
    public var path: String?
    /// Names are `[A-Za-z_][A-Za-z0-9_]*`; values have no control character but tab and line end.
    public var environment: [String: String] = [:]
    package var environmentFile: EnvironmentFile?
    /// As systemd takes it: bytes with K, M, G or T, a percentage, or `infinity`.
    package var memoryMax: String?
    /// As systemd takes it: a percentage of one CPU, such as `200%`. `infinity` is none.
    package var cpuQuota: String?
    /// As systemd takes it: a number, a percentage, or `infinity`.
    package var tasksMax: String?
    package var stopRequest: StopRequest?
    /// Time from the stop to SIGKILL.
    package var stopTimeout: Duration?
    /// Whether the last lines of the screen are kept after a failure; nil stands for true.
    package var lastScreen: Bool?
    package var activity: Activity?

    /// Nothing is set: the roster says none of it.
    public init() {}

    /// How an agent is asked to end before it gets SIGTERM.
    package enum StopRequest: Sendable, Equatable {
        /// tmux's words for keys, typed into its window.
        case keys([String])
        /// Program and arguments, run as the agent is.
        case command([String])
    }

    /// `environment_file`: assignments as in systemd.exec(5), `EnvironmentFile=`.
    package struct EnvironmentFile: Sendable, Equatable {
        /// Absolute, or `~/…`.
        package var path: String
        /// Written with a leading `-`: the agent starts without the file, too.
        package var mayBeMissing: Bool
    }

    /// How it is known whether an agent is busy.
    public enum Activity: Sendable, Equatable {
        /// It says so itself.
        case reported
        /// It printed nothing for this long.
        case quiet(Duration)
    }
}
