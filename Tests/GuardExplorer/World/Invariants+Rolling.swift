/// What a rolling restart may do to its agents, and what it must have reached when it ends well.
extension SimulatedKernel {
    mutating func beginRolling(_ process: Int) {
        processes[process].commanded = 0
        processes[process].hasSeenFailure = false
        processes[process].toldNew = 0
    }

    mutating func send(_ agent: Int, isRestart: Bool, by process: Int) {
        if processes[process].hasSeenFailure {
            broken(.rolling, "contender \(process) goes on to agent \(agent) after one had failed")
        }
        if processes[process].commanded & 1 << UInt32(agent) == 0, fleet.agents.indices.contains(where: isUnproven) {
            broken(.rolling, "contender \(process) begins agent \(agent) before the one before had stayed up")
        }
        // One that a dead owner's job brought up between the look and this command is restarted once more.
        if isRestart, processes[process].toldNew & 1 << UInt32(agent) != 0 {
            broken(.rolling, "contender \(process) restarts agent \(agent), which it was told is new")
        }
        processes[process].commanded |= 1 << UInt32(agent)
        fleet.send(agent, isRestart: isRestart)
        if fleet.takenDown > fleet.width {
            broken(.rolling, "\(fleet.takenDown) agents are down, and at most \(fleet.width) may be")
        }

        /// Up for now, within the time for which it is watched.
        func isUnproven(_ other: Int) -> Bool {
            other != agent && processes[process].commanded & 1 << UInt32(other) != 0 && fleet.isAboutToFall(other)
        }
    }

    /// The contender is told how the agents are.
    mutating func lookAtFleet(by process: Int) -> SeamAnswer {
        let failed = fleet.agents.indices.contains {
            processes[process].commanded & 1 << UInt32($0) != 0 && fleet.agents[$0].condition == .failed
        }
        if failed { processes[process].hasSeenFailure = true }
        processes[process].toldNew = fleet.agents.indices.reduce(0) { bits, agent in
            let isNew = fleet.agents[agent].condition == .up && fleet.agents[agent].run > 0
            return isNew ? bits | 1 << UInt32(agent) : bits
        }
        return .fleet(fleet.agents.map { FleetKey(condition: $0.condition, run: $0.run) })
    }

    /// It ends well: nothing is left of what it was asked for, and nothing is owed.
    mutating func checkRolled(by process: Int) {
        for (index, agent) in fleet.agents.enumerated() where agent.condition != .failed {
            if agent.condition != .up {
                broken(.rolling, "contender \(process) ends well, and agent \(index) is down")
            } else if agent.run == 0 {
                broken(.rolling, "contender \(process) ends well, and agent \(index) runs outdated")
            }
        }
        if fleet.owed != 0 { broken(.rolling, "contender \(process) ends well, and an agent is owed still") }
    }
}
