internal import ArgumentParser
internal import FleetGuard
internal import FleetKit

/// `mosaic fleet enable`: the fleet comes up at boot.
struct EnableCommand: UnguardedCommand {
    static let about = CommandConfiguration(
        commandName: "enable", abstract: "Start the fleet at boot.", usage: "mosaic fleet enable [--heal DUR]",
        discussion: """
            Example: mosaic fleet enable --heal 2m && loginctl enable-linger

            Enables the holder and every agent with autostart. Starts nothing now.
            """)

    @Option(duration: "Run 'mosaic fleet heal' at this interval from now on.", "1m", "2m", "5m", "15m")
    var heal: Duration?

    @OptionGroup(title: "Common options") var common: CommonOptions

    func validate() throws {
        if let heal, heal < FleetInstaller.shortestHeal || heal > .seconds(86_400) {
            throw ValidationError("--heal must be from 10s to 1d")
        }
    }

    func run(in context: CommandContext) throws(FleetError) -> ExitStatus {
        let change = try BootLinks(context.roster(), manager: context.manager()).enable()
        if let heal { try context.enableHeal(every: heal) }
        try context.show(change, "enable", heal: context.healInterval())
        return .done
    }
}

/// `mosaic fleet disable`: the fleet does not start at boot.
struct DisableCommand: UnguardedCommand {
    static let about = CommandConfiguration(
        commandName: "disable", abstract: "Do not start the fleet at boot.", usage: "mosaic fleet disable",
        discussion: """
            Example: mosaic fleet disable

            Stops nothing now. Removes the timer of 'mosaic fleet enable --heal'.
            """)

    @OptionGroup(title: "Common options") var common: CommonOptions

    func run(in context: CommandContext) throws(FleetError) -> ExitStatus {
        let healed = try context.disableHeal()
        let change = try BootLinks(context.roster(), manager: context.manager()).disable()
        try context.show(change, "disable")
        if healed, !common.json { context.output.summary("Removed the heal timer.") }
        return .done
    }
}

extension CommandContext {
    /// What came of `enable`, `disable` and `init --enable`.
    func show(_ change: BootLinks.Change, _ command: String, heal: Duration? = nil) throws(FleetError) {
        let linger = common.backend == .fake ? Linger.notNeeded : Linger.look(common.scope.managerScope)
        guard !common.json else {
            return try output.json(.boot(change, command: command, linger: linger, heal: heal))
        }
        output.summary(BootText(change: change, command: command).render())
        if let heal {
            output.summary(
                "Healed every \(DurationText.canonical(heal)): failed units are restarted (\(FleetInstaller.healTimer))."
            )
        }
        guard command != "disable" else { return }
        if let warning = BootText.warning(linger) { output.warning(warning) }
    }
}
