internal import ArgumentParser
internal import FleetGuard
internal import FleetKit

/// `mosaic fleet remove`: an agent is stopped, and leaves the roster and systemd.
struct RemoveCommand: UnguardedCommand {
    static let about = CommandConfiguration(
        commandName: "remove", abstract: "Stop an agent and remove it from the roster.",
        usage: "mosaic fleet remove AGENT…",
        discussion: """
            Example: mosaic fleet remove reviewer

            Keeps the roster's comments and the agent's files. Exit status: 0 done, 1 an agent did not stop \
            and stays in the roster.
            """)

    @Argument(help: ArgumentHelp("Agents to remove.", valueName: "agent"), completion: .agents)
    var agents: [String]

    @OptionGroup(title: "Common options") var common: CommonOptions

    func run(in context: CommandContext) throws(FleetError) -> ExitStatus {
        let chosen = try context.writtenRoster().agents(named: agents)
        // Refused before anything is stopped, also for want of space.
        let staged = try stage(chosen, context)
        var change = RosterChange(command: "remove", agents: chosen.map(\.name))
        try context.noteRunningRestart()
        if let report = try context.stop(chosen) {
            change.operations.append((report, "stop"))
            guard report.exitStatus == .done else {
                change.agents = []
                change.notes.append("Nothing was removed: not every agent stopped.")
                return try context.conclude(change)
            }
        }
        do throws(FleetError) {
            let writer = try RosterWriter(home: context.home)
            try writer.replace(by: edited(writer, chosen, context).bytes, staged)
        } catch {
            throw try stayed(error, change, context)
        }
        do throws(FleetError) { try leave(chosen, &change, context) } catch {
            throw try removed(error, chosen, context)
        }
        let names = chosen.map { "'\($0.name)'" }.joined(separator: ", ")
        change.notes.append("Removed \(names) from \(Printable.oneLine(context.home.rosterPath, limit: 4096)).")
        return try context.conclude(change)
    }

    private func stage(_ agents: [Roster.Agent], _ context: CommandContext) throws(FleetError) -> StagedRoster {
        let writer = try RosterWriter(home: context.home)
        return try writer.stage(edited(writer, agents, context).bytes)
    }

    /// systemd forgets the agents, which are no longer in the roster file.
    private func leave(
        _ agents: [Roster.Agent], _ change: inout RosterChange, _ context: CommandContext
    ) throws(FleetError) {
        try BootLinks(context.roster(), manager: context.manager()).disable(agents: agents.map(\.name))
        context.forgetRoster()
        change.files = try context.renewUnits()
        change.wrote(context.home.rosterPath)
        // systemd keeps a unit that failed, and everything would go on to tell of it.
        let manager = try context.manager()
        let failed = try manager.brief(of: agents.map(\.unit)).filter { $0.isFailed || $0.isInAutoRestart }
        guard !failed.isEmpty else { return }
        _ = try manager.perform(
            failed.map { UnitCommand(.resetFailed, $0.name) }, maxParallel: nil, supervisor: Unsupervised())
    }

    /// The roster was written, and systemd may still have something of the agents.
    private func removed(
        _ problem: FleetError, _ agents: [Roster.Agent], _ context: CommandContext
    ) throws(FleetError) -> FleetError {
        let names = agents.map(\.name.rawValue).joined(separator: ", ")
        var error = problem
        error.message =
            "\(names) \(agents.count == 1 ? "is" : "are") removed from the roster, but: \(problem.message)"
        error.hint = try Self.hint("run '\(context.nextCommands().fleet("apply"))'", after: problem.hint)
        return error
    }

    /// A step that comes first may end with a command, and nothing must follow that.
    private static func hint(_ step: String, after first: String) -> String {
        first.isEmpty ? step : "\(step) after this: \(first)"
    }

    /// The roster was not written: says what was done by then, and how to undo it.
    private func stayed(
        _ problem: FleetError, _ change: RosterChange, _ context: CommandContext
    ) throws(FleetError) -> FleetError {
        let stopped = change.operations.flatMap(\.report.units).compactMap { AgentName(unit: $0.unit)?.rawValue }
        // Another removal was faster, and its words are true of this one.
        guard !stopped.isEmpty, problem.code != .noSuchUnit else { return problem }
        var error = problem
        error.message =
            "stopped \(stopped.joined(separator: ", ")), but the roster still has \(stopped.count == 1 ? "it" : "them"): "
            + problem.message
        let commands = try context.nextCommands()
        let steps =
            "bring \(stopped.count == 1 ? "it" : "them") up with '\(commands.fleet(words: ["start"] + stopped))', or run "
            + "'\(commands.fleet(words: ["remove"] + agents))' again"
        error.hint = problem.code == .busy ? steps : Self.hint(steps, after: problem.hint)
        return error
    }

    private func edited(
        _ writer: RosterWriter, _ agents: [Roster.Agent], _ context: CommandContext
    ) throws(FleetError) -> RosterEdit {
        var edit = try RosterEdit(writer.bytes, file: context.home.rosterPath)
        for agent in agents { try edit.remove(agent.name) }
        return edit
    }
}
