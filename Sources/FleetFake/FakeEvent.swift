/// One line of the event log.
package struct FakeEvent: Codable, Sendable, Equatable {
    package enum What: String, Codable, Sendable {
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
    package var at: Int64
    package var what: What
    /// `start`, `stop`, `restart`, `reset-failed`, `reload`.
    package var verb: String
    /// Empty for `reload`.
    package var unit: String
    package var pid: Int32
    /// The lock's token, where the sender acted under a lock.
    package var token: String?
    /// Names the sender: the token, else the process and its connection. `systemd` for what the manager does itself.
    package var actor: String
    /// 0 where there is no job.
    package var job: UInt32
    package var result: String?
}
