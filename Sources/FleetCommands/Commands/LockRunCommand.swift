internal import ArgumentParser
internal import FleetGuard
internal import FleetKit

/// `mosaic fleet lock run`: any command while this process owns the fleet's restart.
struct LockRunCommand: GuardedCommand {
    static let about = CommandConfiguration(
        commandName: "run", abstract: "Run a command under the fleet's lock.",
        usage: "mosaic fleet lock run [--max-hold DUR] [options] -- COMMAND [ARG …]",
        discussion: """
            Example: mosaic fleet lock run --reason upgrade --max-hold 15m -- ./upgrade.sh

            Restarts inside the command use its lock; all others wait. Exit status: the command's, 128 + n when \
            signal n ended it, 126 or 127 when it cannot be run.
            """)

    @Option(
        duration: "Longest time for the command; after that, others may break the lock. (default: no limit)",
        "1m", "5m", "10m", "30m", "1h")
    var maxHold: Duration?

    @OptionGroup(title: "Waiting for the lock") var guardOptions: GuardOptions
    @OptionGroup(title: "Common options") var common: CommonOptions

    @Argument(
        parsing: .postTerminator,
        help: ArgumentHelp("The command with its arguments, run without a shell.", valueName: "command"))
    var command: [String] = []

    func validate() throws {
        if command.isEmpty {
            throw ValidationError(
                "the command is missing; it comes after '--': mosaic fleet lock run [options] -- COMMAND [ARG …]")
        }
        if let maxHold, maxHold == .zero { throw ValidationError("--max-hold must be longer than 0") }
    }

    func policy(_ settings: Roster.GuardSettings) -> WaitPolicy { guardOptions.policy(settings) }
    var mayDetach: Bool { !guardOptions.noDetach }
    var needsServiceManager: Bool { false }
    /// It passes the hang-up on.
    var outlivesTerminal: Bool { false }

    func prepare(in context: CommandContext) throws(FleetError) -> Preparation {
        let program = try CommandProgram.find(command[0], path: context.environment["PATH"])
        return .work(LockRunWork(command: self, program: program, context: context))
    }
}

private struct LockRunWork: GuardedWork {
    let command: LockRunCommand
    let program: String
    let context: CommandContext

    func request() -> LockRequest {
        LockRequest(
            scope: .fleet, command: context.commandLine, reason: command.guardOptions.reason, maxHold: command.maxHold,
            isRun: true)
    }

    func run(holding lock: HeldLock) throws(FleetError) -> ExitStatus {
        // From here on the terminal is the command's.
        context.output.liveArea?.erase()
        context.output.liveArea = nil
        var environment = context.environment
        environment["MOSAIC_LOCK_TOKEN"] = (lock.outer ?? lock.record).token
        // What the command calls is to act on the fleet whose lock it is under.
        environment["MOSAIC_HOME"] = context.home.path
        let signals = context.signals
        let end = try KeptCommand(
            program: program, words: command.command, environment: environment,
            keeper: ["fleet", "lock", LockKeepCommand.name, "--mosaic-home", context.home.path],
            scopes: context.commandScopes, note: { context.output.note($0) }
        ).run(holding: lock, ignoresHangUp: signals.ignoresHangUp) { signals.interruption() }
        return switch end {
        case .exited(let status): ExitStatus(rawValue: status)
        case .killed(let number): ExitStatus(rawValue: 128 + number)
        }
    }
}
