internal import ArgumentParser
internal import FleetGuard
internal import FleetKit

/// `mosaic fleet session`: the main process of an agent's unit. Written into the units by `init`, not for people.
///
/// It uses neither a service manager nor the lock nor the roster: it runs beneath all of them. Lines as `init` writes
/// them do not come here but are read by `SessionRequest`.
struct SessionCommand: UnguardedCommand {
    static let mayLackHome = true

    static let about = CommandConfiguration(
        commandName: "session", abstract: "Run one agent's session; the agents' units use it.",
        usage: "mosaic fleet session --name NAME --tmux PATH --socket-name NAME --directory DIR -- CMD [ARG ...]",
        shouldDisplay: false)

    @Option(help: ArgumentHelp("The session's name.", valueName: "name")) var name: String

    @Option(help: ArgumentHelp("Absolute path of tmux.", valueName: "path")) var tmux: String

    @Option(name: .customLong("socket-name"), help: ArgumentHelp("As for 'tmux -L'.", valueName: "name"))
    var socketName: String?

    @Option(name: .customLong("socket-path"), help: ArgumentHelp("As for 'tmux -S'.", valueName: "path"))
    var socketPath: String?

    @Option(help: ArgumentHelp("The unit whose tmux server gets the session.", valueName: "unit")) var holder: String?

    @Option(help: ArgumentHelp("Where the command runs; absolute.", valueName: "dir")) var directory: String?

    @Option(
        name: .customLong("stop-keys"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Key to type before the agent is stopped; repeat for each key.", valueName: "key"))
    var stopKeys: [String] = []

    @Option(
        name: .customLong("stop-command"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Command to run before the agent is stopped; repeat for each word.", valueName: "word"))
    var stopCommand: [String] = []

    @Option(
        name: .customLong("stop-timeout"),
        help: ArgumentHelp("The unit's time for a stop; the first step gets half of it.", valueName: "seconds"))
    var stopTimeout: String?

    @Option(
        name: .customLong("idle-after"),
        help: ArgumentHelp("Count the agent as idle after this much terminal silence.", valueName: "dur"))
    var idleAfter: String?

    @Flag(name: .customLong("no-last-screen"), help: "Do not keep the screen after a failure.")
    var noLastScreen = false

    @Flag(help: "Only end the rest of the session.") var remove = false

    @OptionGroup(title: "Common options") var common: CommonOptions

    @Argument(parsing: .postTerminator, help: "The agent's command.") var command: [String] = []

    func run(in context: CommandContext) throws(FleetError) -> ExitStatus {
        let request = try request()
        if remove {
            try SessionRemoval(
                name: request.name, tmux: request.tmux, socket: request.socket, environment: context.environment
            ).run()
            return .done
        }
        guard !command.isEmpty, request.directory.begins(with: "/") else {
            throw FleetError(
                .usage, "agent '\(Printable.oneLine(name))' has no command or no absolute directory",
                hint: "add it to the roster and run 'mosaic fleet init', which writes them into its unit")
        }
        return ExitStatus(rawValue: try AgentSession(request, environment: context.environment).run())
    }

    func request() throws(FleetError) -> SessionRequest {
        let socket: TmuxSocket
        switch (socketName, socketPath) {
        case (let name?, nil): socket = .name(name)
        case (nil, let path?): socket = .path(path)
        default:
            throw FleetError(
                .usage, "a session needs either --socket-name or --socket-path",
                hint: "run 'mosaic fleet init', which writes the units")
        }
        var request = SessionRequest(
            name: name, directory: directory ?? "", command: command, tmux: tmux, socket: socket)
        request.holder = holder
        request.stopKeys = stopKeys
        request.stopCommand = stopCommand
        if let stopTimeout {
            guard let seconds = SessionRequest.stopTimeout(stopTimeout) else {
                throw FleetError(
                    .usage, "--stop-timeout is '\(Printable.oneLine(stopTimeout))', which is not a number of seconds",
                    hint: "run 'mosaic fleet init', which writes the units")
            }
            request.stopTimeout = seconds
        }
        if let idleAfter {
            guard let duration = SessionRequest.idleAfter(idleAfter) else {
                throw FleetError(
                    .usage, "--idle-after is '\(Printable.oneLine(idleAfter))', which is not a duration above 0",
                    hint: "run 'mosaic fleet init', which writes the units")
            }
            request.idleAfter = duration
        }
        request.keepsLastScreen = !noLastScreen
        request.mosaicHome = common.mosaicHome
        return request
    }
}
