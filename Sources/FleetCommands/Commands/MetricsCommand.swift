internal import ArgumentParser
internal import FleetGuard
internal import FleetKit

/// `mosaic fleet metrics`: the fleet in numbers, in the OpenMetrics format. Never waits.
struct MetricsCommand: UnguardedCommand {
    static let about = CommandConfiguration(
        commandName: "metrics", abstract: "Print metrics of the fleet for Prometheus.",
        usage: "mosaic fleet metrics [--output FILE]",
        discussion: """
            Example: mosaic fleet metrics --output /var/lib/node_exporter/mosaic_fleet.prom

            OpenMetrics, also for node_exporter's textfile collector. Exit status: 0 printed, 69 printed without the units, \
            because no service manager answers.
            """)

    @Option(
        help: ArgumentHelp(
            "Replace FILE in one step (a regular file, or a new one), mode 0644; -: standard output.", valueName: "file"
        ),
        completion: .file())
    var output: String?

    @OptionGroup(title: "Common options") var common: CommonOptions

    var onlyAnswers: Bool { true }

    func validate() throws {
        if common.json { throw ValidationError("metrics cannot print JSON; use 'mosaic fleet status --json'") }
    }

    func run(in context: CommandContext) throws(FleetError) -> ExitStatus {
        context.managerPatience = CommandContext.shortPatience
        var report: StatusReport?
        var outdated: Int?
        var problem: FleetError?
        do throws(FleetError) {
            let roster = try context.roster()
            let manager = try context.manager()
            report = try StatusReport.read(roster, from: manager)
            outdated = try OutdatedUnits.find(roster, manager: manager).count { $0.unit != roster.holder.unit }
        } catch {
            guard error.code == .noServiceManager else { throw error }
            problem = error
        }
        let lock = try context.inspectLock()
        if var marked = report {
            context.markDebts(in: &marked, lock)
            report = marked
        }
        var resting: Int?
        if let now = BootTime.now() { resting = try HealFile(home: context.home).read().resting(at: now).count }
        var metrics = FleetMetrics(
            report: report, outdated: outdated, isLocked: lock.verdict == .held || lock.verdict == .stalled,
            resting: resting, totals: try HistoryFile(home: context.home.path).totals())
        metrics.owed = report?.rows.count { $0.isOwed && $0.role == .agent }
        let text = metrics.text.render()
        if let output, !output.isExactly("-") {
            try PublishedFile.replace(output, text)
        } else {
            context.output.data(String(text.dropLast()))
        }
        if let problem { throw problem }
        return .done
    }
}
