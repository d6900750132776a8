/// What a reader concludes about the lock.
public enum Verdict: String, Sendable, CaseIterable {
    /// `held`: the owner lives, or may live, and its last progress is recent.
    case free, held
    /// The owner is dead.
    case abandoned
    /// The owner lives and makes no progress.
    case stalled
    /// Not a record.
    case unreadable
}
