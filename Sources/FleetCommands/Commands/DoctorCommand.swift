internal import ArgumentParser
internal import FleetGuard
internal import FleetKit

/// `mosaic fleet doctor`: one line for each thing that the fleet needs.
struct DoctorCommand: UnguardedCommand {
    static let about = CommandConfiguration(
        commandName: "doctor", abstract: "Check that everything the fleet needs is in place.",
        usage: "mosaic fleet doctor [--fix] [--json]",
        discussion: """
            Example: mosaic fleet doctor --fix

            Read-only without --fix; --fix never touches running units. Exit status: 0 no check failed, 1 a check failed.
            """)

    @Flag(help: "Repair what can be repaired safely.") var fix = false

    @OptionGroup(title: "Common options") var common: CommonOptions

    var onlyAnswers: Bool { !fix }

    func run(in context: CommandContext) throws(FleetError) -> ExitStatus {
        var machine = Machine()
        machine.program = try MosaicProgram.running()
        // Connects on first use only, and keeps a failure as a finding.
        let fleet = HealthContext(
            home: context.home, scope: common.scope.managerScope, environment: context.environment,
            usesSystemd: common.backend != .fake, builtInCommands: PluginRunner.builtIns, machine: machine,
            time: context.time, processes: context.processes, connect: { context.examineConnection() })
        let doctor = Doctor()
        let findings = fix ? doctor.treat(fleet) : doctor.examine(fleet)
        try context.output.answer(
            .doctor(findings),
            or: DoctorText(
                findings: findings, style: context.output.style, isQuiet: common.quiet,
                width: context.output.dataWidth
            ).render())
        return Doctor.exitStatus(findings)
    }
}
