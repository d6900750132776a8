internal import ArgumentParser
internal import FleetGuard
internal import FleetKit

/// `mosaic fleet heal`: what is owed is started and what failed is restarted, for a timer.
struct HealCommand: GuardedCommand {
    static let configuration = CommandConfiguration(
        commandName: "heal", abstract: "Start owed units and restart failed ones.",
        usage: "mosaic fleet heal [--dry-run] [--json]",
        discussion: """
            Example: mosaic fleet enable --heal 2m

            Tries a unit at most 3 times an hour; skips units that were stopped, or that systemd is about to restart. \
            Exit status: 0 healed or nothing to heal, 1 a unit failed or rests, 75 another restart is running.
            """)

    @Flag(help: "Print what would be done, without doing it.") var dryRun = false

    @Option(
        help: ArgumentHelp("Time to watch started agents; 0: none. (default: 2s)", valueName: "dur"),
        completion: .durations("0", "2s", "5s", "10s", "30s"),
        transform: DurationOption.parse)
    var stableFor: Duration?

    @OptionGroup(title: "Common options") var common: CommonOptions

    /// A timer comes again: it never waits.
    var guardOptions: GuardOptions {
        var options = GuardOptions()
        // Each must be set: reading one that the parser left untouched traps.
        options.reason = "heal"
        options.maxWait = nil
        options.onTimeout = nil
        options.noWait = true
        options.stallAfter = nil
        options.evictGrace = nil
        options.noDetach = false
        return options
    }

    func prepare(in context: CommandContext) throws(FleetError) -> ExitStatus? {
        let plan = try heal(in: context).plan()
        if plan.damaged > 0 {
            context.output.warning(
                "\(plan.damaged) \(plan.damaged == 1 ? "line" : "lines") of \(Printable.oneLine(HealFile(home: context.home).path))"
                    + " cannot be read and are ignored")
        }
        if dryRun {
            if common.json {
                try context.output.json(HealDocument(plan, dryRun: true))
            } else {
                context.output.data(HealText(plan).render())
            }
            return plan.resting.isEmpty ? .done : .unitFailed
        }
        guard plan.isNeeded else {
            if common.json {
                try context.output.json(HealDocument(plan, dryRun: false))
            } else {
                context.output.summary(HealText(plan).nothing)
            }
            return plan.resting.isEmpty ? .done : .unitFailed
        }
        // Said here, so that a timer beside a long 'lock run' does not fill the history.
        if context.lockToken == nil {
            let inspection = try context.inspectLock()
            if let observation = inspection.observation, inspection.verdict == .held {
                throw FleetError(
                    .busy, "\(LockWords.operation(observation)) is running: \(LockWords.ownerInFull(observation))",
                    hint: "nothing was done; the next heal handles units that are still failed")
            }
        }
        return nil
    }

    func request(in context: CommandContext) throws(FleetError) -> LockRequest {
        let heal = try heal(in: context)
        let steps = try heal.plan().restart.steps
        let agents = steps.flatMap(\.commands).compactMap { AgentName(unit: $0.unit)?.rawValue }
        let needsHolder = steps.contains { $0.phase == .holder }
        return LockRequest(
            scope: needsHolder || agents.isEmpty ? .fleet : .agents(agents), command: context.commandLine,
            reason: guardOptions.reason, maxHold: try heal.longestTime())
    }

    /// It never waits.
    func contended(in context: CommandContext) throws(FleetError) {}

    func run(holding lock: HeldLock, in context: CommandContext) throws(FleetError) -> ExitStatus {
        let (report, plan) = try heal(in: context).run(holding: lock)
        for unit in plan.newlyResting { tell(unit, lock, context) }
        let status = context.conclude(report, "heal")
        let resting = HealText(plan).resting
        context.afterRelease { () throws(FleetError) in
            if !self.common.json, let resting { context.output.warning(resting) }
        }
        return plan.resting.isEmpty ? status : .unitFailed
    }

    private func tell(_ unit: UnitName, _ lock: HeldLock, _ context: CommandContext) {
        let name = AgentName(unit: unit)?.rawValue
        var event = FleetEvent(
            .healResting, home: context.home.path, time: context.time.wallClock(),
            summary:
                "\(name ?? unit.rawValue): heal tried it \(HealTries.most) times within an hour and now lets it rest")
        event.unit = unit.rawValue
        event.agent = name
        event.restart = lock.record.token
        event.next = context.eventCommands().journal(of: unit, lines: 50)
        do throws(FleetError) { try EventFolder(home: context.home).post(event) } catch {
            context.output.warning("no event was sent: \(error.message)")
        }
    }

    private func heal(in context: CommandContext) throws(FleetError) -> HealOperation {
        guard let now = BootTime.now() else {
            throw FleetError(
                .io, "cannot read /proc/sys/kernel/random/boot_id, so the tries of the last hour are unknown",
                hint: "mount /proc")
        }
        let roster = try context.roster()
        var options = RestartOptions()
        if let stable = stableFor ?? roster.settle.stableFor { options.stableFor = stable }
        if let timeout = roster.settle.timeout { options.settleTimeout = timeout }
        return HealOperation(
            manager: try context.manager(), roster: roster, options: options,
            surroundings: try context.surroundings(), ledger: HealFile(home: context.home), now: now)
    }
}
