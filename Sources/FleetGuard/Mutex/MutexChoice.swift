/// How the processes that share one lock exclude each other around each transition; the same for all of them.
public enum MutexChoice: String, Sendable, CaseIterable, Codable {
    /// `kernel`, unless the file system has no `flock`.
    case auto
    /// `kernel` is an flock(2) on a permanent file, `path` a file that exists while a process is inside.
    case kernel, path
}
