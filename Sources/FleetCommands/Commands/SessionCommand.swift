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

    @Option(help: ArgumentHelp("As for 'tmux -L'.", valueName: "name"))
    var socketName: String?

    @Option(help: ArgumentHelp("As for 'tmux -S'.", valueName: "path"))
    var socketPath: String?

    @Option(help: ArgumentHelp("The unit whose tmux server gets the session.", valueName: "unit")) var holder: String?

    @Option(help: ArgumentHelp("Where the command runs; absolute.", valueName: "dir")) var directory: String?

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Key to type before the agent is stopped; repeat for each key.", valueName: "key"))
    var stopKeys: [String] = []

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Command to run before the agent is stopped; repeat for each word.", valueName: "word"))
    var stopCommand: [String] = []

    @Option(help: ArgumentHelp("The unit's time for a stop; the first step gets half of it.", valueName: "seconds"))
    var stopTimeout: String?

    @Option(help: ArgumentHelp("Count the agent as idle after this much terminal silence.", valueName: "dur"))
    var idleAfter: String?

    @Flag(help: "Do not keep the screen after a failure.") var noLastScreen = false

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
            throw Self.wrong("a session needs either --socket-name or --socket-path")
        }
        var request = SessionRequest(
            name: name, directory: directory ?? "", command: command, tmux: tmux, socket: socket)
        request.holder = holder
        request.stopKeys = stopKeys
        request.stopCommand = stopCommand
        if let stopTimeout {
            guard let seconds = SessionRequest.stopTimeout(stopTimeout) else {
                throw Self.wrong(
                    "--stop-timeout is '\(Printable.oneLine(stopTimeout))', which is not a number of seconds")
            }
            request.stopTimeout = seconds
        }
        if let idleAfter {
            guard let duration = SessionRequest.idleAfter(idleAfter) else {
                throw Self.wrong(
                    "--idle-after is '\(Printable.oneLine(idleAfter))', which is not a duration above 0")
            }
            request.idleAfter = duration
        }
        request.keepsLastScreen = !noLastScreen
        request.mosaicHome = common.mosaicHome
        return request
    }

    private static func wrong(_ what: String) -> FleetError {
        FleetError(.usage, what, hint: "run 'mosaic fleet init', which writes the units")
    }
}
