internal import ArgumentParser
internal import FleetGuard
internal import FleetKit

/// `mosaic fleet apply`: applies the roster to the fleet, as far as that needs no restart.
struct ApplyCommand: GuardedCommand {
    static let about = CommandConfiguration(
        commandName: "apply", abstract: "Apply changes of the roster to the fleet.",
        usage: "mosaic fleet apply [--restart] [options]",
        discussion: """
            Example: mosaic fleet apply

            Renews the units, starts new agents, stops agents that left the roster, and names those that run with \
            an older unit; --restart restarts these. Exit status: 0 done, 1 a unit failed.
            """)

    @Flag(help: "Restart only the agents that run with an older unit.") var restart = false

    @OptionGroup var operation: OperationOptions
    @OptionGroup(title: "Waiting for the lock") var guardOptions: GuardOptions
    @OptionGroup(title: "Common options") var common: CommonOptions

    func policy(_ settings: Roster.GuardSettings) -> WaitPolicy { guardOptions.policy(settings) }
    var mayDetach: Bool { !guardOptions.noDetach }

    func prepare(in context: CommandContext) throws(FleetError) -> Preparation {
        let work = ApplyWork(command: self, context: context)
        guard restart else { return .answered(try work.apply(under: nil)) }
        // Refused before the lock is waited for.
        _ = try context.writtenRoster()
        return .work(work)
    }
}

private struct ApplyWork: GuardedWork {
    let command: ApplyCommand
    let context: CommandContext

    func request() throws(FleetError) -> LockRequest {
        // Which agents it will be is known under the lock.
        let agents = try context.writtenRoster().agents.map(\.name)
        return LockRequest(
            scope: LockScope(agents.isEmpty ? nil : agents), command: context.commandLine,
            reason: command.guardOptions.reason)
    }

    func run(holding lock: HeldLock) throws(FleetError) -> ExitStatus { try apply(under: lock) }

    /// - Parameter lock: of --restart; nil: agents that run with an older unit are named instead.
    func apply(under lock: HeldLock?) throws(FleetError) -> ExitStatus {
        if lock == nil { try context.noteRunningRestart() }
        let roster = try context.writtenRoster()
        let manager = try context.manager()
        var change = try follow(roster, manager)
        let agents = roster.agents.compactMap { agent in
            change.freshness(of: agent.unit).map { (agent.name, $0) }
        }
        if let lock, !agents.isEmpty {
            try refuseStrandedHolder(change, roster, manager)
            let report = try RestartOperation(
                manager: manager, roster: roster,
                options: command.operation.options(agents: agents.map(\.0), roster.settle),
                surroundings: context.surroundings()
            ).run(holding: lock)
            change.operations.append((report, "restart"))
            change.outdated.removeAll { old in report.units.contains { $0.unit == old.unit && $0.outcome.isDone } }
        } else if !agents.isEmpty {
            // What `apply` itself has just written needs no reason.
            let isByUnit = agents.allSatisfy { $0.1.reasons.allSatisfy { $0.kind == .unit || $0.kind == .dropIn } }
            let names = agents.map { name, freshness in isByUnit ? "\(name)" : "\(name) (\(freshness.kinds))" }
            change.notes.append(
                (isByUnit ? "Running with an older unit: " : "Running outdated: ") + names.joined(separator: ", ")
                    + ". Restart just \(names.count == 1 ? "it" : "them") with: "
                    + "\(try context.nextCommands().fleet("apply", "--restart"))")
        }
        if let kinds = change.freshness(of: roster.holder.unit)?.kinds {
            change.notes.append(
                (lock == nil
                    ? "The holder is outdated too (\(kinds))" : "The holder is outdated (\(kinds)) and was left alone")
                    + "; to renew it, restart the whole fleet: \(try context.nextCommands().fleet("restart"))")
        }
        return try context.conclude(change)
    }

    /// The holder runs with an older unit, and its server is not where the roster now says: agents that are restarted would
    /// not find it, and those that run are reached by nobody.
    private func refuseStrandedHolder(
        _ change: RosterChange, _ roster: Roster, _ manager: any ServiceManager
    ) throws(FleetError) {
        guard change.freshness(of: roster.holder.unit) != nil, let probe = try context.holderProbe(),
            case .silent(let why) = try probe.ask(among: manager.processes(of: roster.holder.unit))
        else { return }
        throw FleetError(
            .unitFailed,
            "the holder runs with an older unit and does not answer on the roster's socket (\(why)), so no agent was "
                + "restarted: it could not come back",
            hint: "set [holder] socket back to what it was, or restart the whole fleet: "
                + "\(try context.nextCommands().fleet("restart"))")
    }

    /// Everything but restarts.
    private func follow(_ roster: Roster, _ manager: any ServiceManager) throws(FleetError) -> RosterChange {
        var change = RosterChange(command: "apply")
        // Stopped before its drop-in goes, which has its own stop timeout.
        let gone = try leftRunning(roster, manager)
        if let report = try context.stop(gone, maxParallel: command.operation.maxParallel) {
            change.operations.append((report, "stop"))
        }
        change.files = try context.renewUnits()
        change.warnings = try context.rosterRemarks(roster)
        try BootLinks(roster, manager: manager).disable(agents: gone.map(\.name))
        _ = try context.followHolderAtBoot()
        change.outdated = try OutdatedUnits.find(roster, manager: manager)
        try startNew(roster, manager, &change)
        if change.files.allSatisfy({ !$0.action.isChange }), change.operations.isEmpty, change.outdated.isEmpty,
            change.notes.isEmpty
        {
            change.notes.append("Everything matches the roster.")
        }
        return change
    }

    private func startNew(
        _ roster: Roster, _ manager: any ServiceManager, _ change: inout RosterChange
    ) throws(FleetError) {
        let created = Set(change.files.filter { $0.action == .created }.compactMap(\.agent))
        let states = try manager.brief(of: roster.units)
        let down = zip(roster.agents, states.dropFirst()).filter { $0.0.autostart && $0.1.isDown }.map(\.0)
        let new = down.filter { created.contains($0.name) }
        let others = down.filter { !created.contains($0.name) }
        if states.first?.isActive != true {
            change.notes.append("The fleet is down; bring it up with: \(try context.nextCommands().fleet("start"))")
            return
        }
        if !new.isEmpty { change.operations.append((try context.start(new.map(\.name), command.operation), "start")) }
        if !others.isEmpty {
            change.notes.append("Left down: \(others.map(\.name.rawValue).joined(separator: ", ")).")
        }
    }

    /// Agents that run although they left the roster: of our template, and with a drop-in that `init` wrote, or none. Any
    /// other drop-in of their own would make them another user's.
    private func leftRunning(_ roster: Roster, _ manager: any ServiceManager) throws(FleetError) -> [Roster.Agent] {
        let known = Set(roster.agents.map(\.unit))
        let loaded = try manager.loadedUnits(matching: [AgentName.unitPrefix + "*.service"]).filter {
            !known.contains($0) && $0 != roster.holder.unit
        }
        guard !loaded.isEmpty else { return [] }
        let leaving = try context.common.backend == .fake ? [] : context.installer().leaving()
        return try manager.settings(of: loaded).compactMap { settings in
            let own = settings.dropIns.contains { $0.contains("/\(settings.name).d/") }
            guard let name = AgentName(unit: settings.name), !own || leaving.contains(name) else { return nil }
            return Roster.Agent(name: name, unit: settings.name)
        }
    }
}
