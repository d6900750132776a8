internal import ArgumentParser
internal import FleetGuard
internal import FleetKit

/// `mosaic fleet logs`: what systemd and the session wrote about the fleet's units, through journalctl.
struct LogsCommand: UnguardedCommand {
    static let about = CommandConfiguration(
        commandName: "logs", abstract: "Show the journal of the holder and the agents.",
        usage: "mosaic fleet logs [AGENT…] [--holder] [-f] [-n N]",
        discussion: """
            Example: mosaic fleet logs -f planner

            Shows the last screen of a failed agent, then its journal. For a running agent see \
            'mosaic fleet peek AGENT'.
            """)

    @Argument(
        help: ArgumentHelp("Agents to show; none: the holder and every agent.", valueName: "agent"),
        completion: .agents)
    var agents: [String] = []

    @Flag(help: "Show the holder, alone or with the named agents.") var holder = false

    @Flag(name: .shortAndLong, help: "Follow new entries until Ctrl-C.") var follow = false

    @Option(
        name: [.customShort("n"), .long],
        help: ArgumentHelp("Start with the last COUNT lines. (default: all, with -f 10)", valueName: "count"),
        completion: .list(["10", "100", "1000"]))
    var lines: Int?

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Only entries since then, such as '10 min ago'.", valueName: "time")
    )
    var since: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Only entries until then.", valueName: "time"))
    var until: String?

    @Option(
        name: [.customShort("g"), .long], parsing: .unconditional,
        help: ArgumentHelp("Only entries whose text matches this regular expression.", valueName: "pattern"))
    var grep: String?

    @OptionGroup(title: "Common options") var common: CommonOptions

    var onlyAnswers: Bool { true }

    func validate() throws {
        if let lines, lines < 0 { throw ValidationError("--lines must not be negative") }
    }

    func run(in context: CommandContext) throws(FleetError) -> ExitStatus {
        let roster = try context.roster()
        let others = agents.filter { !$0.isExactly(roster.holder.unit.rawValue) }
        let units =
            if agents.isEmpty && !holder {
                roster.units
            } else {
                (holder || others.count < agents.count ? [roster.holder.unit] : [])
                    + (others.isEmpty ? [] : try roster.agents(named: others).map(\.unit))
            }
        var reading = JournalReading(units: units, scope: common.scope.managerScope)
        reading.follows = follow
        reading.lines = lines
        reading.since = since
        reading.until = until
        reading.pattern = grep
        reading.isJSON = common.json
        reading.isQuiet = common.quiet
        var variables = context.environment
        switch common.color {
        case .auto: break
        case .always: variables["SYSTEMD_COLORS"] = "1"
        case .never: variables["SYSTEMD_COLORS"] = "0"
        }
        if !common.json && !common.quiet { showLastScreens(others.isEmpty && !holder ? nil : others, roster, context) }
        try context.handOver(to: try reading.program(environment: variables))
    }

    /// Before the journal, which goes on: what the agents had on their screens when they last failed.
    ///
    /// - Parameter names: nil: every agent that failed in the last day, and little of each.
    private func showLastScreens(_ names: [String]?, _ roster: Roster, _ context: CommandContext) {
        let now = context.time.wallClock()
        do throws(FleetError) {
            if let names, names.isEmpty { return }
            for agent in try roster.agents(named: names ?? []) {
                guard let screen = try LastScreen.read(home: context.home, agent: agent.name), !screen.lines.isEmpty,
                    names != nil || now - screen.writtenAt < 86_400
                else { continue }
                let age = DurationText.human(.seconds(clamping: max(0, now - screen.writtenAt)))
                context.output.data(
                    context.output.style.bold("-- the screen of '\(agent.name)' when it failed, \(age) ago --"))
                for line in screen.lines.suffix(names == nil ? 5 : 20) {
                    context.output.data("   | " + Printable.oneLine(line, limit: 1000))
                }
            }
        } catch {
            context.output.warning(error.message)
        }
    }
}
