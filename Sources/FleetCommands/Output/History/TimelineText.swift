internal import FleetGuard
internal import FleetKit

/// A timeline for a terminal: a line for each unit, as wide as the terminal and no wider.
struct TimelineText {
    let timeline: Timeline
    let width: Int
    let style: Style

    private static let shortestBar = 10
    private static let longestLabel = 24
    /// Above the numbers at the end of the rows.
    private static let endTitle = "READY"

    func render() -> String {
        let labels = timeline.rows.map { fitted($0.label) }
        let labelWidth = labels.map(\.count).max() ?? 0
        let ends = timeline.rows.map { $0.isWell ? time($0.end) : $0.outcome }
        let endWidth = max(Self.endTitle.count, ends.map { TextColumns.of($0) }.max() ?? 0)
        // Blank, bar between two rims, blank, time.
        let barWidth = max(Self.shortestBar, width - labelWidth - endWidth - 5)
        var lines = [
            style.dim(String(repeating: " ", count: labelWidth + barWidth + 4) + Self.endTitle)
        ]
        for ((row, label), end) in zip(zip(timeline.rows, labels), ends) {
            let name = label.padded(to: labelWidth)
            lines.append(
                "\(row.isWell ? name : style.bad(name)) |\(bar(row, barWidth))| " + (row.isWell ? end : style.bad(end)))
        }
        lines.append(String(repeating: " ", count: labelWidth + 1) + scale(barWidth))
        lines.append(legend)
        return lines.joined(separator: "\n")
    }

    /// The newest part of a cell counts; the shortest bar has one cell.
    private func bar(_ row: Timeline.Row, _ width: Int) -> String {
        var cells: [(mark: Character, part: Timeline.Part?)] = Array(repeating: (" ", nil), count: width)
        for bar in row.bars {
            let from = min(width - 1, cell(bar.from, width))
            let to = min(width, max(from + 1, cell(bar.to, width)))
            for index in from..<to { cells[index] = (bar.part.mark, bar.part) }
            if bar.failure != nil { cells[to - 1] = ("!", nil) }
        }
        guard style.isColored else { return String(cells.map(\.mark)) }
        return cells.map { cell in
            guard let part = cell.part else { return cell.mark == "!" ? style.bad("!") : String(cell.mark) }
            return paint(String(cell.mark), part)
        }.joined()
    }

    private func paint(_ text: String, _ part: Timeline.Part) -> String {
        switch part {
        case .wait: style.dim(text)
        case .stop: style.warn(text)
        case .holder: style.bold(text)
        case .settle, .verify: style.dim(text)
        case .restart, .start, .command: style.good(text)
        }
    }

    private func cell(_ milliseconds: Int64, _ width: Int) -> Int {
        min(
            width,
            max(0, Int(clamping: (Double(milliseconds) / Double(timeline.milliseconds) * Double(width)).rounded())))
    }

    private func fitted(_ label: String) -> String {
        label.count <= Self.longestLabel ? label : label.prefix(Self.longestLabel - 1) + "~"
    }

    private func time(_ milliseconds: Int64) -> String { DurationText.human(.milliseconds(milliseconds)) }

    private func scale(_ width: Int) -> String {
        let end = time(timeline.milliseconds)
        return "0" + String(repeating: " ", count: max(1, width - end.count)) + end
    }

    private var legend: String {
        var entries = timeline.parts.map { "\(paint(String($0.mark), $0)) \($0.rawValue)" }
        if timeline.rows.contains(where: { $0.bars.contains { $0.failure != nil } }) { entries.append("! failed") }
        return entries.joined(separator: "  ")
    }
}
