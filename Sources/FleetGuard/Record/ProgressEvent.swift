/// One line of the lock record after the first: what the owner has done, so that a successor can say what a crash
/// left undone.
public struct ProgressEvent: Codable, Sendable, Equatable {
    /// `drain`, `holder`, `settle`, `start`, `verify`, …: the operation's own word.
    public var phase: String
    /// n of m units of this phase are done.
    public var done: Int?
    /// The m of "n of m"; nil where units are not counted.
    public var total: Int?
    /// The unit that this event is about.
    public var unit: String?
    /// How it ended: `done`, or the outcome's name.
    public var outcome: String?

    /// Fields that stay nil are left out of the line.
    public init(phase: String, done: Int? = nil, total: Int? = nil, unit: String? = nil, outcome: String? = nil) {
        self.phase = phase
        self.done = done
        self.total = total
        self.unit = unit
        self.outcome = outcome
    }
}
