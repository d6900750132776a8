internal import FleetGuard

/// Records the times of an operation's steps, as it reports them, for the history.
package final class OperationTimeline: OperationObserver {
    private let clock: any OperationClock
    private let begin: Duration
    /// Since when the lock is waited for; nil: it is not.
    private var wanted: Duration?
    private var waited = Duration.zero
    /// The last owner that was waited for.
    package var waitedFor: HistoryRecord.Party?
    private var phases: [HistoryRecord.Span] = []
    private var phaseBegan: Duration?
    private var spans: [UnitName: [HistoryRecord.Span]] = [:]
    private var order: [UnitName] = []
    private var outcomes: [UnitName: String] = [:]
    private var open: [UnitName: (what: String, since: Duration)] = [:]

    /// The clock runs from here.
    package init(clock: any OperationClock = SystemClock()) {
        self.clock = clock
        begin = clock.now()
        wanted = begin
    }

    /// What comes next is no wait for the lock, but one for agents (`--when-idle`).
    package func waitsForAgents() { wanted = nil }

    package func lockWanted() { wanted = clock.now() }

    package func lockAcquired() {
        if let wanted { waited += clock.now() - wanted }
        wanted = nil
    }

    package func operation(_ event: OperationEvent) {
        let now = clock.now()
        switch event {
        case .phaseBegan: phaseBegan = now
        case .phaseEnded(let phase, _):
            phases.append(HistoryRecord.Span(phase.rawValue, from: since(phaseBegan ?? now), to: since(now)))
        case .sent(let command):
            guard command.verb != .resetFailed else { return }
            open[command.unit] = (command.verb.rawValue, now)
            if spans[command.unit] == nil {
                spans[command.unit] = []
                order.append(command.unit)
            }
        case .finished(let outcome, let phase, _, _): finished(outcome, phase, now)
        case .planned, .waiting, .warning, .tick: break
        }
    }

    /// Brings what is known into the record: the times, the wait, the phases, the units.
    package func complete(_ record: inout HistoryRecord) {
        let end = clock.now()
        record.milliseconds = since(end)
        record.waited = (waited + (wanted.map { end - $0 } ?? .zero)).wholeMilliseconds
        record.waitedFor = waitedFor
        record.phases = phases
        record.units = order.map { unit in
            var all = spans[unit] ?? []
            if let (what, start) = open[unit] {
                all.append(HistoryRecord.Span(what, from: since(start), to: since(end), outcome: "unfinished"))
            }
            return HistoryRecord.Unit(
                unit: unit.rawValue, outcome: open[unit] == nil ? outcomes[unit] ?? "done" : "unfinished", spans: all)
        }
    }

    private func finished(_ outcome: UnitOutcome, _ phase: OperationPhase, _ now: Duration) {
        let unit = outcome.unit
        guard outcome.command.verb != .resetFailed else { return }
        if spans[unit] == nil { order.append(unit) }
        let word = OutcomeWords.name(of: outcome.result)
        // Without a command of ours: the holder's restart took it along, or it fell while it was watched; in a rolling
        // restart since its own restart, which is in the same phase.
        let watched = phase == .restart ? spans[unit]?.last.map { ("verify", begin + .milliseconds($0.to)) } : nil
        let (what, start) = open.removeValue(forKey: unit) ?? watched ?? (phase.rawValue, phaseBegan ?? now)
        spans[unit, default: []].append(
            HistoryRecord.Span(what, from: since(start), to: since(now), outcome: word))
        outcomes[unit] = word
    }

    private func since(_ time: Duration) -> Int64 { max(0, (time - begin).wholeMilliseconds) }
}

/// Tells two observers the same.
package final class ObserverPair: OperationObserver {
    private let first: any OperationObserver
    private let second: any OperationObserver

    package init(_ first: any OperationObserver, _ second: any OperationObserver) {
        self.first = first
        self.second = second
    }

    package func operation(_ event: OperationEvent) {
        first.operation(event)
        second.operation(event)
    }
}
