/// What the commands of `lock run`s were put into, so that nothing of them can outlive their lock.
///
/// The guard ends it before any process acts after such an owner: of a dead owner before its record is forgotten, of one that
/// is killed together with it.
package protocol RunScopes: AnyObject {
    /// Ends the remaining processes of this run's command. Called only for an owner that lost its lock or is dead.
    ///
    /// The record is not believed: it may be forged, or name what belongs to another lock.
    /// - Returns: nil when nothing is left of it; else why something may be.
    func end(_ run: LockObservation) -> String?
}

extension Guard {
    /// Ends the remaining processes of dead `lock run`s, and forgets these. For a caller that only frees the lock.
    /// - Returns: of each that may still act, why.
    package static func buryDeadRuns(
        in store: any LockStore, processes: any ProcessTable, scopes: (any RunScopes)?
    ) throws(FleetError) -> [String] {
        var reasons: [String] = []
        for owner in try store.evicted()
        where owner.observation.record?.isRun == true
            && OwnerJudge(processes: processes).isAbandoned(owner.observation)
        {
            if let why = scopes?.end(owner.observation) { reasons.append(why) } else { try store.bury(owner) }
        }
        return reasons
    }
}
