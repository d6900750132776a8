public import ArgumentParser
public import FleetGuard
public import FleetKit

/// A command of `mosaic fleet`. A module only says *what* it does and under which protection; the dispatcher runs it,
/// and nothing else acquires the lock.
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

/// Runs at once, needs neither home nor roster nor manager, and fails with none of them.
protocol IndependentCommand: CommandModule {
    func run(output: Output, environment: [String: String]) throws(FleetError) -> ExitStatus
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

    /// Waits, without the lock, until the work may be done. Called before the lock is asked for, and again each time that
    /// the work gave it back.
    func awaitTurn(in context: CommandContext) throws(FleetError)

    /// Whether the work that has just ended gave the lock back, and is to be done in another turn.
    func wantsAnotherTurn(in context: CommandContext) -> Bool

    /// Called before this process waits for another owner or takes over from one: the last look at the fleet that lies
    /// before whatever others do from now on.
    func contended(in context: CommandContext) throws(FleetError)

    /// Without a service manager there is nothing to do; false: it can be done anyway.
    var needsServiceManager: Bool { get }

    /// The work as an exit status of the process; what conforms to one of the two below has it from there.
    func work(holding lock: HeldLock, in context: CommandContext) throws(FleetError) -> Int32
}

extension GuardedModule {
    public func awaitTurn(in context: CommandContext) throws(FleetError) {}
    public func wantsAnotherTurn(in context: CommandContext) -> Bool { false }
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

/// Guarded only where its options ask for a restart; else it runs at once.
public protocol SometimesGuardedCommand: GuardedCommand, UnguardedCommand {
    var isGuarded: Bool { get }
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
    public func contended(in context: CommandContext) throws(FleetError) {}
}
