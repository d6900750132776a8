internal import ArgumentParser
internal import FleetGuard
internal import FleetKit

/// `mosaic fleet start`: brings up what is down. Never waits for a restart.
struct StartCommand: UnguardedCommand {
    static let about = CommandConfiguration(
        commandName: "start", abstract: "Start the fleet, or some agents.",
        usage: "mosaic fleet start [AGENT…] [options]",
        discussion:
            "Example: mosaic fleet start planner\n\nLeaves running units alone. Exit status: 0 done, 1 a unit failed.")

    @Argument(
        help: ArgumentHelp("Agents to start; none: the holder and every agent with autostart.", valueName: "agent"),
        completion: .agents)
    var agents: [String] = []

    @OptionGroup var operation: OperationOptions
    @OptionGroup(title: "Common options") var common: CommonOptions

    func run(in context: CommandContext) throws(FleetError) -> ExitStatus {
        let roster = try context.roster()
        let names = try roster.selection(agents)
        try context.requireWrittenUnits(of: names ?? roster.agents.filter(\.autostart).map(\.name))
        let start = StartOperation(
            manager: try context.manager(), roster: roster,
            options: operation.options(agents: names, roster.settle),
            surroundings: try context.surroundings())
        try context.noteRunningRestart()
        return try context.recorded(.start, LockScope(names)) { () throws(FleetError) in
            context.conclude(try start.run(), "start")
        }
    }
}
