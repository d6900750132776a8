internal import ArgumentParser
internal import FleetGuard
internal import FleetKit

/// `mosaic fleet status`: the fleet in one table. Never writes, never waits.
struct StatusCommand: UnguardedCommand {
    static let about = CommandConfiguration(
        commandName: "status", abstract: "Show the holder and the agents.",
        usage: "mosaic fleet status [AGENT…] [--state STATE] [-o wide] [--watch[=DUR]]",
        discussion: """
            Example: mosaic fleet status --watch

            Exit status: 0 all are active, 3 a unit is not active or not in the roster.
            """)

    static let optionalValues = [OptionalValue(name: "--watch", value: .number, usual: "2s")]

    @Argument(help: ArgumentHelp("Agents to show; none: the whole fleet.", valueName: "agent"), completion: .agents)
    var agents: [String] = []

    @Option(
        name: .customLong("state"),
        help: ArgumentHelp("Only units in this state, such as failed; may be repeated.", valueName: "condition"),
        completion: .list(StatusReport.Condition.allCases.map(\.rawValue)), transform: Self.condition)
    var states: [StatusReport.Condition] = []

    @Option(
        duration: "Update live until q or Ctrl-C; poll at least every DUR. (default: 2s)", "1s", "2s", "5s", "30s")
    var watch: Duration?

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("Columns; wide shows more of them.", valueName: "form"))
    var layout: StatusLayout = .table

    @OptionGroup(title: "Common options") var common: CommonOptions

    var onlyAnswers: Bool { true }

    static var plain: Self? {
        var command = Self()
        command.agents = []
        command.states = []
        command.watch = nil
        command.layout = .table
        command.common = .plain
        return command
    }

    @Sendable private static func condition(_ text: String) throws -> StatusReport.Condition {
        if let condition = StatusReport.Condition(rawValue: text) { return condition }
        let known = StatusReport.Condition.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("unknown state '\(text)'; use one of \(known)")
    }

    func validate() throws {
        if let watch, watch < .milliseconds(100) {
            throw ValidationError("--watch must be at least 100ms")
        }
    }

    /// Each unit's settings and files: more than all the rest.
    var isFull: Bool { common.json || layout == .wide }

    func run(in context: CommandContext) throws(FleetError) -> ExitStatus {
        let roster = try context.roster()
        if let watch { return try StatusWatch(command: self, context: context, interval: watch).run() }
        // A tmux client takes longer than all the rest, so a script that asks for JSON asks for that, too (-o wide).
        let probe = common.json && layout != .wide ? nil : try context.holderProbe()
        let members = try NamedMembers(agents, in: context)
        let isWhole = members.units.isEmpty && members.sessions.isEmpty
        var report = try StatusReport.read(
            roster, agents: isWhole ? members.agents : nil, from: try context.manager(), probe: probe,
            withCPU: isFull, freshness: isFull ? context.freshness : nil)
        if !isWhole { report = report.only(members.agents ?? [], members.units, members.sessions) }
        let lock = try context.complete(&report, states, StopAuthor(HistoryFile(home: context.home.path)))
        if common.json {
            try context.output.json(.status(report, lock: lock, heal: context.knownHealInterval))
        } else {
            let text = StatusText(
                report: report, lock: lock, layout: layout, style: context.output.style, now: context.time.wallClock())
            context.output.data(text.render(width: context.output.dataWidth))
            if let heal = context.knownHealInterval {
                context.output.data("Healed every \(DurationText.canonical(heal)) (\(FleetInstaller.healTimer)).")
            }
            // For a person; not for a script or a cron job's mail.
            if context.output.dataWidth != nil, let next = try nextStep(report, context) {
                context.output.summary(next)
            }
        }
        return report.exitStatus
    }

    /// Of the unit in the worst trouble; nil when none is broken.
    private func nextStep(_ report: StatusReport, _ context: CommandContext) throws(FleetError) -> String? {
        guard let row = report.worstFirst.first(where: { $0.severity == .broken }) else { return nil }
        let commands = try context.nextCommands()
        if row.role == .unmanaged { return "Next: stop it with: \(commands.fleet("stop", row.agent?.rawValue ?? ""))" }
        // Its own line says what to type.
        if row.isOwed { return nil }
        if row.state.isNotFound { return "Next: write the units with: \(commands.fleet("init"))" }
        return "Next: see why with: \(commands.journal(of: row.unit, lines: 50))"
    }
}

extension StatusLayout: ExpressibleByArgument {}
