internal import Synchronization

/// What can be done about an error of the guard, as facts. A program that has a command line of its own puts them into its
/// words (`speak`), with its options and commands; FleetGuard knows none.
public enum GuardAdvice: Sendable, Hashable {
    /// Another process owns the lock at this path; `isRun`: for a command of any length.
    case held(path: String, isRun: Bool)
    /// Another process works inside the same lock.
    case occupied
    /// This process lost the lock in the middle of its work.
    case evicted
    /// The home, or a folder in it, is not to be read by this user.
    case unreadable
    /// It is another user's.
    case foreign
    /// Its file system is read-only.
    case readOnly
    /// It cannot be made or used for another reason.
    case unusable
    /// Its file system has no flock(2), which only work inside another lock needs.
    case noNesting
    /// Its file system has no flock(2), and the mutex `.kernel` was asked for.
    case noFlock
    /// Another process uses the other kind of mutex for the same lock.
    case mutexClash

    private static let wording = Mutex<(@Sendable (GuardAdvice) -> String)?>(nil)

    /// From now on the hints of FleetGuard's errors, in the whole process, are these words.
    /// - Parameter words: lower case, no full stop.
    public static func speak(_ words: @escaping @Sendable (GuardAdvice) -> String) { wording.withLock { $0 = words } }

    /// As the program says it.
    var words: String {
        let words = Self.wording.withLock { $0 }
        return words?(self) ?? plainWords
    }

    /// For a program that has no words of its own.
    package var plainWords: String {
        switch self {
        case .held(let path, _): "wait until the lock \(path) is released"
        case .occupied: "wait until that is done"
        case .evicted: "check what was left undone before the work begins again"
        case .unreadable: "give it to this user (chown, chmod 700), or use another home"
        case .foreign: "run as its owner, or use a home of your own"
        case .readOnly: "the file system is read-only: mount it writable, or use another home"
        case .unusable: "check that directory, or use another home"
        case .noNesting: "do the work outside of the other lock"
        case .noFlock: "use the mutex 'auto' or 'path'"
        case .mutexClash: "use one kind of mutex in every program; when none of them runs, remove the file"
        }
    }
}
