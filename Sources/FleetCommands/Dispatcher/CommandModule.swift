internal import ArgumentParser
internal import FleetGuard
internal import FleetKit

/// A command of `mosaic fleet`. A module only says *what* it does and under which protection, by conforming to
/// `UnguardedCommand` or `GuardedCommand`; how it is run follows from that.
protocol CommandModule: ParsableCommand {
    /// Name, abstract, usage and discussion.
    static var about: CommandConfiguration { get }

    var common: CommonOptions { get }

    /// Whether its output is all that it is for: it changes nothing.
    var onlyAnswers: Bool { get }

    /// Whether a mosaic home that was typed may be missing: the command makes it, or does without.
    static var mayLackHome: Bool { get }

    /// Options that may have a value and need none.
    static var optionalValues: [OptionalValue] { get }

    /// The command without a word behind its name, where that is typed all the time: the parser alone would take longer than
    /// the command. nil: the parser makes it.
    static var plain: Self? { get }

    /// Does everything. Only a command that can do without home, roster and manager has its own.
    /// - Returns: the process's exit status.
    func start(_ invocation: Invocation) throws(FleetError) -> ExitStatus
}

extension CommandModule {
    /// With the name of the command that it is below. Such a command's own parser looks for no request of a completion
    /// script, which costs half of its time and is the whole tree's to answer.
    static var configuration: CommandConfiguration {
        var configuration = about
        configuration._superCommandName = "mosaic fleet"
        return configuration
    }

    static var mayLackHome: Bool { false }
    var onlyAnswers: Bool { false }
    static var optionalValues: [OptionalValue] { [] }
    static var plain: Self? { nil }
}

/// Runs at once, whether a restart is under way or not.
protocol UnguardedCommand: CommandModule {
    func run(in context: CommandContext) throws(FleetError) -> ExitStatus
}

extension UnguardedCommand {
    func start(_ invocation: Invocation) throws(FleetError) -> ExitStatus {
        try invocation.inContext(of: self) { context throws(FleetError) in try run(in: context) }
    }
}

/// Runs only while this process owns the fleet's restart.
protocol GuardedCommand: CommandModule {
    /// Everything that can be refused or answered without the lock: bad names, no service manager, `--dry-run`.
    func prepare(in context: CommandContext) throws(FleetError) -> Preparation

    /// How it waits for the lock.
    func policy(_ settings: Roster.GuardSettings) -> WaitPolicy

    /// Whether it may move out of the fleet when it was typed inside; else it refuses.
    var mayDetach: Bool { get }

    /// Without a service manager there is nothing to do; false: it can be done anyway.
    var needsServiceManager: Bool { get }

    /// Whether a terminal that goes away must not end it half-way.
    var outlivesTerminal: Bool { get }
}

extension GuardedCommand {
    var needsServiceManager: Bool { true }
    var outlivesTerminal: Bool { true }

    func start(_ invocation: Invocation) throws(FleetError) -> ExitStatus {
        try invocation.inContext(of: self) { context throws(FleetError) in
            try GuardedRun(command: self, context: context).run()
        }
    }
}

/// What a guarded command knows before the lock is asked for.
enum Preparation {
    case answered(ExitStatus)
    case work(any GuardedWork)
}

/// What is done under the lock: made once, before the lock is asked for.
protocol GuardedWork {
    /// What goes into the lock record.
    func request() throws(FleetError) -> LockRequest

    /// Waits, without the lock, until the work may be done. Called before the lock is asked for, and again each time that
    /// the work gave it back.
    func awaitTurn() throws(FleetError)

    /// Whether the work that has just ended gave the lock back, and is to be done in another turn.
    var wantsAnotherTurn: Bool { get }

    /// Called before this process waits for another owner or takes over from one: the last look at the fleet that lies
    /// before whatever others do from now on.
    func contended() throws(FleetError)

    /// The work; the lock is proof that it was acquired.
    func run(holding lock: HeldLock) throws(FleetError) -> ExitStatus
}

extension GuardedWork {
    func awaitTurn() throws(FleetError) {}
    var wantsAnotherTurn: Bool { false }
    func contended() throws(FleetError) {}
}
