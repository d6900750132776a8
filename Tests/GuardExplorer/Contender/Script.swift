internal import FleetGuard
internal import FleetKit

/// What a contender does, step by step. Whatever needs the lock is skipped once it is lost.
package enum ScriptStep: Sendable, Hashable {
    /// Waits for the lock as the policy says.
    case acquire(ScriptPolicy)
    /// The same as a `lock run` that declares how many ticks it may hold the lock, or nothing.
    case acquireRun(ScriptPolicy, maxHold: Int?)
    /// The same as a restart that declares how many ticks it may rightly take.
    case acquirePlanned(ScriptPolicy, plan: Int)
    /// One command to systemd as `restart` sends it: the fence, then the command.
    case act
    /// The same without the fence; a seeded bug.
    case actWithoutFence
    /// A command through a helper program that outlives its parent's death, and waits for it.
    case actThroughChild
    /// One progress event in the record.
    case progress
    /// One stamp by the main loop.
    case stamp
    /// A job that takes a while.
    case work
    /// Hangs for ever; nobody stamps, or a side thread goes on doing so (a seeded bug).
    case hang(isStamped: Bool)
    /// Starts a server that stays, as the holder's restart starts tmux.
    case startServer
    case release
    /// `lock break`: looks, and breaks what it saw.
    case breakLock
    /// `lock break --token`, with a token that was read a while before.
    case breakByToken
    /// The disk is full for the next write of the mutex.
    case fillDisk
    /// Waits for a while before it asks for anything.
    case pause
    /// A restart of the agent as the dispatcher runs it: with the lock around the steps. One that joins leaves the agent
    /// alone when another one has restarted it since it was asked for.
    indirect case restart(ScriptPolicy, joins: Bool, onlyFailed: Bool, [ScriptStep])
    /// A rolling restart of the agents that run outdated, so many at a time.
    case roll(ScriptPolicy, width: Int)
    /// Within a restart: the fleet's own operation on the agent, over a service manager in this world.
    case operate
}

/// The policies that scripts use, in ticks of the simulated clock.
package enum ScriptPolicy: Sendable, Hashable {
    /// Waits for ever, and takes over only what made no progress for two ticks.
    case patient
    /// Takes over what made no progress for one tick.
    case hasty
    /// Takes over after one tick, progress or not.
    case pushy
    /// Takes over after two ticks, progress or not.
    case impatient
    /// Gives up after one tick.
    case limited
    /// Does not wait.
    case noWait

    var waitPolicy: WaitPolicy {
        let tick = Seam.tick
        return switch self {
        case .patient: WaitPolicy(maxWait: nil, stallAfter: tick * 2, evictGrace: tick)
        case .hasty: WaitPolicy(maxWait: nil, stallAfter: tick, evictGrace: tick)
        case .pushy: WaitPolicy(maxWait: tick, onTimeout: .break, stallAfter: tick * 100, evictGrace: tick)
        case .impatient: WaitPolicy(maxWait: tick * 2, onTimeout: .break, stallAfter: tick * 100, evictGrace: tick)
        case .limited: WaitPolicy(maxWait: tick, onTimeout: .fail, stallAfter: tick * 100, evictGrace: tick)
        case .noWait: WaitPolicy(noWait: true, stallAfter: tick * 2, evictGrace: tick)
        }
    }
}
