/// One line of the event log.
public struct FakeEvent: Codable, Sendable, Equatable {
    public enum What: String, Codable, Sendable {
        /// A process sent the command.
        case sent
        /// The manager began the job; `pid`, `token` and `actor` are the sender's, also when it is dead.
        case begun
        /// The job left the queue with `result`.
        case ended
        /// The sender learned the end: until here its operation was still busy with the command.
        case seen
    }

    /// Nanoseconds of the monotonic clock: for `begun` and `ended` when it happened, not when it was noticed.
    public var at: Int64
    public var what: What
    /// `start`, `stop`, `restart`, `reset-failed`, `reload`.
    public var verb: String
    /// Empty for `reload`.
    public var unit: String
    public var pid: Int32
    /// The lock's token, where the sender acted under a lock.
    public var token: String?
    /// Names the sender: the token, else the process and its connection. `systemd` for what the manager does itself.
    public var actor: String
    /// 0 where there is no job.
    public var job: UInt32
    public var result: String?
}
