internal import FleetGuard
internal import FleetKit

/// `lock inspect` for people: one line per fact, the verdict first.
struct LockInspectionText {
    let inspection: LockInspection
    let style: Style

    func render() -> String {
        var lines = [line("Lock", Printable.oneLine(inspection.path))]
        lines.append(line("Verdict", "\(verdict), because \(inspection.evidence)"))
        if let record = inspection.observation?.record { lines += owner(record) }
        for owner in inspection.evicted {
            let state = owner.observation.kernelLock == .held ? "it has not stopped yet" : "it is gone"
            lines.append(line("Evicted", "\(LockWords.owner(owner.observation)) (\(owner.name)): \(state)"))
        }
        lines.append(line("A restart", "would \(inspection.next)"))
        if let advice { lines.append(line("Next", advice)) }
        return lines.joined(separator: "\n")
    }

    private var verdict: String {
        let word = inspection.verdict.rawValue
        switch inspection.verdict {
        case .free: return style.good(word)
        case .held: return style.bold(word)
        case .abandoned, .stalled, .unreadable: return style.warn(word)
        }
    }

    private func owner(_ record: LockRecord) -> [String] {
        var lines = [line("Owner", "pid \(record.pid), \(Printable.oneLine(record.command))")]
        if let status = inspection.owner {
            let word =
                switch status.liveness {
                case .alive: status.isStopped ? "stopped" : "alive"
                case .gone: "gone"
                case .unknowable: "unknown"
                }
            lines.append(line("Process", "\(word): \(inspection.ownerEvidence ?? "")"))
            if !status.commands.isEmpty {
                let pids = status.commands.map(String.init).joined(separator: ", ")
                lines.append(line("Commands", "process \(pids) of the owner still holds the lock"))
            }
        }
        lines.append(line("Scope", record.scope.words))
        lines.append(line("Reason", record.reason.map { Printable.oneLine($0) } ?? "none given"))
        lines.append(line("Host", "\(Printable.oneLine(record.host)), user \(record.uid)"))
        lines.append(line("Since", "\(Printable.oneLine(record.acquiredAt)), \(LockWords.since(record))"))
        if let plan = record.maxHold {
            lines.append(line("Plan", "may take up to \(DurationText.canonical(plan))"))
        }
        if let age = inspection.stampAge {
            lines.append(line("Progress", "last \(DurationText.human(.seconds(clamping: max(0, age)))) ago"))
        }
        let events = inspection.observation?.events ?? []
        if let last = events.latest { lines.append(line("Phase", LockWords.count(last))) }
        let units = LockInspectionText.completed(events)
        if !units.isEmpty { lines.append(line("Completed", units.joined(separator: ", "))) }
        lines.append(line("Token", Printable.oneLine(record.token)))
        lines.append(line("Mutex", record.mutex.rawValue))
        return lines
    }

    /// Units that an event says are done, in order, each with its phase.
    static func completed(_ events: [ProgressEvent]) -> [String] {
        events.compactMap { event in
            guard let unit = event.unit, let outcome = event.outcome, event.done != nil else { return nil }
            return "\(Printable.oneLine(unit)) (\(Printable.oneLine(event.phase)): \(Printable.oneLine(outcome)))"
        }
    }

    private var advice: String? {
        switch inspection.verdict {
        case .free, .abandoned: nil
        case .held where inspection.owner?.isStopped == true:
            "continue the owner: 'fg' in its terminal, or 'kill -CONT \(inspection.observation?.record?.pid ?? 0)'"
        case .held: "nothing to do: the owner is working; 'mosaic fleet status' shows the fleet"
        case .stalled: "'mosaic fleet restart' takes over; 'mosaic fleet lock break' only frees the lock"
        case .unreadable: "look at the file; 'mosaic fleet lock break' removes it"
        }
    }

    private func line(_ label: String, _ text: String) -> String {
        style.dim(String(repeating: " ", count: 10 - label.count) + label + ": ") + text
    }
}
