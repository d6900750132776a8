internal import ArgumentParser
internal import FleetKit

/// `mosaic fleet session`: the main process of an agent's unit. Written into the units by `init`, not for people.
///
/// It uses neither a service manager nor the lock nor the roster: it runs beneath all of them.
struct SessionCommand: RelayingCommand {
    static let mayLackHome = true

    static let configuration = CommandConfiguration(
        commandName: "session", abstract: "Hold one agent's session: what an agent's unit runs.",
        usage: "mosaic fleet session --name NAME --tmux PATH --socket-name NAME --directory DIR -- CMD [ARG ...]",
        shouldDisplay: false)

    @Option(help: ArgumentHelp("The session's name.", valueName: "name")) var name: String

    @Option(help: ArgumentHelp("Absolute path of tmux.", valueName: "path")) var tmux: String

    @Option(name: .customLong("socket-name"), help: ArgumentHelp("As for 'tmux -L'.", valueName: "name"))
    var socketName: String?

    @Option(name: .customLong("socket-path"), help: ArgumentHelp("As for 'tmux -S'.", valueName: "path"))
    var socketPath: String?

    @Option(help: ArgumentHelp("Where the command runs; absolute.", valueName: "dir")) var directory: String?

    @Flag(help: "Only end what is left of the session.") var remove = false

    @OptionGroup(title: "Common options") var common: CommonOptions

    @Argument(parsing: .postTerminator, help: "The agent's command.") var command: [String] = []

    func run(in context: CommandContext) throws(FleetError) -> Int32 {
        // systemd's SIGTERM is the stop; a hang-up is meant for the session's own terminal.
        context.signals.ignoreHangUp()
        let session = try session(context.environment)
        if remove {
            try session.remove()
            return ExitStatus.done.rawValue
        }
        guard !command.isEmpty, session.directory.begins(with: "/") else {
            throw FleetError(
                .usage, "agent '\(Printable.oneLine(name))' has no command in an absolute directory",
                hint: "add it to the roster and run 'mosaic fleet init', which writes them into its unit")
        }
        let notifier = ServiceNotifier(environment: context.environment)
        let end = try session.run(
            until: context.signals,
            ready: { process throws(FleetError) in
                try notifier.ready(status: "session '\(name)' runs process \(process)")
            },
            note: { context.output.note($0) })
        let (status, words) = Self.conclusion(end)
        context.output.note("session '\(Printable.oneLine(name))': \(words)")
        return status
    }

    private func session(_ environment: [String: String]) throws(FleetError) -> AgentSession {
        let socket: TmuxSocket
        switch (socketName, socketPath) {
        case (let name?, nil): socket = .name(name)
        case (nil, let path?): socket = .path(path)
        default:
            throw FleetError(
                .usage, "a session needs either --socket-name or --socket-path",
                hint: "run 'mosaic fleet init', which writes the units")
        }
        // tmux is not the process that systemd listens to.
        let variables = environment.filter { $0.key != "NOTIFY_SOCKET" }
        return AgentSession(
            name: name, directory: directory ?? "", command: command, tmux: tmux, socket: socket,
            environment: variables)
    }

    /// The unit's result is the command's: its own status, and 128 + N for signal N as a shell has it. Dying by the
    /// same signal would not do: systemd takes SIGHUP, SIGINT, SIGPIPE and SIGTERM for a success.
    private static func conclusion(_ end: AgentSession.End) -> (status: Int32, words: String) {
        let failure = ExitStatus.unitFailed.rawValue
        switch end {
        case .exited(let status): return (status, "its command ended with status \(status)")
        case .signaled(let number?): return (128 + number, "its command was ended by signal \(number)")
        case .signaled(nil): return (failure, "its command was ended by a signal")
        case .stopped: return (ExitStatus.done.rawValue, "stopped, as it was asked to")
        case .killed: return (failure, "somebody killed it in tmux")
        case .serverLost(let why): return (failure, "its tmux server is gone: \(why)")
        case .unknown(let why): return (failure, "its command ended, nobody knows how: \(why)")
        }
    }
}
