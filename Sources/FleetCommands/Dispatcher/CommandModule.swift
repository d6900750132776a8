public import ArgumentParser
public import FleetKit

/// A command of `mosaic fleet`. A module only says *what* it does and under which protection; the dispatcher runs it,
/// and nobody else acquires the lock.
public protocol CommandModule: ParsableCommand {
    var common: CommonOptions { get }

    /// Whether a mosaic home that was typed may be missing: the command makes it, or does without.
    static var mayLackHome: Bool { get }
}

extension CommandModule {
    public static var mayLackHome: Bool { false }
}

/// Runs at once, whether a restart is under way or not.
public protocol UnguardedCommand: CommandModule {
    func run(in context: CommandContext) throws(FleetError) -> ExitStatus
}

/// Runs at once, and ends with the status of another program that it ran.
public protocol RelayingCommand: CommandModule {
    /// - Returns: the process's exit status.
    func run(in context: CommandContext) throws(FleetError) -> Int32
}

/// Runs only while this process owns the fleet's restart: a `GuardedCommand` or a `GuardedRelayingCommand`.
public protocol GuardedModule: CommandModule {
    var guardOptions: GuardOptions { get }

    /// Everything that can be refused or answered without the lock: bad names, no service manager, `--dry-run`.
    /// Sends no command to the service manager.
    /// - Returns: an exit status when the command is already answered; else nil.
    func prepare(in context: CommandContext) throws(FleetError) -> ExitStatus?

    /// What goes into the lock record.
    func request(in context: CommandContext) throws(FleetError) -> LockRequest

    /// Whether another process's restart, begun after this command was given, is as good as the command's own.
    var joinsRestarts: Bool { get }

    /// Without a service manager there is nothing to do; false: it can be done all the same.
    var needsServiceManager: Bool { get }

    /// Whether a successful run restarted everything in the request's scope, so that others may join it.
    var isWholeRestart: Bool { get }

    /// The work as an exit status of the process; what conforms to one of the two below has it from there.
    func work(holding lock: HeldLock, in context: CommandContext) throws(FleetError) -> Int32
}

public protocol GuardedCommand: GuardedModule {
    /// The work; the lock is proof that the dispatcher acquired it.
    func run(holding lock: HeldLock, in context: CommandContext) throws(FleetError) -> ExitStatus
}

extension GuardedCommand {
    public var needsServiceManager: Bool { true }

    public func work(holding lock: HeldLock, in context: CommandContext) throws(FleetError) -> Int32 {
        // From now on a terminal that goes away must not end it half-way.
        context.signals.ignoreHangUp()
        return try run(holding: lock, in: context).rawValue
    }
}

/// Guarded, and ends with the status of another program that it ran.
public protocol GuardedRelayingCommand: GuardedModule {
    /// - Returns: the process's exit status.
    func run(holding lock: HeldLock, in context: CommandContext) throws(FleetError) -> Int32
}

extension GuardedRelayingCommand {
    public func work(holding lock: HeldLock, in context: CommandContext) throws(FleetError) -> Int32 {
        try run(holding: lock, in: context)
    }

    public var needsServiceManager: Bool { false }
    public var joinsRestarts: Bool { false }
    public var isWholeRestart: Bool { false }
}
