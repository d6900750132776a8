internal import ArgumentParser
internal import FleetKit

/// `mosaic fleet stop`: takes down agents, or the whole fleet with its holder. Never waits for a restart.
struct StopCommand: UnguardedCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "Stop the fleet, or some agents.",
        usage: "mosaic fleet stop [AGENT…] [options]",
        discussion: "Example: mosaic fleet stop planner\n\nExit status: 0 done, 1 a unit did not stop.")

    @Argument(
        help: ArgumentHelp("Agents to stop; none: every agent, then the holder.", valueName: "agent"),
        completion: .agents)
    var agents: [String] = []

    @Option(help: ArgumentHelp("Jobs in flight at once. (default: no limit)", valueName: "n"))
    var maxParallel: Int?

    @OptionGroup(title: "Common options") var common: CommonOptions

    func validate() throws {
        if let maxParallel, maxParallel < 1 { throw ValidationError("--max-parallel must be at least 1") }
    }

    func run(in context: CommandContext) throws(FleetError) -> ExitStatus {
        let roster = try context.roster()
        let names = try roster.selection(agents)
        let stop = StopOperation(
            manager: try context.manager(), roster: roster, agents: names,
            maxParallel: maxParallel, surroundings: try context.surroundings())
        try context.noteRunningRestart()
        return try context.recorded(.stop, names) { () throws(FleetError) in
            context.conclude(try stop.run(), "stop")
        }
    }
}
