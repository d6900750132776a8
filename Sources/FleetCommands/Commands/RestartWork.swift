internal import FleetGuard
internal import FleetKit

/// One `restart` over all of its turns: the operation is made once, and what a turn learns goes into its options.
final class RestartWork: GuardedWork {
    /// The agents that were named; nil: the whole fleet.
    let selection: [AgentName]?
    let restart: RestartOperation
    private let command: RestartCommand
    private let context: CommandContext
    private let roster: Roster
    /// The waiting of `--when-idle`; nil before it begins.
    private var gate: IdleGate?

    /// - Throws: `.noSuchUnit`, `.usage`, `.badRoster`, `.noServiceManager`.
    init(_ command: RestartCommand, in context: CommandContext) throws(FleetError) {
        self.command = command
        self.context = context
        roster = try context.roster()
        selection = try roster.selection(command.agents)
        restart = RestartOperation(
            manager: try context.manager(), roster: roster, options: try command.options(selection, roster),
            surroundings: try context.surroundings())
    }

    func request() throws(FleetError) -> LockRequest {
        // Without the holder it is a restart of agents, whichever they turn out to be under the lock.
        let isOfAgents = command.isRolling || command.onlyOutdated
        let agents = selection ?? (isOfAgents ? roster.agents.map(\.name) : nil)
        return LockRequest(
            scope: LockScope(agents), command: context.commandLine, reason: command.guardOptions.reason,
            maxHold: try restart.longestTime())
    }

    func contended() throws(FleetError) {
        // One that has waited for agents before has it from then.
        if restart.options.wish == nil { try takeWish() }
    }

    func awaitTurn() throws(FleetError) {
        guard command.idle.whenIdle else { return }
        let isFirst = gate == nil
        let gate: IdleGate
        if let known = self.gate { gate = known } else { gate = try IdleGate(command.idle, in: context) }
        self.gate = gate
        learn(from: gate)
        if isFirst {
            if command.guardOptions.noWait {
                let inspect = try context.nextCommands().fleet("lock", "inspect")
                try context.refuseWhileLocked(hint: "wait for it, or inspect it with '\(inspect)'")
            }
            if try restart.occupied().isEmpty { return }
            // Before the wait: what others restart meanwhile need not be restarted again.
            try takeWish()
        }
        try gate.wait(for: restart)
    }

    var wantsAnotherTurn: Bool { gate?.isHeldBack ?? false }

    func run(holding lock: HeldLock) throws(FleetError) -> ExitStatus {
        if let gate { learn(from: gate) }
        // They may have been written during the wait.
        if !restart.options.unwritten.isEmpty { try leaveUnwritten() }
        var report = try restart.run(holding: lock)
        if let gate {
            guard report.occupied.isEmpty else {
                gate.heldBack(report, roster, isWhole: restart.options.isWhole)
                return .busy
            }
            report.add(gate.earlier)
        }
        return context.conclude(report, "restart", waited: gate?.turns)
    }

    private func learn(from gate: IdleGate) {
        restart.options.whenIdle = gate.whenIdle
        if let remaining = gate.remaining { restart.options.agents = remaining }
        // Not again in a later turn, once something was restarted.
        if !gate.earlier.units.isEmpty { restart.options.rolling?.canary = nil }
    }

    /// - Returns: the agents that are left alone because they have no unit.
    @discardableResult func leaveUnwritten() throws(FleetError) -> [AgentName] {
        let agents = try context.unwrittenAgents()
        restart.options.unwritten = Set(agents)
        return agents
    }

    private func takeWish() throws(FleetError) {
        let wish = try restart.wish()
        // Also without a join a stop that came after the wish counts.
        restart.options.wish = command.join ? wish : wish.withoutRuns
    }
}
