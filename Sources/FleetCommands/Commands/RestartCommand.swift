internal import ArgumentParser
internal import FleetKit

/// `mosaic fleet restart`: the whole fleet, or some agents, one restart at a time.
struct RestartCommand: GuardedCommand {
    static let configuration = CommandConfiguration(
        commandName: "restart", abstract: "Restart the fleet, or agents, one restart at a time.",
        usage: "mosaic fleet restart [AGENT…] [--reason TEXT] [--only-failed] [options]",
        discussion: """
            Example: mosaic fleet restart --reason 'new tmux'
            """)

    @Argument(
        help: ArgumentHelp("Agents to restart; none: the whole fleet.", valueName: "agent"), completion: .agents)
    var agents: [String] = []

    @Flag(help: "Only agents that are not up once the lock is held.") var onlyFailed = false

    @Flag(help: "Leave the agents running while the holder restarts.") var noDrain = false

    @Flag(
        inversion: .prefixedNo,
        help: "Skip what was restarted meanwhile.")
    var join = true

    @Flag(help: "Print what would be done, and do nothing.") var dryRun = false

    @OptionGroup var operation: OperationOptions
    @OptionGroup(title: "Waiting for agents") var idle: IdleOptions
    @OptionGroup(title: "Waiting for the lock") var guardOptions: GuardOptions
    @OptionGroup(title: "Common options") var common: CommonOptions

    func prepare(in context: CommandContext) throws(FleetError) -> ExitStatus? {
        if let names = try context.roster().selection(agents) {
            try context.requireWrittenUnits(of: names)
        } else {
            let new = try context.unwrittenAgents()
            if !new.isEmpty {
                context.output.warning(
                    "the roster changed: \(new.prefix(8).map(\.rawValue).joined(separator: ", ")) cannot start yet; run"
                        + " '\(try context.nextCommands().fleet("init"))'")
            }
        }
        let restart = try restart(in: context)
        if !dryRun && agents.isEmpty { return nil }
        let plan = try restart.plan()
        // Told at once instead of after the wait. Under the lock it is looked at again, for the whole fleet only then.
        try restart.refuse(plan)
        guard dryRun else { return nil }
        let occupied = try restart.occupied()
        if common.json {
            try context.output.json(PlanDocument(plan, occupied: occupied, waits: idle.whenIdle))
        } else {
            var text = PlanText(plan, lock: try context.inspectLock())
            text.busy = (occupied, idle.whenIdle, context.time.wallClock())
            context.output.data(text.render())
        }
        return .done
    }

    func request(in context: CommandContext) throws(FleetError) -> LockRequest {
        let selection = try context.roster().selection(agents)
        return LockRequest(
            scope: selection.map { .agents($0.map(\.rawValue)) } ?? .fleet, command: context.commandLine,
            reason: guardOptions.reason, maxHold: try restart(in: context).longestTime())
    }

    func contended(in context: CommandContext) throws(FleetError) {
        // One that has waited for agents before has it from then.
        if join && context.wish == nil { context.wish = try restart(in: context).wish() }
    }

    func awaitTurn(in context: CommandContext) throws(FleetError) {
        guard idle.whenIdle else { return }
        let isFirst = context.idleGate == nil
        let gate: IdleGate
        if let known = context.idleGate { gate = known } else { gate = try IdleGate(idle, in: context) }
        context.idleGate = gate
        if isFirst {
            if guardOptions.noWait { try context.refuseWhileLocked() }
            if try restart(in: context).occupied().isEmpty { return }
            // Before the wait: what others restart meanwhile need not be restarted again.
            if join { context.wish = try restart(in: context).wish() }
        }
        try gate.wait(for: restart(in: context))
    }

    func wantsAnotherTurn(in context: CommandContext) -> Bool { context.idleGate?.isHeldBack ?? false }

    func run(holding lock: HeldLock, in context: CommandContext) throws(FleetError) -> ExitStatus {
        var report = try restart(in: context).run(holding: lock)
        if let gate = context.idleGate {
            guard report.occupied.isEmpty else {
                gate.heldBack(report, try context.roster(), isWhole: agents.isEmpty)
                return .busy
            }
            report.add(gate.earlier)
        }
        return context.conclude(report, "restart")
    }

    private func restart(in context: CommandContext) throws(FleetError) -> RestartOperation {
        let roster = try context.roster()
        var options = operation.options(agents: try roster.selection(agents), roster.settle)
        if let remaining = context.idleGate?.remaining { options.agents = remaining }
        options.drain = !noDrain
        options.onlyFailed = onlyFailed
        options.wish = context.wish
        options.whenIdle = context.idleGate?.whenIdle
        return RestartOperation(
            manager: try context.manager(), roster: roster, options: options,
            surroundings: try context.surroundings())
    }
}
