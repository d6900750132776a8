internal import FleetKit

/// `status --watch`: the fleet as it changes, until a signal ends it or nobody reads any more.
///
/// The manager's own signals say when to look again, so a change is seen at once and nothing is asked for nothing;
/// every interval it looks anyway, for what no signal tells (memory, a lost one).
struct StatusWatch {
    let context: CommandContext
    /// nil: the whole fleet.
    let agents: [AgentName]?
    /// Only units in one of these; none: all.
    let states: [StatusReport.Condition]
    let interval: Duration
    let layout: StatusLayout

    /// Changes come in crowds; this is what the eye needs between two pictures.
    private static let calm = Duration.milliseconds(100)

    /// - Returns: what `status` says of the last look, when nobody reads any more; after a signal its own status.
    func run() throws(FleetError) -> ExitStatus {
        let manager = try context.manager()
        let roster = try context.roster()
        let units = try StatusReport.read(roster, agents: agents, from: manager).rows.map(\.unit)
        let clock = SystemClock()
        let view = view()
        defer { view.end() }
        let supervisor = WatchSupervisor(view: view, signals: context.signals)
        var flaps = FlapMemory()
        var status = ExitStatus.done
        do throws(FleetError) {
            while view.isWanted {
                // The first call begins to listen, before the first look: nothing falls in between.
                _ = try manager.waitForChange(of: units, atMost: interval, supervisor: supervisor)
                var report = try StatusReport.read(roster, agents: agents, from: manager)
                flaps.mark(&report, now: clock.now())
                report = report.only(states)
                status = report.exitStatus
                try view.show(report, lock: context.inspectLock())
                clock.sleep(for: Self.calm)
            }
        } catch {
            if let end = context.signals.interruption() { return end.exitStatus }
            if view.isWanted { throw error }
        }
        return status
    }

    private func view() -> any StatusView {
        if context.common.json { return StatusStream(output: context.output) }
        guard let area = context.output.drawableData(context.environment, context.signals) else {
            return StatusLog(output: context.output, layout: layout, time: context.time)
        }
        return StatusScreen(
            area: area, style: context.output.style, layout: layout, time: context.time, signals: context.signals)
    }
}

/// Shows one look at the fleet after the other.
protocol StatusView: AnyObject {
    /// False when nobody reads any more.
    var isWanted: Bool { get }
    func show(_ report: StatusReport, lock: LockInspection) throws(FleetError)
    /// Between two looks: the terminal may have another size by now.
    func redraw()
    /// What is shown stays; whatever comes next stands below it.
    func end()
}

extension StatusView {
    func redraw() {}
    func end() {}
}

/// Looks at the signals, the terminal and the reader while the watch waits.
private final class WatchSupervisor: JobSupervisor {
    private let view: any StatusView
    private let signals: SignalWatch

    init(view: any StatusView, signals: SignalWatch) {
        self.view = view
        self.signals = signals
    }

    var commandDescriptor: CInt? { nil }

    func willSend(_ command: UnitCommand) throws(FleetError) {}

    func handle(_ event: JobEvent) throws(FleetError) {
        if let end = signals.interruption() { throw end }
        guard view.isWanted else { throw FleetError(.interrupted, "nobody reads the watch any more", hint: "") }
        view.redraw()
    }
}
