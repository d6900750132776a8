/// The guard's view of processes; a seam, so that the whole guard runs in a simulated world.
package protocol ProcessTable: AnyObject {
    /// This process.
    var me: ProcessIdentity { get }

    func liveness(of process: ProcessIdentity) -> Liveness

    /// Numbers of processes that hold an exclusive kernel lock on this file, as far as they may be examined.
    /// A reader that merely has the file open is not among them.
    func exclusiveHolders(of file: FileID) -> [Int32]

    /// Numbers of processes that have this file open for writing: its owner, and commands that it handed it to.
    /// Without kernel locks, this is how a command that outlives its owner is found.
    func writers(of file: FileID) -> [Int32]

    /// The identity of a process of this user in this namespace; nil when it is gone or foreign.
    func identify(_ pid: Int32) -> ProcessIdentity?

    /// True when the process runs the same program file as this one.
    func runsMyProgram(_ pid: Int32) -> Bool

    /// Whether the kernel shows the process as stopped: by a signal, or by a debugger. Any other state may be a process
    /// that works, or waits for a slow disk.
    func isStopped(_ pid: Int32) -> Bool

    /// Whether this one process has the file locked or, for `isLocked` false, open for writing.
    func holds(_ file: FileID, _ pid: Int32, isLocked: Bool) -> Bool

    /// Whether the process is this one's parent, or one of that one's.
    func descends(from ancestor: ProcessIdentity) -> Bool

    /// Sends SIGKILL to exactly this process, through a pidfd.
    /// - Returns: false when it is gone, foreign, or may not be signalled.
    func kill(_ process: ProcessIdentity) -> Bool
}

extension ProcessTable {
    package func holds(_ file: FileID, _ pid: Int32, isLocked: Bool) -> Bool {
        (isLocked ? exclusiveHolders(of: file) : writers(of: file)).contains(pid)
    }

    /// In a world without parents no process has an ancestor.
    package func descends(from ancestor: ProcessIdentity) -> Bool { false }
}
