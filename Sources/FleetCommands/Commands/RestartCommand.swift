internal import ArgumentParser
internal import FleetGuard
internal import FleetKit

/// `mosaic fleet restart`: the whole fleet, or some agents, one restart at a time.
struct RestartCommand: GuardedCommand {
    static let configuration = CommandConfiguration(
        commandName: "restart", abstract: "Restart the fleet or agents, one restart at a time.",
        usage: "mosaic fleet restart [AGENT…] [--rolling[=N]] [--only-outdated] [options]",
        discussion: """
            Example: mosaic fleet restart --reason 'new tmux'
            """)

    @Argument(
        help: ArgumentHelp("Agents to restart; none: the whole fleet.", valueName: "agent"), completion: .agents)
    var agents: [String] = []

    @Flag(help: "Only failed and owed units, decided under the lock.") var onlyFailed = false

    @Flag(help: "Only outdated agents.") var onlyOutdated = false

    @Option(
        name: .customLong("rolling"), defaultAsFlag: RollingChoice.plain,
        help: ArgumentHelp("Only agents, N (or 1) at a time, until one fails.", valueName: "n"),
        completion: .list(["1", "2", "3", "5"]), transform: RollingChoice.init)
    var rolling: RollingChoice?

    @Option(
        name: .customLong("canary"), defaultAsFlag: CanaryChoice.first,
        help: ArgumentHelp("Rolling: start with this agent, or the first one.", valueName: "agent"),
        completion: .agents, transform: CanaryChoice.init)
    var canary: CanaryChoice?

    @Flag(help: "Do not stop the agents before the holder restarts.") var noDrain = false

    @Flag(
        inversion: .prefixedNo,
        help: "Skip units others restarted, or not.")
    var join = true

    @Flag(help: "Print what would be done, without doing it.") var dryRun = false

    @OptionGroup(title: "Jobs") var operation: OperationOptions
    @OptionGroup(title: "Waiting for agents") var idle: IdleOptions
    @OptionGroup(title: "Waiting for the lock") var guardOptions: GuardOptions
    @OptionGroup(title: "Common options") var common: CommonOptions

    func validate() throws {
        if case .refused(let word) = rolling {
            throw ValidationError("--rolling '\(word)' is not a number of agents from 1 to 1000")
        }
        if onlyFailed && onlyOutdated {
            throw ValidationError(
                "--only-failed and --only-outdated cannot be combined: a failed agent is never outdated")
        }
        let mode = isRolling ? "--rolling" : onlyOutdated ? "--only-outdated" : nil
        guard let mode else { return }
        if noDrain { throw ValidationError("\(mode) does not restart the holder, so --no-drain has no effect") }
        guard isRolling else { return }
        if onlyFailed {
            throw ValidationError(
                "--rolling and --only-failed cannot be combined: --only-failed stops no running agent")
        }
        if operation.maxParallel != nil {
            throw ValidationError("--rolling already limits the agents at once; leave out --max-parallel")
        }
    }

    private var isRolling: Bool { rolling != nil || canary != nil }

    /// The names that were typed, also where an option without a value stands before one.
    private var typed: [String] { (rolling?.agent.map { [$0] } ?? []) + agents }

    func prepare(in context: CommandContext) throws(FleetError) -> ExitStatus? {
        if let names = try context.roster().selection(typed) {
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
        if !dryRun && typed.isEmpty { return nil }
        let plan = try restart.plan()
        // Reported at once instead of after the wait. Under the lock it is checked again, for the whole fleet only then.
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
        let selection = try context.roster().selection(typed)
        // Without the holder it is a restart of agents, whichever they turn out to be under the lock.
        var agents = selection
        if isRolling || onlyOutdated, agents == nil { agents = try context.roster().agents.map(\.name) }
        return LockRequest(
            scope: agents.map { .agents($0.map(\.rawValue)) } ?? .fleet, command: context.commandLine,
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
        let restart = try restart(in: context)
        var report = try restart.run(holding: lock)
        if let gate = context.idleGate {
            guard report.occupied.isEmpty else {
                gate.heldBack(report, try context.roster(), isWhole: restart.options.isWhole)
                return .busy
            }
            report.add(gate.earlier)
        }
        return context.conclude(report, "restart")
    }

    private func restart(in context: CommandContext) throws(FleetError) -> RestartOperation {
        let roster = try context.roster()
        var options = operation.options(agents: try roster.selection(typed), roster.settle)
        let remaining = context.idleGate?.remaining
        if let remaining { options.agents = remaining }
        options.drain = !noDrain
        options.onlyFailed = onlyFailed
        options.onlyOutdated = onlyOutdated
        options.repeats = guardOptions.reason.map { ["--reason=\($0)"] } ?? []
        if isRolling {
            options.rolling = RestartOptions.Rolling(width: rolling?.width ?? 1)
            // Not again in a later turn of --when-idle, once something was restarted.
            if let canary, context.idleGate?.earlier.units.isEmpty ?? true {
                options.rolling?.canary = try canary.canary(in: roster)
            }
            options.resumption = resumption
        }
        options.wish = context.wish
        options.whenIdle = context.idleGate?.whenIdle
        return RestartOperation(
            manager: try context.manager(), roster: roster, options: options,
            surroundings: try context.surroundings())
    }

    /// Without the canary, which has been taken by then.
    private var resumption: [String] {
        var words = ["restart", "--rolling=\(rolling?.width ?? 1)"]
        if onlyOutdated { words.append("--only-outdated") }
        if let stable = operation.stableFor { words.append("--stable-for=\(DurationText.canonical(stable))") }
        if idle.whenIdle { words.append("--when-idle") }
        if let deadline = idle.deadline { words.append("--deadline=\(DurationText.canonical(deadline))") }
        if let choice = idle.onDeadline { words.append("--on-deadline=\(choice.rawValue)") }
        if let reason = guardOptions.reason { words.append("--reason=\(reason)") }
        return onlyOutdated ? words + typed : words
    }
}
