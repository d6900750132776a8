internal import FleetKit

/// Everything that a contender can ask of its world. Each is one scheduling point.
enum SeamCall: Hashable {
    case open(Int32, FileOpening)
    case close(CInt)
    case read(CInt, offset: Int, count: Int)
    case write(CInt, content: Int32, offset: Int)
    case statusOf(CInt)
    case statusAt(Int32)
    case link(Int32, Int32)
    case rename(Int32, Int32)
    case unlink(Int32)
    case names
    case lock(CInt, KernelLockKind)
    case unlock(CInt)
    case touch(CInt)

    case makeWatch
    case follow(CInt, CInt)
    case wait(CInt, Duration)
    case closeWatch(CInt)

    case now
    case sleep(Duration)

    case liveness(Int32)
    case exclusiveHolders(FileID)
    case identify(Int32)
    case kill(Int32)

    case mark(Mark)

    /// What a contender does beside the guard. The world checks its invariants at these.
    enum Mark: Hashable {
        /// `Guard.acquire` returned: from here on no earlier owner may act.
        case granted
        /// One command to systemd.
        case act
        /// A helper program that will act once; with the lock's descriptor, if the guard gives one.
        case spawnCommand(CInt?)
        case awaitCommand
        /// Something that outlives the command, as the tmux server does; it gets what is not close-on-exec.
        case startServer
        /// A job that runs for a while: nothing happens until time passes.
        case work
        /// A side thread begins to stamp this file, tick after tick.
        case startStamping(CInt)
        /// A main loop that hangs for ever.
        case hang
        /// A transition was won: the record with this content's token is no longer the lock.
        case won(Int32)
        /// A full disk, once, for the next write of this name.
        case failNextWrite(Int32)
        case exit(Outcome)
    }

    enum Outcome: Hashable {
        case done, busy, evicted
        case failed(String)
    }
}

/// What the world answered. A contender's future is a function of the answers that it got.
enum SeamAnswer: Hashable {
    case none
    case failure(CInt)
    case descriptor(CInt)
    case content(Int32)
    case count(Int)
    case status(FileStatusKey)
    case names([Int32])
    case flag(Bool)
    case time(Int32)
    case liveness(Bool)
    case processes([Int32])
}

/// `FileStatus` in small numbers.
struct FileStatusKey: Hashable {
    var inode: Int32
    var modified: Int32
    var size: Int32
}
