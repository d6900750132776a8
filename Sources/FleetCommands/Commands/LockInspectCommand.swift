internal import ArgumentParser
internal import FleetGuard
internal import FleetKit

/// `mosaic fleet lock inspect`: who owns the fleet's restart, and what a restart would do now. Never writes.
struct LockInspectCommand: UnguardedCommand {
    static let about = CommandConfiguration(
        commandName: "inspect", abstract: "Show which process holds the lock.",
        usage: "mosaic fleet lock inspect [--json]",
        discussion: "Example: mosaic fleet lock inspect\n\nExit status: 0 if the lock is free, 3 if it is taken.")

    @OptionGroup(title: "Common options") var common: CommonOptions

    var onlyAnswers: Bool { true }

    static var plain: Self? {
        var command = Self()
        command.common = .plain
        return command
    }

    func run(in context: CommandContext) throws(FleetError) -> ExitStatus {
        let inspection = try context.inspectLock()
        try context.output.answer(
            .lock(inspection),
            or: LockInspectionText(inspection: inspection, style: context.output.style).render())
        return inspection.verdict == .free ? .done : .attention
    }
}
