/// What a restart may rest on that does nothing, or not everything.
extension SimulatedKernel {
    /// From here on it does what it was asked for. Whoever asked before this moment may end with its success.
    mutating func noteStart(of process: Int) {
        processes[process].scope = max(processes[process].asked, JoinScope.fleet)
        processes[process].asked = -1
        processes[process].mayJoin = false
        processes[process].askedBefore = 0
        for index in processes.indices where processes[index].asked >= 0 {
            processes[process].askedBefore |= 1 << UInt32(index)
        }
    }

    mutating func noteSuccess(of process: Int) {
        for index in processes.indices where processes[process].askedBefore & 1 << UInt32(index) != 0 {
            guard processes[index].asked >= 0, JoinScope.covers(processes[process].scope, processes[index].asked) else {
                continue
            }
            processes[index].mayJoin = true
        }
    }

    mutating func checkJoin(of process: Int) {
        if !processes[process].mayJoin {
            broken(
                .joins,
                "contender \(process) ends well, but no restart that covers its own began after it was asked for and succeeded"
            )
        }
        processes[process].asked = -1
        processes[process].mayJoin = false
    }

    mutating func checkOnlyFailed(_ isOnlyFailed: Bool, by process: Int) {
        if isOnlyFailed, agentIsUp {
            broken(.joins, "contender \(process) restarts an agent that is up, though it was to leave such alone")
        }
    }
}
