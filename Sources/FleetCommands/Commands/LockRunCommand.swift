internal import ArgumentParser
internal import FleetGuard
internal import FleetKit

/// `mosaic fleet lock run`: any command while this process owns the fleet's restart.
struct LockRunCommand: GuardedRelayingCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a command under the fleet's lock.",
        usage: "mosaic fleet lock run [--max-hold DUR] [options] -- COMMAND [ARG …]",
        discussion: """
            Example: mosaic fleet lock run --reason upgrade --max-hold 15m -- ./upgrade.sh

            Restarts inside the command use its lock; all others wait. Exit status: the command's, 128 + n when \
            signal n ended it, 126 or 127 when it cannot be run.
            """)

    @Option(
        help: ArgumentHelp(
            "Longest time for the command; after that, others may break the lock. (default: no limit)",
            valueName: "dur"),
        completion: .durations("1m", "5m", "10m", "30m", "1h"), transform: DurationOption.parse)
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

    func prepare(in context: CommandContext) throws(FleetError) -> ExitStatus? {
        _ = try program(context)
        return nil
    }

    func request(in context: CommandContext) -> LockRequest {
        LockRequest(
            scope: .fleet, command: context.commandLine, reason: guardOptions.reason, maxHold: maxHold,
            isRun: true)
    }

    func run(holding lock: HeldLock, in context: CommandContext) throws(FleetError) -> Int32 {
        // From here on the terminal is the command's.
        context.output.liveArea?.erase()
        context.output.liveArea = nil
        var environment = context.environment
        environment["MOSAIC_LOCK_TOKEN"] = (lock.outer ?? lock.record).token
        // What the command calls is to act on the fleet whose lock it is under.
        environment["MOSAIC_HOME"] = context.home.path
        let signals = context.signals
        let end = try KeptCommand(
            program: program(context), words: command, environment: environment,
            keeper: ["fleet", "lock", LockKeepCommand.name, "--mosaic-home", context.home.path],
            scopes: context.commandScopes, note: { context.output.note($0) }
        ).run(holding: lock, ignoresHangUp: signals.ignoresHangUp) { signals.interruption() }
        switch end {
        case .exited(let status): return status
        case .killed(let number): return 128 + number
        }
    }

    private func program(_ context: CommandContext) throws(FleetError) -> String {
        try CommandProgram.find(command[0], path: context.environment["PATH"])
    }
}
