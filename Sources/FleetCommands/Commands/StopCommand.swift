internal import ArgumentParser
internal import FleetKit

/// `mosaic fleet stop`: takes down agents, or the whole fleet with its holder. Never waits for a restart.
struct StopCommand: RelayingCommand {
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

    func run(in context: CommandContext) throws(FleetError) -> Int32 {
        let targets = try targets(in: context)
        // What stops the fleet must not be stopped with it half-way.
        if let relayed = try context.leaveFleet(isAllowed: true, needsManager: true, isNested: false) { return relayed }
        let stop = StopOperation(
            manager: try context.manager(), roster: try context.roster(), agents: targets.agents,
            others: targets.others, maxParallel: maxParallel, surroundings: try context.surroundings())
        try context.noteRunningRestart()
        let names = targets.agents.map { $0 + targets.others.compactMap { AgentName(unit: $0) } }
        let status = try context.recorded(.stop, names) { () throws(FleetError) in
            context.conclude(try stop.run(), "stop")
        }
        try context.runAfterwards()
        return status.rawValue
    }

    /// Agents of the roster, and units of their template that have left it.
    private func targets(in context: CommandContext) throws(FleetError) -> (agents: [AgentName]?, others: [UnitName]) {
        let roster = try context.roster()
        let unmanaged = { () throws(FleetError) in try UnmanagedMembers.find(beside: roster, in: context.manager()) }
        guard !agents.isEmpty else { return (nil, try unmanaged().units.map(\.name)) }
        do throws(FleetError) {
            return (try roster.selection(agents), [])
        } catch {
            guard error.code == .noSuchUnit else { throw error }
            let found = try unmanaged()
            let others = agents.compactMap { found.unit(named: $0)?.name }
            guard !others.isEmpty else { throw error }
            let rest = agents.filter { found.unit(named: $0) == nil }
            return (rest.isEmpty ? [] : try roster.selection(rest), others)
        }
    }
}
