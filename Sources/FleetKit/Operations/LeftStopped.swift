/// What a restart that did not end has left stopped, read from its progress.
public enum LeftStopped {
    /// The outcome word of a stop that was about to be sent: written *before* it, so that a crash between the two is
    /// seen as well.
    static let sent = "sent"

    /// Units that were to be stopped and did not come up again afterwards.
    public static func units(in events: [ProgressEvent]) -> Set<UnitName> {
        var left: Set<UnitName> = []
        for event in events {
            // A name that is none can only come from a damaged record; there is nothing to start again then.
            guard let text = event.unit, let unit = try? UnitName(text) else { continue }
            switch event.phase {
            case OperationPhase.drain.rawValue: left.insert(unit)
            case OperationPhase.start.rawValue, OperationPhase.restart.rawValue:
                if event.outcome == OutcomeWords.name(of: .done) { left.remove(unit) }
            default: break
            }
        }
        return left
    }
}
