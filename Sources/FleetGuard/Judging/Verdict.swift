/// What a reader concludes about the lock.
public enum Verdict: String, Sendable, CaseIterable {
    case free, held
    /// The owner is dead.
    case abandoned
    /// The owner lives and makes no progress.
    case stalled
    /// Not a record.
    case unreadable
}
