internal import ArgumentParser
internal import FleetGuard
internal import FleetKit

/// `mosaic fleet restart`: the whole fleet, or some agents, one restart at a time.
struct RestartCommand: GuardedCommand {
    static let about = CommandConfiguration(
        commandName: "restart", abstract: "Restart the fleet or agents, one restart at a time.",
        usage: "mosaic fleet restart [AGENT…] [--rolling[=N]] [--only-outdated] [options]",
        discussion: """
            Example: mosaic fleet restart --reason 'new tmux'
            """)

    static let optionalValues = [
        OptionalValue(name: "--rolling", value: .number, usual: "1"),
        OptionalValue(name: "--canary", value: .word, usual: CanaryChoice.firstWord),
    ]

    @Argument(
        help: ArgumentHelp("Agents to restart; none: the whole fleet.", valueName: "agent"), completion: .agents)
    var agents: [String] = []

    @Flag(help: "Restart only what failed or a restart left down.") var onlyFailed = false

    @Flag(help: "Restart only outdated agents and those left down.") var onlyOutdated = false

    @Option(
        help: ArgumentHelp("Restart agents N (or 1) at a time; halt at a failure.", valueName: "n"),
        completion: .list(["1", "2", "3", "5"]), transform: Self.rollingWidth)
    var rolling: Int?

    @Option(
        help: ArgumentHelp("Rolling: start with this agent, or the first one.", valueName: "agent"),
        completion: .agents, transform: CanaryChoice.init)
    var canary: CanaryChoice?

    @Flag(help: "Do not stop the agents before the holder restarts.") var noDrain = false

    @Flag(inversion: .prefixedNo, help: "Skip units restarted meanwhile.")
    var join = true

    @Flag(help: "Print what would be done, without doing it.") var dryRun = false

    @OptionGroup(title: "Jobs") var operation: OperationOptions
    @OptionGroup(title: "Waiting for agents") var idle: IdleOptions
    @OptionGroup(title: "Waiting for the lock") var guardOptions: GuardOptions
    @OptionGroup(title: "Common options") var common: CommonOptions

    @Sendable private static func rollingWidth(_ text: String) throws -> Int {
        guard let width = Int(text), (1...1000).contains(width) else {
            throw ValidationError("'\(Printable.oneLine(text))' is not a number of agents from 1 to 1000")
        }
        return width
    }

    var onlyAnswers: Bool { dryRun }

    func validate() throws {
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

    var isRolling: Bool { rolling != nil || canary != nil }

    func policy(_ settings: Roster.GuardSettings) -> WaitPolicy { guardOptions.policy(settings) }
    var mayDetach: Bool { !guardOptions.noDetach }

    func prepare(in context: CommandContext) throws(FleetError) -> Preparation {
        let work = try RestartWork(self, in: context)
        if let names = work.selection {
            try context.requireWrittenUnits(of: names)
        } else {
            let new = try work.leaveUnwritten()
            if !new.isEmpty {
                let names = new.map(\.rawValue)
                let shown = names.prefix(8).joined(separator: ", ") + (names.count > 8 ? ", …" : "")
                let commands = try context.nextCommands()
                context.output.warning(
                    "the roster changed: \(shown) \(new.count == 1 ? "has" : "have") no unit yet, and will not be started;"
                        + " run '\(commands.fleet("init"))', then '\(commands.fleet(words: ["start"] + names))'")
            }
        }
        if !dryRun && agents.isEmpty { return .work(work) }
        let plan = try work.restart.plan()
        // Reported at once instead of after the wait. Under the lock it is checked again, for the whole fleet only then.
        try work.restart.refuse(plan)
        guard dryRun else { return .work(work) }
        let occupied = try work.restart.occupied()
        try context.output.answer(
            .plan(plan, occupied: occupied, waits: idle.whenIdle),
            or: PlanText(
                plan: plan, lock: context.inspectLock(), busy: (occupied, idle.whenIdle, context.time.wallClock())
            ).render())
        return .answered(.done)
    }

    func options(_ selection: [AgentName]?, _ roster: Roster) throws(FleetError) -> RestartOptions {
        var options = operation.options(agents: selection, roster.settle)
        options.drain = !noDrain
        options.onlyFailed = onlyFailed
        options.onlyOutdated = onlyOutdated
        options.repeats = guardOptions.reason.map { ["--reason=\($0)"] } ?? []
        if isRolling {
            options.rolling = RestartOptions.Rolling(width: rolling ?? 1)
            if let canary { options.rolling?.canary = try canary.canary(in: roster) }
            options.resumption = resumption
        }
        return options
    }

    /// Without the canary, which has been taken by then.
    private var resumption: [String] {
        var words = ["restart", "--rolling=\(rolling ?? 1)"]
        if onlyOutdated { words.append("--only-outdated") }
        if let stable = operation.stableFor { words.append("--stable-for=\(DurationText.canonical(stable))") }
        if idle.whenIdle { words.append("--when-idle") }
        if let deadline = idle.deadline { words.append("--deadline=\(DurationText.canonical(deadline))") }
        if let choice = idle.onDeadline { words.append("--on-deadline=\(choice.rawValue)") }
        if let reason = guardOptions.reason { words.append("--reason=\(reason)") }
        return onlyOutdated ? words + agents : words
    }
}
