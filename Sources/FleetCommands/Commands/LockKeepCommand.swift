internal import ArgumentParser
internal import FleetGuard
internal import FleetKit

/// `mosaic fleet lock keep`: the process between a `lock run` and its command. Started by `lock run`, not for people.
struct LockKeepCommand: UnguardedCommand {
    static let name = "keep"

    static let about = CommandConfiguration(
        commandName: name, abstract: "Keep the command of a lock run from outliving its lock.",
        usage: "mosaic fleet lock keep --lock FD --control FD --program PATH -- COMMAND [ARG …]", shouldDisplay: false)

    @Option(help: ArgumentHelp("Descriptor of the lock's record.", valueName: "fd")) var lock: Int32

    @Option(help: ArgumentHelp("Descriptor of the socket to the lock run.", valueName: "fd")) var control: Int32

    @Option(help: ArgumentHelp("The program of the command.", valueName: "path")) var program: String

    @Flag(help: "The command becomes the terminal's foreground.") var takesTerminal = false

    @Flag(help: "The command ignores SIGHUP.") var ignoresHangUp = false

    @Option(help: ArgumentHelp("The unit that the command is moved into.", valueName: "unit")) var scope: String?

    @OptionGroup(title: "Common options") var common: CommonOptions

    @Argument(parsing: .postTerminator, help: "The command.") var command: [String] = []

    func run(in context: CommandContext) throws(FleetError) -> ExitStatus {
        guard !command.isEmpty else {
            throw FleetError(.usage, "there is no command to keep", hint: "see 'mosaic fleet lock run --help'")
        }
        var keeper = LockRunKeeper(
            LockRunKeeperArguments(
                lock: lock, control: control, takesTerminal: takesTerminal, ignoresHangUp: ignoresHangUp,
                scope: try scope.map { text throws(FleetError) in try UnitName(text) }))
        try keeper.run(program: program, words: command, environment: context.environment)
        return .done
    }
}
