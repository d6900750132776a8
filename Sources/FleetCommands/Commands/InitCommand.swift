internal import ArgumentParser
internal import FleetGuard
internal import FleetKit

/// `mosaic fleet init`: writes the roster and the units, and renews them after the roster was edited.
struct InitCommand: UnguardedCommand {
    static let mayLackHome = true

    static let about = CommandConfiguration(
        commandName: "init", abstract: "Write the roster and the systemd units, or renew them.",
        usage: "mosaic fleet init [--force] [--enable]",
        discussion: """
            Example: mosaic fleet init && $EDITOR ~/.config/mosaic/fleet/roster.toml && mosaic fleet init

            Files that mosaic did not write, or that were changed since, are left alone. Nothing is started or restarted.
            """)

    @Flag(help: "Replace files that were changed outside mosaic; a copy is kept.") var force = false

    @Flag(help: "Start the fleet at boot, as 'mosaic fleet enable' does.") var enable = false

    @OptionGroup(title: "Common options") var common: CommonOptions

    func run(in context: CommandContext) throws(FleetError) -> ExitStatus {
        var installer = try context.installer(force: force)
        let isNew = try context.home.place() == nil
        let abandoned = try installer.abandonedHomes()
        try context.keepRunning(&installer)
        let changes = try installer.install()
        if isNew { context.output.note("created the mosaic home \(Printable.oneLine(context.home.path))") }
        for home in abandoned {
            context.output.note(
                "took over the units of the mosaic home \(Printable.oneLine(home)), which no longer exists")
        }
        let needsReload = changes.contains { $0.action.isChange && $0.path != context.home.rosterPath }
        var reloadProblem: FleetError?
        if needsReload {
            do throws(FleetError) {
                try context.manager().reload()
            } catch {
                // What was written stays written; say it before the error ends the command.
                reloadProblem = error
            }
            if reloadProblem == nil { try context.followEvents(changes) }
        }
        let boot =
            enable && reloadProblem == nil
            ? try BootLinks(context.roster(), manager: context.manager()).enable() : nil
        var remarks: [String] = []
        var manual: Set<AgentName> = []
        if let roster = try context.rosterFile() {
            manual = Set(roster.agents.filter { !$0.autostart }.map(\.name))
            let gone = changes.filter { $0.action == .removed }.compactMap(\.agent) + installer.running
            remarks = try context.rosterRemarks(roster)
            if let remark = try context.unmanagedRemark(beside: roster, besides: gone) { remarks.append(remark) }
        }
        if let remark = try context.leftRemark(installer.running) { remarks.append(remark) }
        if common.json {
            try context.output.json(
                .installation(
                    changes, reloaded: needsReload && reloadProblem == nil, warnings: remarks, enabled: boot?.enabled))
        } else {
            for remark in remarks { context.output.warning(remark) }
            context.output.summary(
                InstallText(
                    changes: changes, style: context.output.style, isVerbose: common.verbose, manual: manual,
                    running: installer.running
                ).render())
        }
        if let boot, !common.json { try context.show(boot, "enable") }
        if var problem = reloadProblem {
            problem.message = "the files are written, but systemd has not read them: \(problem.message)"
            throw problem
        }
        return .done
    }
}
