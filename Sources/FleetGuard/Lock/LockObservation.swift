/// What one look at `restart.lock` found.
public struct LockObservation: Sendable, Equatable {
    package enum Content: Sendable, Equatable {
        case record(LockRecordText)
        /// Not a record; the text says why.
        case unreadable(String)
    }

    /// Whether the owner's kernel lock is still held.
    public enum KernelLock: Sendable, Equatable {
        /// By the owner, or by a command that inherited its descriptor.
        case held
        /// The owner is dead.
        case free
        /// The file system has none, or the record is of the path mode.
        case unknown
    }

    package var id: FileID
    /// The progress stamp: the lock's modification time.
    package var stamp: FileTime
    package var kind: FileStatus.Kind
    package var content: Content
    /// Probed at the moment of the look.
    public var kernelLock: KernelLock

    /// nil for a file that is not a record of a version that this program reads.
    public var record: LockRecord? {
        if case .record(let text) = content { text.record } else { nil }
    }

    /// In the order written; damaged lines are left out. Empty for a file that is not a record.
    public var events: [ProgressEvent] {
        if case .record(let text) = content { text.events } else { [] }
    }

    /// The same acquisition, whatever its progress. The token decides: inode numbers are reused after a release.
    func isSameLock(as other: LockObservation) -> Bool {
        guard id == other.id, record?.token == other.record?.token else { return false }
        return record != nil || stamp == other.stamp
    }
}
