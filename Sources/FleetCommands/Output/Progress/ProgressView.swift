internal import FleetGuard
internal import FleetKit

/// How a command shows what it does while it runs.
protocol ProgressView: OperationObserver {
    func say(_ event: GuardEvent)
    /// Those have changed who are waited for, before the lock is asked for.
    func waits(_ status: IdleTurns.Status)
    /// Nothing new in that wait; at least every 250 ms.
    func idleTick()
    func idleEnded()
}

/// The view that fits: drawn in place on a terminal, a line at a time anywhere else.
///
/// Chosen at the first event, because a restart from inside the fleet finds out only then that its terminal may end.
final class ProgressVoice: ProgressView {
    private let output: Output
    private let signals: SignalWatch
    private var chosen: (any ProgressView)?

    init(_ output: Output, signals: SignalWatch) {
        self.output = output
        self.signals = signals
    }

    func operation(_ event: OperationEvent) { view.operation(event) }
    func say(_ event: GuardEvent) { view.say(event) }
    func waits(_ status: IdleTurns.Status) { view.waits(status) }
    // A wait that never was needs no view.
    func idleTick() { chosen?.idleTick() }
    func idleEnded() { chosen?.idleEnded() }

    private var view: any ProgressView {
        if let chosen { return chosen }
        let view: any ProgressView =
            if let area = output.drawableErrors(signals) {
                LiveProgress(output, area: area, style: output.errorStyle)
            } else {
                OperationVoice(output)
            }
        chosen = view
        return view
    }
}
