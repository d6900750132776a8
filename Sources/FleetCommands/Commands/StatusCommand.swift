internal import ArgumentParser
internal import FleetKit

/// `mosaic fleet status`: the fleet in one table. Never writes, never waits.
struct StatusCommand: UnguardedCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show the holder and the agents.",
        usage: "mosaic fleet status [AGENT…] [--json]",
        discussion: "Example: mosaic fleet status\n\nExit status: 0 all are active, 3 something is not.")

    @Argument(help: ArgumentHelp("Agents to show; none: the whole fleet.", valueName: "agent"), completion: .agents)
    var agents: [String] = []

    @OptionGroup(title: "Common options") var common: CommonOptions

    func run(in context: CommandContext) throws(FleetError) -> ExitStatus {
        let roster = try context.roster()
        let report = try StatusReport.read(
            roster, agents: try roster.selection(agents), from: try context.manager())
        let lock = try context.inspectLock()
        if common.json {
            try context.output.json(StatusDocument(report, lock: lock))
        } else {
            context.output.data(
                StatusText(report, lock: lock, style: context.output.style, now: context.time.wallClock()).render())
        }
        return report.exitStatus
    }
}
