internal import ArgumentParser
internal import FleetKit

/// `mosaic fleet logs`: what systemd and the session wrote about the fleet's units, through journalctl.
struct LogsCommand: RelayingCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Show the journal of the holder and the agents.",
        usage: "mosaic fleet logs [AGENT…] [--holder] [-f] [-n N]",
        discussion: """
            Example: mosaic fleet logs -f planner

            Becomes journalctl. What an agent prints is on its terminal: see it with 'mosaic fleet attach AGENT'.
            """)

    @Argument(
        help: ArgumentHelp("Agents to show; none: the holder and every agent.", valueName: "agent"),
        completion: .agents)
    var agents: [String] = []

    @Flag(help: "The holder alone, or with the agents that are named.") var holder = false

    @Flag(name: .shortAndLong, help: "Go on with what comes, until Ctrl-C.") var follow = false

    @Option(
        name: [.customShort("n"), .long],
        help: ArgumentHelp("Newest lines to begin with. (default: all, with -f 10)", valueName: "count"),
        completion: .list(["10", "100", "1000"]))
    var lines: Int?

    @OptionGroup(title: "Common options") var common: CommonOptions

    func validate() throws {
        if let lines, lines < 0 { throw ValidationError("--lines must not be negative") }
    }

    func run(in context: CommandContext) throws(FleetError) -> Int32 {
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
        reading.isJSON = common.json
        reading.isQuiet = common.quiet
        var variables = context.environment
        switch common.color {
        case .auto: break
        case .always: variables["SYSTEMD_COLORS"] = "1"
        case .never: variables["SYSTEMD_COLORS"] = "0"
        }
        try context.handOver(to: try reading.program(environment: variables))
    }
}
