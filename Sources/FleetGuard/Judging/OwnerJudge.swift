/// Says whether a lock's owner is dead, from one observation.
struct OwnerJudge {
    let processes: any ProcessTable

    /// Dead beyond doubt: its kernel lock is free; or, where there is no kernel lock, its process is provably gone and
    /// no command that it started still has the record open.
    /// A file that is not a record has no owner, unless a process holds its kernel lock.
    func isAbandoned(_ observation: LockObservation) -> Bool {
        switch observation.kernelLock {
        case .free: return true
        case .held: return false
        case .unknown:
            guard let record = observation.record else { return false }
            return processes.liveness(of: record.owner) == .gone && processes.writers(of: observation.id).isEmpty
        }
    }
}
