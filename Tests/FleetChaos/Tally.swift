/// What a campaign counts.
struct Tally {
    var rounds = 0
    var processes = 0
    var kills = 0
    var killsOfOwners = 0
    var killsInside = 0
    /// Of processes that were inside a system call at that moment.
    var killsInCalls = 0
    var freezes = 0
    var takeovers = 0
    var evictions = 0
    /// How processes ended that were not killed by this program.
    var ends: [String: Int] = [:]
    /// From an owner's death to the next takeover, while somebody waited.
    var calm = Histogram()
    /// The same while another process was stopped, perhaps inside the registry mutex.
    var disturbed = Histogram()
    /// The whole restart after each round.
    var after = Histogram()
    var overlapsSeen = 0
    var events = 0

    var lines: [String] {
        let ends = ends.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
        return [
            "rounds \(rounds), processes \(processes), events in the logs \(events), overlaps \(overlapsSeen)",
            "kills \(kills) (of the lock's owner \(killsOfOwners), just inside the mutex \(killsInside),"
                + " waiting inside a system call \(killsInCalls)), freezes \(freezes)",
            "takeovers from the dead \(takeovers), evictions \(evictions); other ends: \(ends)",
            "owner's death to takeover, nobody stopped:  \(calm.summary)",
        ] + calm.bars.map { "    " + $0 } + [
            "owner's death to takeover, somebody stopped: \(disturbed.summary)",
            "the restart after each round, whole process: \(after.summary)",
        ]
    }
}
