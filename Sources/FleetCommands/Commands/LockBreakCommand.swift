internal import ArgumentParser
internal import FleetGuard
internal import FleetKit
internal import Glibc

/// `mosaic fleet lock break`: frees the lock, for a human who knows better.
struct LockBreakCommand: UnguardedCommand {
    static let about = CommandConfiguration(
        commandName: "break", abstract: "Break the lock of a restart that does not end.",
        usage: "mosaic fleet lock break [--yes] [--force] [--token UUID]",
        discussion: """
            Example: mosaic fleet lock break --yes

            Rarely needed: a restart takes over from a dead or stalled owner by itself. A living owner notices that it \
            lost the lock and stops; the next restart waits for that.
            """)

    @Flag(help: "Do not ask; required when stdin is not a terminal.") var yes = false

    @Flag(help: "Break the lock even if its owner is alive.") var force = false

    @Option(help: ArgumentHelp("Break the lock only if it still has this token.", valueName: "uuid")) var token: String?

    @OptionGroup(title: "Common options") var common: CommonOptions

    func run(in context: CommandContext) throws(FleetError) -> ExitStatus {
        let wanted = token.flatMap(LockToken.init)
        if let token, wanted == nil {
            throw FleetError(
                .usage, "--token '\(Printable.oneLine(token))' is not a lock token",
                hint: "copy it from 'mosaic fleet lock inspect'")
        }
        let inspection = try context.inspectLock()
        guard let observation = inspection.observation else {
            context.output.summary("There is no lock to break (\(Printable.oneLine(inspection.path))).")
            return try report(inspection, broken: false, in: context)
        }
        if let wanted, observation.record?.token != wanted.rawValue {
            throw FleetError(
                .busy, "the lock \(context.lockPath) does not have the token \(wanted)",
                hint: "check it with 'mosaic fleet lock inspect'")
        }
        let isDead = inspection.isOwnerGone
        if !isDead && !force {
            throw FleetError(
                .busy,
                "\(LockWords.ownerInFull(observation)); the owner is still alive (\(inspection.verdict.rawValue))",
                hint: "wait for it, or add --force to break the lock of a living owner")
        }
        if !common.json && !common.quiet {
            context.output.data(LockInspectionText(inspection: inspection, style: context.output.style).render())
        }
        guard try isConfirmed(in: context) else {
            context.output.summary("Nothing was changed.")
            return .attention
        }
        let store = try context.openLock()
        guard try store.breakLock(observation, on: isDead ? .ownerDead : .forced) else {
            throw FleetError(
                .busy, "the lock \(context.lockPath) changed in the meantime; it was not broken",
                hint: "check it with 'mosaic fleet lock inspect'")
        }
        context.history.broke(observation, inspection.verdict)
        try endCommand(of: observation, in: store, context)
        let rest = isDead ? "" : " Its owner stops at its next step; the next restart waits for that."
        context.output.summary("The lock is broken.\(rest)")
        return try report(inspection, broken: true, in: context)
    }

    /// Of a `lock run` whose owner is dead. A living one ends its command itself when it sees that it lost the lock.
    private func endCommand(
        of observation: LockObservation, in store: FileLockStore, _ context: CommandContext
    ) throws(FleetError) {
        guard observation.record?.isRun == true else { return }
        context.managerPatience = CommandContext.shortPatience
        for why in try Guard.buryDeadRuns(in: store, processes: context.processes, scopes: context.commandScopes) {
            context.output.warning("\(why); the next restart tries again")
        }
    }

    private func isConfirmed(in context: CommandContext) throws(FleetError) -> Bool {
        if yes { return true }
        guard isatty(STDIN_FILENO) == 1 && !common.json else {
            throw FleetError(
                .usage, "breaking the lock \(context.lockPath) must be confirmed, but stdin is not a terminal",
                hint: "add --yes")
        }
        Output.write("Break this lock? [y/N] ", to: STDERR_FILENO)
        let answer = readLine(strippingNewline: true)?.lowercased() ?? ""
        if let interrupted = context.signals.interruption() { throw interrupted }
        return answer == "y" || answer == "yes"
    }

    private func report(
        _ inspection: LockInspection, broken: Bool, in context: CommandContext
    ) throws(FleetError) -> ExitStatus {
        if common.json {
            try context.output.json(["schemaVersion": 1, "broken": broken, "lock": JSONObject.lock(inspection)])
        }
        return .done
    }
}

extension LockInspection {
    /// Nobody can act under this lock any more.
    var isOwnerGone: Bool {
        switch verdict {
        case .free, .abandoned: true
        case .unreadable: observation?.kernelLock == .free
        case .held, .stalled: false
        }
    }
}
