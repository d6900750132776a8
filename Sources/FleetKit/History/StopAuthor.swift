package import FleetGuard

/// Which user's `stop` took a unit down, and when, as far as the history shows. systemd knows no author, and where nothing refers
/// to a unit that is down it forgets the time, too.
package final class StopAuthor {
    private struct End: Hashable {
        var unit: UnitName
        /// Microseconds since 1970; 0 where systemd has forgotten it.
        var moment: UInt64
    }

    private let history: HistoryFile
    /// What was found, so that a watch reads the file only when another unit went down.
    private var found: [End: StatusReport.Stop] = [:]
    /// A unit is down a little before the operation that stopped it is written down as ended, and by systemd's clock
    /// reading.
    private static let tolerance = 2.0
    /// Of the history's file. What lies further back was followed by so much that nothing is said.
    private static let lines = 300

    package init(_ history: HistoryFile) { self.history = history }

    /// Adds to each row that is down who stopped it, where the history tells.
    /// - Throws: `.unsafeHome`, `.io`: the history cannot be read; the report is as it was.
    package func add(to report: inout StatusReport) throws(FleetError) {
        let ends = report.rows.map { row in
            row.state.isDown && row.state.loadState == "loaded"
                ? End(unit: row.unit, moment: row.state.inactiveSince) : nil
        }
        // Its next end is another one.
        for row in report.rows where !row.state.isDown { found[End(unit: row.unit, moment: 0)] = nil }
        let unknown = ends.compactMap(\.self).filter { found[$0] == nil }
        if !unknown.isEmpty { try look(for: unknown) }
        for (index, end) in ends.enumerated() { report.rows[index].stop = end.flatMap { found[$0] } }
    }

    private func look(for ends: [End]) throws(FleetError) {
        var query = History.Query()
        query.units = Set(ends.map(\.unit.rawValue))
        query.lines = Self.lines
        let records = try History.read(history, query).records
        for end in ends { found[end] = stop(of: end, in: records) }
    }

    private func stop(of end: End, in records: [HistoryRecord]) -> StatusReport.Stop? {
        func touches(_ record: HistoryRecord) -> Bool {
            record.isOperation && record.units.contains { $0.unit.utf8.elementsEqual(end.unit.rawValue.utf8) }
        }
        func isStop(_ record: HistoryRecord) -> Bool {
            record.kind.utf8.elementsEqual(HistoryRecord.Kind.stop.rawValue.utf8)
        }
        // Where systemd has forgotten the time: the last that was done to the unit, if that was a stop.
        guard end.moment > 0 else {
            guard let last = records.last(where: touches), isStop(last), let time = Timestamp.parse(last.endedAt) else {
                return nil
            }
            return .init(author: Self.author(of: last), time: time)
        }
        let moment = Double(end.moment) / 1e6
        return records.last { record in
            guard isStop(record), touches(record), let from = Timestamp.parse(record.startedAt),
                let to = Timestamp.parse(record.endedAt)
            else { return false }
            return from - Self.tolerance <= moment && moment <= to + Self.tolerance
        }.map { .init(author: Self.author(of: $0), time: moment) }
    }

    private static func author(of record: HistoryRecord) -> String { record.who ?? "user \(record.uid)" }
}
