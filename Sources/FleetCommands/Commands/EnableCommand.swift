internal import ArgumentParser
internal import FleetKit

/// `mosaic fleet enable`: the fleet comes up at boot.
struct EnableCommand: UnguardedCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable", abstract: "Bring the fleet up at boot.", usage: "mosaic fleet enable",
        discussion: """
            Example: mosaic fleet enable && loginctl enable-linger

            The holder and every agent with autostart. Starts nothing now.
            """)

    @OptionGroup(title: "Common options") var common: CommonOptions

    func run(in context: CommandContext) throws(FleetError) -> ExitStatus {
        let change = try BootLinks(context.roster(), manager: context.manager()).enable()
        try context.show(change, "enable")
        return .done
    }
}

/// `mosaic fleet disable`: the fleet does not come up at boot.
struct DisableCommand: UnguardedCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable", abstract: "Do not bring the fleet up at boot.", usage: "mosaic fleet disable",
        discussion: """
            Example: mosaic fleet disable

            Stops nothing now.
            """)

    @OptionGroup(title: "Common options") var common: CommonOptions

    func run(in context: CommandContext) throws(FleetError) -> ExitStatus {
        let change = try BootLinks(context.roster(), manager: context.manager()).disable()
        try context.show(change, "disable")
        return .done
    }
}

extension CommandContext {
    /// What came of `enable`, `disable` and `init --enable`.
    func show(_ change: BootLinks.Change, _ command: String) throws(FleetError) {
        let linger = common.backend == .fake ? Linger.notNeeded : Linger.look(common.scope.managerScope)
        guard !common.json else {
            return try output.json(BootDocument(change, command: command, linger: linger))
        }
        output.summary(BootText(change, command: command).render())
        guard command != "disable" else { return }
        if let warning = BootText.warning(linger) { output.warning(warning) }
    }
}
