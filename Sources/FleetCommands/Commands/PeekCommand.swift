internal import ArgumentParser
internal import FleetGuard
internal import FleetKit

/// `mosaic fleet peek`: an agent's screen, without attaching to it.
struct PeekCommand: UnguardedCommand {
    static let about = CommandConfiguration(
        commandName: "peek", abstract: "Print an agent's screen without attaching to it.",
        usage: "mosaic fleet peek AGENT [-n LINES] [-f]",
        discussion: """
            Example: mosaic fleet peek planner

            For an agent that is down, prints the screen of its last failure. Exit status: 3 when there is \
            nothing to show.
            """)

    @Argument(help: ArgumentHelp("Agent to show.", valueName: "agent"), completion: .agents)
    var agent: String

    @Option(
        name: [.customShort("n"), .long],
        help: ArgumentHelp("Lines of history above the screen.", valueName: "count"),
        completion: .list(["100", "1000"]))
    var lines = 0

    @Flag(name: .shortAndLong, help: "Update live until q, Ctrl-C or the agent's end.") var follow = false

    @OptionGroup(title: "Common options") var common: CommonOptions

    var onlyAnswers: Bool { true }

    func validate() throws {
        if !(0...1_000_000).contains(lines) { throw ValidationError("--lines must be between 0 and 1000000") }
    }

    func run(in context: CommandContext) throws(FleetError) -> ExitStatus {
        let roster = try context.roster()
        let agent = try roster.onlyAgent(agent, for: "peek")
        let manager = try context.manager()
        let state = try manager.state(of: agent)
        if state.isActive {
            let screen = try SessionScreen(of: roster, manager: manager, environment: context.environment)
            guard !follow else {
                return try PeekFollow(agent: agent, screen: screen, manager: manager, lines: lines, context: context)
                    .run()
            }
            let shown = try screen.lines(of: agent.name, history: lines)
            if !common.json, state.activity.state != .unknown {
                let words = ActivityText.words(state.activity, now: context.time.wallClock())
                context.output.note("agent '\(agent.name)' is \(words)")
            }
            try show(shown, of: agent, state.activity, keptAt: nil, context)
            return .done
        }
        guard let screen = try LastScreen.read(home: context.home, agent: agent.name) else {
            throw agent.isDown(state, ", and its last screen was not kept")
        }
        let age = DurationText.human(.seconds(clamping: max(0, context.time.wallClock() - screen.writtenAt)))
        context.output.note("agent '\(agent.name)' is \(state.activeState); its screen when it failed, \(age) ago:")
        try show(screen.lines, of: agent, .unknown, keptAt: screen.writtenAt, context)
        return .done
    }

    private func show(
        _ lines: [String], of agent: Roster.Agent, _ activity: Activity, keptAt: Double?, _ context: CommandContext
    ) throws(FleetError) {
        guard !common.json else {
            return try context.output.json(.peek(agent.name, lines, activity, keptAt: keptAt))
        }
        guard !lines.isEmpty else { return }
        context.output.data(lines.map { Printable.oneLine($0, limit: 10_000) }.joined(separator: "\n"))
    }
}
