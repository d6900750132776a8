internal import FleetGuard
internal import FleetKit

/// The waiting of one `restart --when-idle`, over all of its turns: what is known of them, and how they are told.
final class IdleGate {
    let turns: IdleTurns
    /// The agent that asked, in the run in which it asked.
    let asker: WhenIdle.Run?
    /// What earlier turns did for named agents, where a later one of them was busy again.
    private(set) var earlier = RestartReport()
    /// The named agents that are left.
    private(set) var remaining: [AgentName]?
    private(set) var isHeldBack = false
    private let context: CommandContext
    private var hasHinted = false

    init(_ options: IdleOptions, in context: CommandContext) throws(FleetError) {
        self.context = context
        let time = context.time
        turns = IdleTurns(
            limit: options.deadline ?? IdleTurns.defaultLimit, onDeadline: options.onDeadline ?? .giveUp,
            wallClock: { time.wallClock() })
        asker = try context.residentUnit.map { unit throws(FleetError) in
            let run = try context.manager().overview(of: [unit]).first?.invocationID ?? ""
            return WhenIdle.Run(unit: unit, invocationID: run)
        }
    }

    /// For the restart's options.
    var whenIdle: WhenIdle {
        var value = WhenIdle(asker: asker)
        value.cutsWork = turns.cutsWork
        return value
    }

    /// - Throws: `.busy` at the deadline; `.interrupted`, `.terminated`; `.noServiceManager`.
    func wait(for restart: RestartOperation) throws(FleetError) {
        isHeldBack = false
        let progress = context.progress
        let supervisor = InterruptibleWait(context.signals) { progress.idleTick() }
        defer { progress.idleEnded() }
        try turns.wait(restart.idleWait(), supervisor: supervisor) { tell($0) }
    }

    private func tell(_ status: IdleTurns.Status) {
        context.progress.waits(status)
        let hint = hasHinted ? nil : OccupiedWords.hint(status.occupied)
        if context.common.json {
            context.output.jsonLine(.waiting(status, hint: hint))
        } else if let hint {
            context.output.note(hint)
        }
        hasHinted = hasHinted || hint != nil
    }

    /// The lock was given back, or is about to be.
    func heldBack(_ report: RestartReport, _ roster: Roster, isWhole: Bool) {
        isHeldBack = true
        turns.heldBack(report.occupied)
        let touched = report.units.map { $0.unit.instance ?? $0.unit.rawValue }
        guard !touched.isEmpty else { return }
        let names = touched.prefix(8).joined(separator: ", ") + (touched.count > 8 ? ", …" : "")
        if isWhole {
            turns.touched = "stopped while idle and started again: \(names)"
            context.output.note("an agent became busy while others were stopped; started again: \(names)")
            return
        }
        earlier.add(report)
        let left = Set(report.notReached.map(\.unit))
        remaining = roster.agents.filter { left.contains($0.unit) }.map(\.name)
        turns.touched = "restarted before that: \(names)" + (report.resume.map { "; to continue: \($0)" } ?? "")
    }
}

/// A wait for agents that a signal ends.
final class InterruptibleWait: JobSupervisor {
    private let signals: SignalWatch
    private let tick: () -> Void

    /// - Parameter tick: shows that the wait goes on.
    init(_ signals: SignalWatch, tick: @escaping () -> Void = {}) {
        self.signals = signals
        self.tick = tick
    }

    var commandDescriptor: CInt? { nil }
    var wakeDescriptors: [CInt] { [signals.wakeDescriptor] }

    func willSend(_ command: UnitCommand) throws(FleetError) {}

    func handle(_ event: JobEvent) throws(FleetError) {
        if let end = signals.interruption() { throw end }
        tick()
    }
}
