/// What a restart is asked to do.
public struct RestartOptions: Sendable, Equatable {
    /// nil: the whole fleet with its holder. Else these agents only.
    public var agents: [AgentName]?
    /// Stop the agents before the holder goes down. Without: restart the holder, then each agent.
    public var drain = true
    /// Jobs in flight; nil = no bound.
    public var maxParallel: Int?
    /// How long agents are watched after they came up; zero = not at all.
    public var stableFor: Duration = .seconds(2)
    /// How long the holder may take to settle. After that, the agents that were stopped stay stopped.
    public var settleTimeout: Duration = .seconds(30)
    /// Only what failed or is owed; decided under the lock. What is down without either was stopped (by `systemctl stop`,
    /// too), has ended well, or was never started.
    public var onlyFailed = false
    /// With `onlyFailed`: what systemd is about to start by itself is left to it.
    var heals = false
    /// With `heals`: units that were tried often enough for now.
    var resting: Set<UnitName> = []
    /// With `onlyFailed`: agents that are down because their holder died or failed at boot.
    var lost: Set<UnitName> = []
    /// With `onlyFailed`: agents that failed in answer to a stop.
    var asked: Set<UnitName> = []
    /// Units that the process of a `stop` is still at work to end.
    var stopping: Set<UnitName> = []
    /// Agents whose units are not written yet: one that is down is left so, since its start could only fail.
    package var unwritten: Set<AgentName> = []
    /// What the fleet was like when the restart was asked for, where it had to wait for another one since: what runs in
    /// a newer run is left alone. nil: everything is restarted.
    public var wish: RestartWish?
    /// Give the lock back untouched where this would cut work; nil: it may.
    public var whenIdle: WhenIdle?

    /// Only agents that run outdated, and those that an earlier restart took down and did not start again; decided under
    /// the lock. The holder stays.
    public var onlyOutdated = false
    /// A few agents at a time. The holder stays.
    public var rolling: Rolling?
    /// The words of the command that continues a rolling restart that ended early. The names of
    /// the agents that are left are added, but for `onlyOutdated`, which finds them itself.
    public var resumption: [String] = ["restart"]

    /// Options that the command for the rest repeats, such as `--reason=…`.
    public var repeats: [String] = []

    /// How a rolling restart goes through the agents.
    public struct Rolling: Sendable, Equatable {
        /// So many are down at the same time, at most.
        public var width: Int
        /// nil: no agent is tried alone first.
        public var canary: Canary?

        /// - Parameter width: values below 1 count as 1.
        public init(width: Int = 1, canary: Canary? = nil) {
            self.width = max(1, width)
            self.canary = canary
        }
    }

    /// The agent that goes alone before all others.
    public enum Canary: Sendable, Equatable {
        case first
        case agent(AgentName)
    }

    /// The holder is restarted, and its agents with it.
    public var isWhole: Bool { agents == nil && !onlyFailed && !leavesHolder }

    var leavesHolder: Bool { agents != nil || onlyOutdated || rolling != nil }

    /// Whether one transaction of the manager's may be the whole of it; the units have a say, too.
    var mayBeOneBatch: Bool { isWhole && drain && maxParallel == nil }

    /// - Parameter agents: nil for the whole fleet with its holder.
    public init(agents: [AgentName]? = nil) { self.agents = agents }
}
