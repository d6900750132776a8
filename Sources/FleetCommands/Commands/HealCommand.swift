internal import ArgumentParser
internal import FleetGuard
internal import FleetKit

/// `mosaic fleet heal`: what is owed is started and what failed is restarted, for a timer.
struct HealCommand: GuardedCommand {
    static let configuration = CommandConfiguration(
        commandName: "heal", abstract: "Start what is owed, and restart what failed.",
        usage: "mosaic fleet heal [--dry-run] [--json]",
        discussion: """
            Example: mosaic fleet enable --heal 2m

            Tries no unit more than 3 times an hour; leaves alone what was stopped, and what systemd is about to restart. \
            Exit status: 0 nothing to heal or healed, 1 a unit failed or rests, 75 another restart runs.
            """)

    @Flag(help: "Print what would be done, and do nothing.") var dryRun = false

    @Option(
        help: ArgumentHelp("Watch started agents; 0: do not. (default: 2s)", valueName: "dur"),
        completion: .durations("0", "2s", "5s", "10s", "30s"),
        transform: DurationOption.parse)
    var stableFor: Duration?

    @OptionGroup(title: "Common options") var common: CommonOptions

    /// A timer comes again: it waits for nobody.
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
                    + " cannot be read and count as none")
        }
        if dryRun {
            if common.json {
                try context.output.json(HealDocument(plan))
            } else {
                context.output.data(HealText(plan).render())
            }
            return plan.resting.isEmpty ? .done : .unitFailed
        }
        guard plan.isNeeded else {
            if common.json {
                try context.output.json(HealDocument(plan))
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
                    hint: "nothing was done; what is still failed then, the next heal takes")
            }
        }
        return nil
    }

    func request(in context: CommandContext) throws(FleetError) -> LockRequest {
        LockRequest(
            scope: .fleet, command: context.commandLine, reason: guardOptions.reason,
            maxHold: try heal(in: context).longestTime())
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
            summary: "\(name ?? unit.rawValue): heal tried it \(HealTries.most) times within an hour, and lets it rest")
        event.unit = unit.rawValue
        event.agent = name
        event.restart = lock.record.token
        event.next = context.eventCommands().journal(of: unit, lines: 50)
        do throws(FleetError) { try EventFolder(home: context.home).post(event) } catch {
            context.output.warning("nobody is told of it: \(error.message)")
        }
    }

    private func heal(in context: CommandContext) throws(FleetError) -> HealOperation {
        guard let now = BootTime.now() else {
            throw FleetError(
                .io, "cannot read /proc/sys/kernel/random/boot_id, so nobody knows what was tried in the last hour",
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
