internal import FleetKit

/// A unit as a scenario wants it, in words that a unit file and a fake's script can both express.
struct UnitSpec: Sendable {
    enum Load: Sendable { case present, masked, missing, broken }

    /// What each start does; the last one repeats.
    enum Run: Sendable, Equatable {
        /// Stays up, active after so many milliseconds.
        case up(after: Int)
        case fails
        /// Never becomes active.
        case hangs
        /// Does its work and ends well: up never, failed never.
        case endsWell
    }

    /// Without the suffix; the world makes it unique.
    var stem: String
    var load = Load.present
    var runs = [Run.up(after: 0)]
    /// Seconds; nil = far longer than any scenario.
    var startTimeout: Int?
    var jobTimeout: Int?
    /// Starts within a minute before the start limit hits; nil = no limit.
    var startLimit: Int?
    var conditionHolds = true
    var restartsOnFailureAfter: Int?
    /// Stem of a unit that this one requires and starts after.
    var requires: String?
    /// Stem of a unit that this one only starts after.
    var startsAfter: String?
}
