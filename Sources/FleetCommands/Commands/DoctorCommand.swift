internal import ArgumentParser
internal import FleetKit

/// `mosaic fleet doctor`: one line for each thing that the fleet needs.
struct DoctorCommand: UnguardedCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Look whether everything that the fleet needs is right.",
        usage: "mosaic fleet doctor [--fix] [--json]",
        discussion: """
            Example: mosaic fleet doctor --fix

            Changes nothing without --fix, and nothing that runs with it. Exit status: 0 all is well, or there are \
            warnings only; 1 a check failed.
            """)

    @Flag(help: "Repair what can be repaired without harm.") var fix = false

    @OptionGroup(title: "Common options") var common: CommonOptions

    func run(in context: CommandContext) throws(FleetError) -> ExitStatus {
        let fleet = try context.healthContext()
        let doctor = Doctor()
        let findings = fix ? doctor.treat(fleet) : doctor.examine(fleet)
        if common.json {
            try context.output.json(DoctorDocument(findings))
        } else {
            context.output.data(DoctorText(findings, style: context.output.style, isQuiet: common.quiet).render())
        }
        return Doctor.exitStatus(findings)
    }
}

extension CommandContext {
    /// What the doctor looks at. Connects on first use only, and keeps a failure as a finding.
    func healthContext() throws(FleetError) -> HealthContext {
        var machine = Machine()
        machine.program = try MosaicProgram.running()
        return HealthContext(
            home: home, scope: common.scope.managerScope, environment: environment,
            usesSystemd: common.backend != .fake, builtInCommands: PluginRunner.builtIns, machine: machine, time: time,
            processes: processes,
            connect: { self.examineConnection() })
    }
}
