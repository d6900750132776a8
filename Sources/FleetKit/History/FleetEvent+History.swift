internal import FleetGuard

extension FleetEvent {
    /// The event for a record of the history: a restart that did not succeed, or a takeover.
    ///
    /// - Returns: nil if there is no event: an operation that never had the lock did nothing, and the person who typed
    ///   Ctrl-C or broke the lock by hand knows.
    public init?(_ record: HistoryRecord, home: MosaicHome, time: Double, commands: NextCommands) {
        guard let kind = Self.kind(record) else { return nil }
        self.init(kind, home: home.path, time: time, summary: Self.summary(kind, record))
        result = record.result
        restart = record.owner?.token ?? record.token
        who = record.who
        command = Printable.oneLine(record.owner?.command ?? record.command, limit: 1000)
        reason = (record.owner?.reason ?? record.reason).map { Printable.oneLine($0, limit: 1000) }
        next =
            switch kind {
            case .restartFailed, .restartHalted: commands.fleet("history", record.token ?? "last")
            default: commands.fleet("status")
            }
    }

    private static func kind(_ record: HistoryRecord) -> Kind? {
        switch HistoryRecord.Kind(rawValue: record.kind) {
        case .takeover, .eviction: return .takeover
        case .restart where record.token != nil && !record.isWell, .heal where record.token != nil && !record.isWell:
            if record.result.isExactly("evicted") { return .restartEvicted }
            if record.result.isExactly("halted") { return .restartHalted }
            // One that only said that a unit rests has tried nothing.
            let didNothing = record.error == nil && record.units.isEmpty && record.phases.isEmpty
            return record.result.isExactly("interrupted") || didNothing ? nil : .restartFailed
        case .run where record.result.isExactly("evicted"): return .restartEvicted
        default: return nil
        }
    }

    private static func summary(_ kind: Kind, _ record: HistoryRecord) -> String {
        let own = "pid \(record.pid) (\(record.command))"
        switch kind {
        case .takeover:
            let owner = record.owner.map { "pid \($0.pid) (\($0.command))" } ?? "an owner that left no record"
            let far = record.owner?.progress.map { ", in \($0)" } ?? ""
            return "\(own) took over the restart from \(owner), which was \(record.result)\(far)"
        case .restartEvicted: return "\(own) lost its lock to another restart, and stopped"
        case .restartHalted: return "\(own) halted: \(record.error ?? "an agent failed")"
        default:
            let failed = record.units.filter { !$0.outcome.isExactly("done") }.map(\.unit)
            let names = failed.prefix(8).joined(separator: ", ") + (failed.count > 8 ? ", …" : "")
            return "\(own) failed: "
                + (record.error ?? (names.isEmpty ? "exit status \(record.status)" : "not up: \(names)"))
        }
    }
}
