/// What a restart may rest on that does nothing, or not everything.
extension SimulatedKernel {
    mutating func noteWish(of process: Int) {
        processes[process].askedRun = agentRun
        processes[process].seenRun = -1
    }

    /// It ends well: what it was asked for has come true, whoever did it.
    mutating func checkWish(of process: Int, onlyFailed: Bool) {
        if !agentIsUp {
            broken(.joins, "contender \(process) ends well, and the agent is down")
        } else if !onlyFailed, agentRun <= processes[process].askedRun {
            broken(
                .joins, "contender \(process) ends well, and the agent runs as it did when its restart was asked for")
        }
        processes[process].askedRun = -1
    }

    mutating func checkNeed(of process: Int, onlyFailed: Bool, joins: Bool) {
        if onlyFailed, agentIsUp {
            broken(.joins, "contender \(process) restarts an agent that is up, though it was to leave such alone")
        }
        if joins, !onlyFailed, agentIsUp, processes[process].seenRun >= 0, agentRun > processes[process].seenRun {
            broken(.joins, "contender \(process) restarts an agent again that was restarted after its wish")
        }
    }
}
