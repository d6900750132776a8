internal import ArgumentParser
internal import FleetGuard
internal import FleetKit

/// `mosaic fleet stop`: takes down agents, or the whole fleet with its holder. Never waits for a restart.
struct StopCommand: UnguardedCommand {
    static let about = CommandConfiguration(
        commandName: "stop", abstract: "Stop the fleet, or some agents.",
        usage: "mosaic fleet stop [AGENT…] [options]",
        discussion: "Example: mosaic fleet stop planner\n\nExit status: 0 done, 1 a unit did not stop.")

    @Argument(
        help: ArgumentHelp(
            "Agents to stop, or an unmanaged session; none: every agent, then the holder.", valueName: "agent"),
        completion: .agents)
    var agents: [String] = []

    @Option(help: ArgumentHelp("Jobs in flight at once. (default: no limit)", valueName: "n"))
    var maxParallel: Int?

    @OptionGroup(title: "Common options") var common: CommonOptions

    func validate() throws {
        if let maxParallel, maxParallel < 1 { throw ValidationError("--max-parallel must be at least 1") }
    }

    func run(in context: CommandContext) throws(FleetError) -> ExitStatus {
        var targets = try NamedMembers(agents, in: context)
        if targets.agents == nil {
            targets.units = try UnmanagedMembers.find(beside: context.roster(), in: context.manager()).units.map(\.name)
        }
        // What stops the fleet must not be stopped with it half-way.
        if let relayed = try context.leaveFleet(isAllowed: true, needsManager: true, isNested: false) { return relayed }
        var report: OperationReport?
        if targets.agents?.isEmpty != true || !targets.units.isEmpty {
            let stop = StopOperation(
                manager: try context.manager(), roster: try context.roster(), agents: targets.agents,
                others: targets.units, maxParallel: maxParallel, surroundings: try context.surroundings())
            try context.noteRunningRestart()
            let names = targets.agents.map { $0 + targets.units.compactMap { AgentName(unit: $0) } }
            report = try context.reported(.stop, names) { () throws(FleetError) in try stop.run() }
        }
        if !targets.sessions.isEmpty, let probe = try context.holderProbe() {
            _ = try context.recorded(.stop, .agents(targets.sessions)) { () throws(FleetError) in
                for session in targets.sessions {
                    try probe.end(session, among: context.manager().processes(of: context.roster().holder.unit))
                    context.output.note(
                        "session \(Printable.oneLine(session, limit: 40)) ended; it belonged to no agent")
                }
                return .done
            }
        }
        guard report != nil || common.json else { return .done }
        return context.conclude(report ?? OperationReport(), "stop", sessions: targets.sessions)
    }
}
