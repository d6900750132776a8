internal import ArgumentParser
internal import FleetGuard
internal import FleetKit

/// `mosaic fleet heal`: what is owed is started and what failed is restarted, for a timer.
struct HealCommand: GuardedCommand {
    static let about = CommandConfiguration(
        commandName: "heal", abstract: "Start what a restart left down, restart what failed.",
        usage: "mosaic fleet heal [--dry-run] [--json]",
        discussion: """
            Example: mosaic fleet enable --heal 2m

            Tries a unit at most 3 times an hour; skips units that were stopped, or that systemd is about to restart. \
            Exit status: 0 healed or nothing to heal, 1 a unit failed or rests, 75 another restart is running.
            """)

    @Flag(help: "Print what would be done, without doing it.") var dryRun = false

    @Option(duration: "Time to watch started agents; 0: none. (default: 2s)", "0", "2s", "5s", "10s", "30s")
    var stableFor: Duration?

    @OptionGroup(title: "Common options") var common: CommonOptions

    var onlyAnswers: Bool { dryRun }

    /// A timer comes again: it never waits.
    func policy(_ settings: Roster.GuardSettings) -> WaitPolicy {
        var policy = WaitPolicy(settings)
        policy.noWait = true
        return policy
    }
    var mayDetach: Bool { true }

    func prepare(in context: CommandContext) throws(FleetError) -> Preparation {
        let heal = try heal(in: context)
        let plan = try heal.plan()
        if plan.damaged > 0 {
            context.output.warning(
                "\(plan.damaged) \(plan.damaged == 1 ? "line" : "lines") of \(Printable.oneLine(HealFile(home: context.home).path))"
                    + " cannot be read and are ignored")
        }
        guard !dryRun, plan.isNeeded else {
            if common.json {
                try context.output.json(.heal(plan, dryRun: dryRun))
            } else if dryRun {
                context.output.data(HealText(plan: plan).render())
            } else {
                context.output.summary(HealText(plan: plan).nothing)
            }
            return .answered(plan.resting.isEmpty ? .done : .unitFailed)
        }
        // Said here, so that a timer beside a long 'lock run' does not fill the history.
        if context.lockToken == nil {
            try context.refuseWhileLocked(hint: "nothing was done; the next heal handles units that are still failed")
        }
        return .work(HealWork(heal: heal, context: context))
    }

    private func heal(in context: CommandContext) throws(FleetError) -> HealOperation {
        guard let now = BootTime.now() else {
            throw FleetError(
                .io, "cannot read /proc/sys/kernel/random/boot_id, so the number of tries in the last hour is unknown",
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

private struct HealWork: GuardedWork {
    let heal: HealOperation
    let context: CommandContext

    func request() throws(FleetError) -> LockRequest {
        let steps = try heal.plan().restart.steps
        let agents = steps.flatMap(\.commands).compactMap { AgentName(unit: $0.unit) }
        let needsHolder = steps.contains { $0.phase == .holder }
        return LockRequest(
            scope: LockScope(needsHolder || agents.isEmpty ? nil : agents), command: context.commandLine,
            reason: "heal", maxHold: try heal.longestTime())
    }

    func run(holding lock: HeldLock) throws(FleetError) -> ExitStatus {
        let (report, plan) = try heal.run(holding: lock)
        for unit in plan.newlyResting { tell(unit, lock) }
        let status = context.conclude(report, "heal")
        let resting = HealText(plan: plan).resting
        context.afterRelease { () throws(FleetError) in
            if !self.context.common.json, let resting { self.context.output.warning(resting) }
        }
        return plan.resting.isEmpty ? status : .unitFailed
    }

    private func tell(_ unit: UnitName, _ lock: HeldLock) {
        let name = AgentName(unit: unit)?.rawValue
        var event = FleetEvent(
            .healResting, home: context.home.path, time: context.time.wallClock(),
            summary:
                "\(name ?? unit.rawValue): heal tried it \(HealTries.most) times within an hour and now lets it rest")
        event.unit = unit.rawValue
        event.agent = name
        event.restart = lock.record.token
        event.next = context.eventCommands().journal(of: unit, lines: 50)
        context.post(event)
    }
}
