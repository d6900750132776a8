internal import FleetGuard
internal import FleetKit

/// Tells on stderr how an operation goes, a line at a time: each phase, each failure, every ten seconds of silence what
/// it waits for, and with `-v` each unit.
final class OperationVoice: ProgressView {
    private let output: Output
    private let lines: GuardVoice
    private let clock = SystemClock()
    private var model = ProgressModel()
    private var lastWord: Duration
    private var isWaitingForIdle = false

    private static let longestSilence = Duration.seconds(10)

    init(_ output: Output) {
        self.output = output
        lines = GuardVoice(output)
        lastWord = clock.now()
    }

    func say(_ event: GuardEvent) { lines.say(event) }

    func waits(_ status: IdleTurns.Status) {
        let now = SystemTime().wallClock()
        let names = OccupiedWords.list(status.occupied, now: now)
        guard !isWaitingForIdle else { return say("still waiting for \(names)") }
        isWaitingForIdle = true
        let end = LocalTime.ofDay(now + status.left.inSeconds)
        // The first look took some of it.
        let left =
            status.left < .seconds(1) ? status.left : .seconds((status.left + .milliseconds(999)).components.seconds)
        say(
            "waiting up to \(DurationText.canonical(left)) (until \(end)) until no agent is busy: \(names)"
        )
    }

    func idleTick() {}

    func idleEnded() { isWaitingForIdle = false }

    func operation(_ event: OperationEvent) {
        model.apply(event, now: clock.now())
        switch event {
        case .planned: break
        case .phaseBegan(let phase, let total): say("\(phase.rawValue): \(total) \(total == 1 ? "unit" : "units")")
        case .phaseEnded(let phase, let took): detail("\(phase.rawValue): done in \(DurationText.human(took))")
        case .sent(let command): detail("\(command)")
        case .finished(let outcome, let phase, let done, let total):
            let line =
                "\(phase.rawValue) \(done)/\(total): \(outcome.unit) \(OutcomeWords.name(of: outcome.result))"
                + " (\(DurationText.human(outcome.duration)))"
            switch outcome.result {
            case .done: detail(line)
            // Not the end of it: the operation resets the limit and sends the command once more.
            case .startLimitHit: say("\(line); resetting its limit and trying again")
            default: say(line)
            }
        case .waiting(let phase, let what): detail("\(phase.rawValue): waiting for \(what)")
        case .warning(let text): output.warning(text)
        case .tick: if clock.now() - lastWord >= Self.longestSilence { saySilence() }
        }
    }

    /// For a log that is being watched: that it still runs, how far it is, and what it waits for.
    private func saySilence() {
        guard let phase = model.phase else { return }
        let busy = model.units.filter(\.state.isUnderWay).map(\.label)
        let names = busy.prefix(5).joined(separator: ", ") + (busy.count > 5 ? " and \(busy.count - 5) more" : "")
        let what = model.waitingFor ?? names
        say(
            "still in \(phase.phase.rawValue) after \(DurationText.human(clock.now() - phase.began)):"
                + " \(phase.done)/\(phase.total)" + (what.isEmpty ? "" : ", waiting for \(what)"))
    }

    private func say(_ text: String) {
        lastWord = clock.now()
        guard !output.isJSON else { return }
        output.note("\(LocalTime.ofDay(SystemTime().wallClock())) \(text)")
    }

    private func detail(_ text: String) { if output.isVerbose { say(text) } }
}
