internal import FleetGuard
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
    case writers(FileID)
    /// Everybody who has the file open; only buggy code asks that.
    case openers(FileID)
    case identify(Int32)
    case kill(Int32)
    case isStopped(Int32)

    /// What the service manager says of the one agent.
    case agent
    /// What it says of all agents of a world of rolling restarts.
    case fleet
    /// What the intent file says.
    case owed

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
        /// The same before the lock is asked for.
        case pause
        /// A restart of the agent is asked for.
        case asked
        /// The same as `agent`, for the wish.
        case look
        /// The restart ends well.
        case wellDone(onlyFailed: Bool)
        /// And it has not done anything, because somebody else did.
        case joined
        /// The service manager is told to start the agent anew; only if it is down, if so.
        case command(onlyFailed: Bool, joins: Bool)
        /// The same as `fleet`, for the wish.
        case lookAtFleet
        /// A restart, or else a start, of this agent is sent to the service manager.
        case send(Int, isRestart: Bool)
        case resetFailed(Int)
        /// Waits until systemd has no job for any of these.
        case awaitAgents([Int])
        /// Agents that came up are watched for a tick.
        case watch
        /// Lines of the intent file, a bit for each agent.
        case owes(UInt32)
        case pays(UInt32)
        /// A rolling restart ends well.
        case rolled
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

extension SeamCall {
    /// It may have to wait until the world changes.
    var isWait: Bool {
        switch self {
        case .wait, .sleep, .mark(.work), .mark(.pause), .mark(.watch): true
        default: false
        }
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
    case agent(isUp: Bool, run: Int32)
    case fleet([FleetKey])
    case owed(UInt32)
}

/// One agent of several.
struct FleetKey: Hashable {
    var condition: SimulatedFleet.Condition
    var run: Int32
}

/// `FileStatus` in small numbers.
struct FileStatusKey: Hashable {
    var inode: Int32
    var modified: Int32
    var size: Int32
}
