internal import ArgumentParser
internal import FleetGuard
internal import FleetKit

/// `mosaic fleet report`: an agent says what it does. Run by the agent's own hooks, inside its window.
///
/// It never fails the hook that calls it: only a command line that is wrong in itself has another status than 0. What
/// depends on the moment or on the text of the note is a warning.
struct ReportCommand: CommandModule {
    static let mayLackHome = true

    static let about = CommandConfiguration(
        commandName: "report", abstract: "Report whether this agent is busy, waiting or idle.",
        usage: "mosaic fleet report busy|waiting|idle [--note TEXT]",
        discussion: """
            Example: mosaic fleet report busy --note 'running the tests'

            For an agent's own hooks, inside its window. Exit status: 0 even if nothing could be reported (with a \
            warning), 64 wrong usage.
            """)

    @Argument(help: ArgumentHelp("Activity; waiting means waiting for a person.", valueName: "state"))
    var state: ReportState

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Line of text to show with it, at most \(Activity.noteLimit) bytes.", valueName: "text"))
    var note: String?

    @OptionGroup(title: "Common options") var common: CommonOptions

    func start(_ invocation: Invocation) throws(FleetError) -> ExitStatus {
        let output = invocation.output
        var problem: String?
        do throws(FleetError) {
            try ActivityReport(state.activity, note: note).send(environment: invocation.environment)
        } catch {
            problem = error.message
            output.warning("nothing was reported: \(error.message); \(error.hint)")
        }
        if common.json {
            try output.json([
                "schemaVersion": 1, "state": state.rawValue, "reported": problem == nil, "problem": problem,
            ])
        }
        return .done
    }
}

/// The states that an agent can report.
enum ReportState: String, CaseIterable, ExpressibleByArgument {
    case busy, waiting, idle

    var activity: Activity.State {
        switch self {
        case .busy: .busy
        case .waiting: .waiting
        case .idle: .idle
        }
    }
}
