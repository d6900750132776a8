public import ArgumentParser
public import FleetKit

/// A command of `mosaic fleet`. A module only says *what* it does and under which protection; the dispatcher runs it,
/// and nobody else acquires the lock.
public protocol CommandModule: ParsableCommand {
    var common: CommonOptions { get }
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

/// Runs only while this process owns the fleet's restart.
public protocol GuardedCommand: CommandModule {
    var guardOptions: GuardOptions { get }

    /// Everything that can be refused or answered without the lock: bad names, no service manager, `--dry-run`.
    /// Sends no command to the service manager.
    /// - Returns: an exit status when the command is already answered; else nil.
    func prepare(in context: CommandContext) throws(FleetError) -> ExitStatus?

    /// What goes into the lock record.
    func request(in context: CommandContext) throws(FleetError) -> LockRequest

    /// Whether another process's restart, begun after this command was given, is as good as the command's own.
    var joinsRestarts: Bool { get }

    /// Whether a successful run restarted everything in the request's scope, so that others may join it.
    var isWholeRestart: Bool { get }

    /// The work; the lock is proof that the dispatcher acquired it.
    func run(holding lock: HeldLock, in context: CommandContext) throws(FleetError) -> ExitStatus
}
