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
    public var settleTimeout: Duration = .seconds(30)
    /// Only agents that are not up; decided under the lock.
    public var onlyFailed = false
    /// What the fleet was like when the restart was asked for, where it had to wait for another one since: what runs in
    /// a newer run is left alone. nil: everything is restarted.
    public var wish: RestartWish?
    /// Give the lock back untouched where this would cut work; nil: it may.
    public var whenIdle: WhenIdle?

    /// Whether one transaction of the manager's may be the whole of it; the units have a say, too.
    var mayBeOneBatch: Bool { agents == nil && !onlyFailed && drain && maxParallel == nil }

    public init(agents: [AgentName]? = nil) { self.agents = agents }
}
