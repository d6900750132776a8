internal import FleetGuard
internal import FleetKit

/// The picture of an operation under way: a pure function of the model, the terminal's size and the time.
struct ProgressFrame {
    let model: ProgressModel
    let size: TerminalSize
    let now: Duration
    let style: Style

    /// A column less than the terminal has: a full line would leave the cursor in doubt.
    private var limit: Int { max(1, size.width - 1) }

    /// The first line is the whole operation; then a line for each unit. Where they do not all fit, what is done and
    /// then what waits become a number in the last line.
    func lines() -> [ScreenLine] {
        var lines = [headline]
        if let what = model.waitingFor, !what.isEmpty {
            lines.append(ScreenLine("  waiting: ", limit: limit).adding(what, style.dim))
        }
        // The cursor needs a line of its own.
        let room = size.height - 1 - lines.count
        guard room > 0 else { return Array(lines.prefix(max(1, size.height - 1))) }
        guard model.units.count > room else { return lines + model.units.map(row) }
        let shown = visible(room - 1)
        return lines + shown.map { row(model.units[$0]) } + [rest(without: Set(shown))]
    }

    // MARK: The whole

    private var headline: ScreenLine {
        var line = ScreenLine(limit: limit)
        let elapsed = DurationText.ticking(now - (model.began ?? now))
        guard let phase = model.phase else {
            return line.adding("begins", style.bold).adding("  \(elapsed)")
        }
        // A watch has nothing to count: its units are all up, until one falls.
        let count = phase.phase == .verify ? "" : " \(phase.done)/\(phase.total)"
        line.add(phase.phase.rawValue + count, style.bold)
        let fraction = model.fraction(now: now)
        let percent = "\(Int(clamping: fraction * 100))%"
        let start = max(15, line.columns + 1)
        let bar = min(50, limit - start - 6 - 2 - elapsed.count)
        if bar >= 5 { line = line.padded(to: start).adding(Self.bar(fraction, width: bar), style.good) }
        line.add(percent, right: 6)
        line.add("  \(elapsed)")
        return line
    }

    static func bar(_ fraction: Double, width: Int) -> String {
        let inner = max(1, width - 2)
        let full = max(0, min(inner, Int(clamping: fraction * Double(inner))))
        let head = full > 0 && full < inner ? ">" : full == inner ? "=" : ""
        let blank = String(repeating: " ", count: inner - full)
        return "[" + String(repeating: "=", count: max(0, full - 1)) + head + blank + "]"
    }

    // MARK: The units

    private func row(_ unit: ProgressModel.Unit) -> ScreenLine {
        var line = ScreenLine("  ", limit: limit)
        let names = model.units.map { $0.label.count }.max() ?? 0
        // Blanks, the longest state, the time.
        let width = min(names, max(4, limit - 2 - 2 - 10 - 9))
        line.add(TextColumns.cut(unit.label, to: width))
        line = line.padded(to: 2 + width + 2)
        if let words = slowStop(unit) { return line.adding(words, paint(unit.state)) }
        line.add(unit.state.rawValue, paint(unit.state))
        let time = time(of: unit)
        if !time.isEmpty {
            line = line.padded(to: 2 + width + 2 + 10)
            line.add(time, right: 7)
        }
        if !unit.note.isEmpty { line.add("  \(Printable.oneLine(unit.note))", style.dim) }
        return line
    }

    /// `stopping, 14 s of 90`: of one that uses its time, such as an agent that saves its work.
    private func slowStop(_ unit: ProgressModel.Unit) -> String? {
        guard unit.state == .stopping, let since = unit.since, let bound = unit.stopTimeout else { return nil }
        let seconds = max(0, (now - since).wholeMilliseconds) / 1000
        return seconds < Self.slow ? nil : "stopping, \(seconds) s of \(bound.wholeMilliseconds / 1000)"
    }

    /// Most agents end within this many seconds.
    private static let slow = 2

    private func time(of unit: ProgressModel.Unit) -> String {
        if let took = unit.took { return DurationText.human(took) }
        return unit.since.map { DurationText.ticking(now - $0) } ?? ""
    }

    private func paint(_ state: ProgressModel.State) -> (String) -> String {
        switch state {
        case .active: style.good
        case .failed, .flapping: style.bad
        case .stopping, .starting, .restarting: style.warn
        case .waiting, .stopped: style.dim
        }
    }

    /// Places of the units to show, in their order: what failed, then what is under way, then what waits.
    private func visible(_ room: Int) -> [Int] {
        guard room > 0 else { return [] }
        func rank(_ unit: ProgressModel.Unit) -> Int {
            unit.state.isBad ? 0 : unit.state.isUnderWay ? 1 : unit.state == model.goal ? 3 : 2
        }
        let ranked = model.units.indices.sorted { (rank(model.units[$0]), $0) < (rank(model.units[$1]), $1) }
        return ranked.prefix(room).sorted()
    }

    /// `and 150 more: 120 active, 30 waiting`.
    private func rest(without shown: Set<Int>) -> ScreenLine {
        let rest = model.units.indices.filter { !shown.contains($0) }.map { model.units[$0].state }
        let words = rest.grouped { $0 }.sorted { $0.elements.count > $1.elements.count }
            .map { "\($0.elements.count) \($0.key.rawValue)" }
        return ScreenLine("  ", limit: limit)
            .adding("and \(rest.count) more: \(words.joined(separator: ", "))", style.dim)
    }
}
