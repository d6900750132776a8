internal import FleetGuard
internal import FleetKit

/// A timeline as a picture that stands alone: no script, no font, nothing from elsewhere.
struct TimelineSVG {
    let timeline: Timeline
    let title: String
    let subtitle: String

    private static let width = 960
    private static let row = 24
    /// Above the first row, with one line below the title.
    private static let firstTop = 92
    private static let lineHeight = 18
    private static let labelWidth = 190
    /// Room for the longest outcome (`start-limit-hit`).
    private static let timeWidth = 128
    private var barWidth: Int { Self.width - Self.labelWidth - Self.timeWidth - 24 }
    /// Whole, whatever its length: it says why the restart was asked for.
    private var subtitles: [String] { TextColumns.wrap(subtitle, to: 120) }
    private var top: Int { Self.firstTop + Self.lineHeight * max(0, subtitles.count - 1) }
    private var bottom: Int { top + timeline.rows.count * Self.row }

    func render() -> String {
        let height = bottom + 64
        var lines = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(Self.width)\" height=\"\(height)\" "
                + "viewBox=\"0 0 \(Self.width) \(height)\" role=\"img\">",
            "<title>\(Self.escaped(title))</title>",
            "<style>\(Self.style)</style>",
            "<rect class=\"page\" width=\"100%\" height=\"100%\"/>",
            text(24, 34, title, "title"),
        ]
        for (index, line) in subtitles.enumerated() {
            lines.append(text(24, 58 + index * Self.lineHeight, line, "quiet"))
        }
        lines.append(text(Self.width - Self.timeWidth, top - 10, "ready after", "quiet"))
        lines += grid
        for (index, row) in timeline.rows.enumerated() { lines += render(row, top + index * Self.row) }
        lines += legend
        lines.append("</svg>")
        return lines.joined(separator: "\n") + "\n"
    }

    private func render(_ row: Timeline.Row, _ y: Int) -> [String] {
        var lines = [text(24, y + 16, fitted(row.label, 22), row.isWell ? "" : "bad", hint: row.unit)]
        for bar in row.bars {
            let left = x(bar.from)
            let width = max(1.5, x(bar.to) - left)
            let took = DurationText.human(.milliseconds(bar.to - bar.from))
            let words = "\(row.label): \(bar.part.rawValue) \(took)" + (bar.failure.map { ", \($0)" } ?? "")
            lines.append(
                "<rect class=\"\(bar.failure == nil ? bar.part.rawValue : "failed")\" x=\"\(Self.number(left))\" "
                    + "y=\"\(y + 4)\" width=\"\(Self.number(width))\" height=\"\(Self.row - 8)\" rx=\"2\">"
                    + "<title>\(Self.escaped(words))</title></rect>")
        }
        let end = row.isWell ? DurationText.human(.milliseconds(row.end)) : row.outcome
        lines.append(
            text(
                Self.width - Self.timeWidth, y + 16, fitted(end, 18), row.isWell ? "quiet" : "bad",
                hint: row.isWell ? "" : end))
        return lines
    }

    /// Five lines at most, at round times.
    private var grid: [String] {
        let powers = sequence(first: Int64(1)) { $0 * 10 }.prefix(13)
        let steps = powers.flatMap { [$0, $0 * 2, $0 * 5] }
        let step = steps.first { $0 * 5 >= timeline.milliseconds } ?? timeline.milliseconds
        return stride(from: 0, through: timeline.milliseconds, by: Int(step)).flatMap { time in
            let left = Self.number(x(Int64(time)))
            return [
                "<line class=\"grid\" x1=\"\(left)\" y1=\"\(top - 4)\" x2=\"\(left)\" y2=\"\(bottom + 4)\"/>",
                "<text class=\"quiet tick\" x=\"\(left)\" y=\"\(bottom + 20)\">"
                    + "\(DurationText.human(.milliseconds(time)))</text>",
            ]
        }
    }

    private var legend: [String] {
        var left = Self.labelWidth
        let hasFailed = timeline.rows.contains { $0.bars.contains { $0.failure != nil } }
        return (timeline.parts.map(\.rawValue) + (hasFailed ? ["failed"] : [])).flatMap { name in
            defer { left += 34 + name.count * 8 }
            return [
                "<rect class=\"\(name)\" x=\"\(left)\" y=\"\(bottom + 36)\" width=\"12\" height=\"12\" rx=\"2\"/>",
                text(left + 18, bottom + 46, name, "quiet"),
            ]
        }
    }

    private func x(_ milliseconds: Int64) -> Double {
        Double(Self.labelWidth) + Double(milliseconds) / Double(timeline.milliseconds) * Double(barWidth)
    }

    private func text(_ x: Int, _ y: Int, _ words: String, _ name: String, hint: String = "") -> String {
        let title = hint.isEmpty ? "" : "<title>\(Self.escaped(hint))</title>"
        return "<text class=\"\(name)\" x=\"\(x)\" y=\"\(y)\">\(Self.escaped(words))\(title)</text>"
    }

    private func fitted(_ text: String, _ limit: Int) -> String {
        text.count <= limit ? text : text.prefix(limit - 1) + "…"
    }

    /// One digit after the point.
    private static func number(_ value: Double) -> String {
        let tenths = Int(clamping: (value * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }

    /// No file's text becomes markup, nor a character that XML has not.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in Printable.oneLine(text, limit: 400).unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static let style = """
        text{font:13px system-ui,sans-serif;fill:#1f2328}.title{font-size:17px;font-weight:600}.quiet{fill:#59636e}\
        .bad{fill:#cf222e;font-weight:600}.tick{text-anchor:middle}.page{fill:#fff}.grid{stroke:#d1d9e0}\
        .wait{fill:#d1d9e0}.stop{fill:#d4a72c}.holder{fill:#8250df}.settle{fill:#a5b4fc}.restart{fill:#1a7f37}.start{fill:#2da44e}\
        .command{fill:#2da44e}.verify{fill:#aceebb}.failed{fill:#cf222e}\
        @media(prefers-color-scheme:dark){text{fill:#f0f6fc}.quiet{fill:#9198a1}.page{fill:#0d1117}\
        .grid{stroke:#3d444d}.wait{fill:#3d444d}.bad{fill:#ff7b72}.verify{fill:#1a7f37}.settle{fill:#4c5aa8}}
        """
}
