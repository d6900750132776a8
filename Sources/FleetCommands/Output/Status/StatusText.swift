internal import FleetGuard
internal import FleetKit

/// `status` in words: a banner while a restart runs, the table, what is wrong, and a summary line.
struct StatusText {
    let report: StatusReport
    let lock: LockInspection
    var layout = StatusLayout.table
    let style: Style
    /// Seconds since 1970.
    let now: Double

    /// - Parameter width: of the terminal; nil where the text goes elsewhere. On a terminal the table fits, and what is
    ///   in trouble comes first; anywhere else the rows are whole and in the roster's order.
    func render(width: Int? = nil) -> String {
        var parts: [String] = []
        if let banner { parts.append(banner.paint(banner.head) + banner.words) }
        let rows = width == nil ? report.rows : report.worstFirst
        parts += table.lines(rows, width: width).map(\.text)
        let troubles = rows.compactMap { row in Self.remark(row).map { (row, "  \(row.unit): \($0)") } }
        parts += troubles.map { row, words in row.severity == .broken ? style.bad(words) : style.warn(words) }
        parts += rows.compactMap { row in
            guard let freshness = row.freshness else { return nil }
            switch freshness.verdict {
            case .current: return nil
            case .outdated: return style.warn("  \(row.unit): outdated: \(freshness.words)")
            case .unknown: return style.dim("  \(row.unit): cannot tell whether it is outdated: \(freshness.words)")
            }
        }
        if !report.sessions.isEmpty {
            let names = report.sessions.map { Printable.oneLine($0, limit: 40) }.joined(separator: ", ")
            parts.append("  " + style.dim("unmanaged sessions: \(names)"))
        }
        parts.append(report.summary)
        return parts.joined(separator: "\n")
    }

    /// What is wrong with a unit; of one that is down also since when, how it ended, and whose stop that was.
    static func remark(_ row: StatusReport.Row) -> String? {
        // Ends with a command, behind which nothing may stand.
        if row.isOwed { return row.trouble }
        let state = row.state
        let author = row.stop.map { "stopped by \(Printable.oneLine($0.author))" }
        let moment = state.inactiveSince > 0 ? Double(state.inactiveSince) / 1e6 : row.stop?.time
        guard state.isDown, let moment else { return row.trouble }
        let time = LocalTime.ofDayWithDate(moment)
        if let trouble = row.trouble { return "\(trouble), at \(time)" + (author.map { ", \($0)" } ?? "") }
        if let author { return "\(author) at \(time)" }
        guard let exit = state.mainExit, exit.code == 1 else { return "down since \(time)" }
        return "down since \(time), with exit status \(exit.status)"
    }

    private var table: StatusTable { StatusTable(layout: layout, style: style, now: now) }

    /// The restart that is under way, or what is wrong with its lock.
    var banner: (head: String, words: String, paint: (String) -> String)? {
        guard let observation = lock.observation else { return nil }
        let words = LockWords.ownerInFull(observation)
        let operation = LockWords.operation(observation)
        let what = operation.prefix(1).uppercased() + operation.dropFirst()
        switch lock.verdict {
        case .free: return nil
        case .held:
            if lock.owner?.isStopped == true, let pid = observation.record?.pid {
                return ("\(what) is stopped ('fg' in its terminal, or 'kill -CONT \(pid)'): ", words, style.warn)
            }
            let running = LockWords.running(observation)
            return ("\(running.prefix(1).uppercased() + running.dropFirst()): ", words, style.bold)
        case .abandoned:
            return ("\(what) died half-way: ", words + "; the next restart takes over", style.warn)
        case .unreadable:
            return ("T" + words.dropFirst(), "", style.warn)
        case .stalled:
            return ("The lock is \(lock.verdict.rawValue): ", words, style.warn)
        }
    }

    // MARK: A picture

    /// The same as a picture of at most that size, for a watch: what is in trouble first, each with its reason below it,
    /// and where the rows do not all fit, a number for those that are well.
    func picture(_ size: TerminalSize) -> [ScreenLine] {
        let limit = max(1, size.width - 1)
        var top: [ScreenLine] = []
        if let banner {
            top.append(ScreenLine(limit: limit).adding(banner.head, banner.paint).adding(banner.words))
        }
        let rows = report.worstFirst
        let table = table.lines(rows, width: limit)
        top.append(contentsOf: table.prefix(1))
        let bottom = ScreenLine(limit: limit).adding(report.summary, style.bold)
            .adding(", at \(LocalTime.ofDay(now))", style.dim)
        // One row is the cursor's.
        let room = size.height - 1 - top.count - 1
        var body: [ScreenLine] = []
        var shown = 0
        for (row, line) in zip(rows, table.dropFirst()) {
            var lines = [line]
            if let trouble = Self.remark(row) {
                let paint = row.severity == .broken ? style.bad : style.warn
                lines.append(ScreenLine("    ", limit: limit).adding(trouble, paint))
            }
            // The line with the number needs room, too, unless this is the last row.
            guard body.count + lines.count + (shown + 1 < rows.count ? 1 : 0) <= room else { break }
            body += lines
            shown += 1
        }
        if shown < rows.count && room > 0 {
            let rest = StatusReport(rows: Array(rows[shown...])).summary
            body.append(ScreenLine(limit: limit).adding("and \(rows.count - shown) more: \(rest)", style.dim))
        }
        let lines = top + body + [bottom]
        let all = max(1, size.height - 1)
        return lines.count <= all ? lines : Array(([bottom] + top).prefix(all))
    }
}
