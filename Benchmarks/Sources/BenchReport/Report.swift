internal import FoundationEssentials

/// The table, in three forms.
struct Report {
    let machine: String
    let rows: [Row]
    let growth: [GrowthLine]

    private static let head = ["measure", "N", "value", "reference", "", "ratio", "goal", "met"]

    private var cells: [[String]] {
        rows.map { row in
            let unit = row.measure.unit
            let isRatio = row.measure.reference != nil
            return [
                row.measure.title, row.measure.size.map { "\($0)" } ?? "",
                row.value.map { Figure.text($0, unit) } ?? "no figure",
                row.reference.map { Figure.text($0, unit) } ?? "", row.measure.reference?.title ?? "",
                row.ratio.map { Figure.digits($0, 2) } ?? "",
                row.measure.goal.map { "≤ " + (isRatio ? Figure.digits($0, 2) : Figure.text($0, unit)) } ?? "",
                row.isMet.map { $0 ? "yes" : "no" } ?? "",
            ]
        }
    }

    /// For a terminal.
    var text: String {
        let table = [Self.head] + cells.map { $0.map { $0.filter { $0 != "`" } } }
        let widths = Self.head.indices.map { column in table.map { $0[column].count }.max() ?? 0 }
        let lines = table.map { line in
            var text = ""
            for (cell, width) in zip(line, widths) where width > 0 {
                text += cell + String(repeating: " ", count: width - cell.count + 2)
            }
            while text.last == " " { text.removeLast() }
            return text
        }
        return ([machine] + lines + [summary]).joined(separator: "\n")
    }

    private var summary: String {
        let judged = rows.filter { $0.isMet != nil }
        guard !judged.isEmpty else { return "\(rows.count { $0.value != nil }) figures; nothing was judged" }
        return "\(judged.count { $0.isMet == true }) of \(judged.count) goals met"
    }

    /// For docs/performance.md.
    var markdown: String {
        func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
        let lines = [line(Self.head.map { $0.isEmpty ? "which is" : $0 }), line(Self.head.map { _ in "---" })]
        return "\(machine)\n\n" + (lines + cells.map(line)).joined(separator: "\n") + "\n\n\(summary)\n"
    }

    var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(ReportDocument(self)), as: UTF8.self) + "\n"
        }
    }
}

/// A number as people read it.
enum Figure {
    static func text(_ value: Double, _ unit: Measure.Unit) -> String {
        switch unit {
        case .count: digits(value, 0)
        case .times: digits(value, 2)
        case .bytes: digits(value / 1_048_576, 1) + " MiB"
        case .seconds where value < 0.001: digits(value * 1e6, 0) + " µs"
        case .seconds where value < 0.1: digits(value * 1e3, value < 0.01 ? 2 : 1) + " ms"
        case .seconds where value < 1: digits(value * 1e3, 0) + " ms"
        case .seconds: digits(value, 2) + " s"
        }
    }

    static func digits(_ value: Double, _ count: Int) -> String {
        var power = 1.0
        for _ in 0..<count { power *= 10 }
        let scaled = Int((value.magnitude * power).rounded())
        let fraction = String(scaled % Int(power))
        let whole = (value < 0 && scaled > 0 ? "-" : "") + String(scaled / Int(power))
        guard count > 0 else { return whole }
        return whole + "." + String(repeating: "0", count: count - fraction.count) + fraction
    }
}
