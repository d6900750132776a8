internal import ArgumentParser
internal import FleetGuard
internal import FleetKit

/// `mosaic fleet lock inspect`: who owns the fleet's restart, and what a restart would do now. Never writes.
struct LockInspectCommand: UnguardedCommand {
    static let about = CommandConfiguration(
        commandName: "inspect", abstract: "Show who owns the fleet's restart.",
        usage: "mosaic fleet lock inspect [--json]",
        discussion: "Example: mosaic fleet lock inspect\n\nExit status: 0 when the lock is free, 3 when there is one.")

    @OptionGroup(title: "Common options") var common: CommonOptions

    static var plain: Self? {
        var command = Self()
        command.common = .plain
        return command
    }

    func run(in context: CommandContext) throws(FleetError) -> ExitStatus {
        let inspection = try context.inspectLock()
        if common.json {
            try context.output.json(LockInspectionDocument(inspection))
        } else {
            context.output.data(LockInspectionText(inspection, style: context.output.style).render())
        }
        return inspection.verdict == .free ? .done : .attention
    }
}

extension CommandContext {
    /// The lock as it is, judged as a restart that is started now would.
    func inspectLock() throws(FleetError) -> LockInspection {
        let settings: Roster.GuardSettings
        do throws(FleetError) {
            settings = try guardSettings()
        } catch {
            // A broken roster must not prevent an inspection of the lock.
            output.warning("\(error.message); the defaults of [guard] are shown")
            settings = Roster.GuardSettings()
        }
        return try LockInspector(
            store: openLockForReading(), path: lockPath, time: time, processes: processes,
            policy: WaitPolicy(settings)
        ).inspect()
    }
}
