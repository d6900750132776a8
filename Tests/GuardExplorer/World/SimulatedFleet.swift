/// The agents of a world with more than one, as systemd sees them: what was asked for goes on by itself, whoever asked
/// and died.
struct SimulatedFleet: Hashable {
    enum Condition: Int32 {
        case up
        /// A restart job ends the old run, and will begin a new one.
        case stopping
        /// The new run has begun, and is not up yet.
        case starting
        /// Taken down by a restart that died, without a job.
        case down
        case failed

        var hasJob: Bool { self == .stopping || self == .starting }
    }

    struct Agent: Hashable {
        var condition = Condition.up
        /// 0 is the run that is outdated; a later one is not.
        var run: Int32 = 0
        /// So many starts of it fail.
        var failures: Int32 = 0
        /// Its new run ends badly a moment after it is up, once.
        var falls = false
    }

    var agents: [Agent] = []
    /// One bit for each agent: owed, as the intent file says.
    var owed: UInt32 = 0
    /// So many may be down at a time.
    var width = 1

    init() {}

    init(agents: [Agent], owed: UInt32 = 0, width: Int) {
        self.agents = agents
        self.owed = owed
        self.width = width
    }

    /// Agents about which systemd has something to do: a job, or an end that it is about to notice.
    func isBusy(_ agent: Int) -> Bool { agents[agent].condition.hasJob || isAboutToFall(agent) }

    func isAboutToFall(_ agent: Int) -> Bool {
        agents[agent].falls && agents[agent].condition == .up && agents[agent].run > 0
    }

    /// Down because a restart took them down, and not because they failed in their own new run.
    var takenDown: Int { agents.count { $0.condition != .up && $0.condition != .failed } }

    mutating func send(_ agent: Int, isRestart: Bool) {
        switch agents[agent].condition {
        case .up where isRestart: agents[agent].condition = .stopping
        case .starting where isRestart: agents[agent].condition = .stopping
        case .down, .failed: begin(agent)
        case .up, .starting, .stopping: break
        }
    }

    mutating func resetFailed(_ agent: Int) {
        if agents[agent].condition == .failed { agents[agent].condition = .down }
    }

    /// systemd gets on with what it has to do about this agent.
    mutating func goOn(_ agent: Int) {
        switch agents[agent].condition {
        case .stopping: begin(agent)
        case .starting:
            let fails = agents[agent].failures > 0
            if fails { agents[agent].failures -= 1 }
            agents[agent].condition = fails ? .failed : .up
        case .up where isAboutToFall(agent):
            agents[agent].falls = false
            agents[agent].condition = .failed
        case .up, .down, .failed: break
        }
    }

    private mutating func begin(_ agent: Int) {
        agents[agent].condition = .starting
        agents[agent].run += 1
    }
}

extension SimulatedFleet {
    func add(to digest: inout Digest) {
        guard !agents.isEmpty else { return }
        for agent in agents {
            digest.add(agent.condition.rawValue << 1 | (agent.falls ? 1 : 0), agent.run)
            digest.add(agent.failures)
        }
        digest.add(Int32(bitPattern: owed))
    }
}
