internal import FleetKit

/// Tells on stderr how an operation goes, a line at a time: each phase, each failure, and with `-v` each unit.
final class OperationVoice: OperationObserver {
    private let output: Output

    init(_ output: Output) { self.output = output }

    func operation(_ event: OperationEvent) {
        switch event {
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
        case .tick: break
        }
    }

    private func say(_ text: String) {
        guard !output.isJSON else { return }
        output.note("\(LocalTime.ofDay(SystemTime().wallClock())) \(text)")
    }

    private func detail(_ text: String) { if output.isVerbose { say(text) } }
}
