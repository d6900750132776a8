internal import FleetGuard
internal import FleetKit
internal import Glibc

/// `status --watch`: the fleet as it changes, until a signal, `q`, or a reader that closes its end.
///
/// The manager's signals say when to look again, so a change is seen at once; every interval it looks anyway, for what
/// no signal tells (memory, a lost one).
struct StatusWatch {
    let command: StatusCommand
    let context: CommandContext
    let interval: Duration

    /// - Returns: what `status` says of the last look; after a signal its own status.
    func run() throws(FleetError) -> ExitStatus {
        let roster = try context.roster()
        let agents = try roster.selection(command.agents)
        let manager = try context.manager()
        let units = try StatusReport.read(roster, agents: agents, from: manager).rows.map(\.unit)
        let authors = StopAuthor(HistoryFile(home: context.home.path))
        let clock = SystemClock()
        let view = view
        defer { view.end() }
        let supervisor = WatchSupervisor(view: view, signals: context.signals)
        var flaps = FlapMemory()
        var status = ExitStatus.done
        var last: StatusReport?
        do throws(FleetError) {
            while true {
                // The first call begins to listen, before the first look: nothing falls in between.
                _ = try manager.waitForChange(of: units, atMost: interval, supervisor: supervisor)
                var report = try StatusReport.read(
                    roster, agents: agents, from: manager, withCPU: command.isFull,
                    freshness: command.layout == .wide ? context.freshness : nil)
                flaps.mark(&report, now: clock.now())
                let lock = try context.complete(&report, command.states, authors)
                status = report.exitStatus
                try view.show(report, lock: lock)
                let isNew = report.withoutConsumption != last
                last = report.withoutConsumption
                try supervisor.pause(afterNews: isNew, atMost: interval)
            }
        } catch {
            if let end = context.signals.interruption() { return end.exitStatus }
            if view.isWanted { throw error }
        }
        return status
    }

    private var view: any StatusView {
        let output = context.output
        if context.common.json { return StatusStream(output: output) }
        guard let area = output.drawableData(context.signals) else {
            return StatusLog(output: output, layout: command.layout, time: context.time)
        }
        return StatusScreen(area: area, style: output.style, layout: command.layout, time: context.time)
    }
}

/// Looks at the signals, the keys, the terminal and the reader while the watch waits.
final class WatchSupervisor: JobSupervisor {
    private let view: any LiveView
    private let signals: SignalWatch
    private var calm = WatchSupervisor.shortestCalm

    /// Changes come in crowds: between two looks there is at least this long. Looks that find nothing new double it.
    private static let shortestCalm = Duration.milliseconds(100)
    private static let longestCalm = Duration.seconds(1)

    init(view: any LiveView, signals: SignalWatch) {
        self.view = view
        self.signals = signals
    }

    var commandDescriptor: CInt? { nil }
    var wakeDescriptors: [CInt] { [signals.wakeDescriptor] + (view.keys?.wakeDescriptors ?? []) }

    func willSend(_ command: UnitCommand) throws(FleetError) {}

    func handle(_ event: JobEvent) throws(FleetError) {
        if let end = signals.interruption() { throw end }
        view.keys?.read()
        guard view.isWanted else {
            throw FleetError(.interrupted, "the watch has ended", hint: "")
        }
        view.redraw()
    }

    /// Waits until the next look; a signal or `q` ends the wait, and the watch with it.
    func pause(afterNews isNew: Bool, atMost interval: Duration = longestCalm) throws(FleetError) {
        calm = isNew ? Self.shortestCalm : min(calm * 2, Self.longestCalm)
        let clock = SystemClock()
        let end = clock.now() + min(calm, interval)
        while true {
            try handle(.tick)
            let left = end - clock.now()
            guard left > .zero else { return }
            var wanted = wakeDescriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            // Rounded up: less than a millisecond must not become a busy loop.
            poll(&wanted, nfds_t(wanted.count), CInt(clamping: min(left, .milliseconds(200)).wholeMilliseconds + 1))
        }
    }
}

extension StatusReport {
    /// Memory and CPU time change at every look, which alone is no news.
    var withoutConsumption: StatusReport {
        var report = self
        for index in report.rows.indices {
            report.rows[index].state.memory = nil
            report.rows[index].state.cpu = nil
        }
        return report
    }
}
