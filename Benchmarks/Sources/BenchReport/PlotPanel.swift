internal import Glibc

/// One diagram of the plot.
struct PlotPanel {
    struct Curve {
        let title: String
        let colour: String
        var isDashed = false
        /// Agents and seconds.
        let points: [(size: Int, seconds: Double)]
    }

    let title: String
    let left: Double
    let curves: [Curve]

    private let top = 50.0
    private let width = 380.0
    private let height = 300.0
    private var bottom: Double { top + height }

    /// Whole decades around all points, in powers of ten of seconds.
    private var decades: ClosedRange<Int> {
        let times = curves.flatMap { $0.points.map(\.seconds) }.filter { $0 > 0 }
        let low = Int(floor(log10(times.min() ?? 0.001)))
        return low...max(low + 1, Int(ceil(log10(times.max() ?? 1))))
    }

    private func x(_ size: Double) -> Double { left + width * log(size / 15) / log(1300.0 / 15) }

    private func y(_ seconds: Double) -> Double {
        let low = Double(decades.lowerBound)
        return bottom - height * (log10(seconds) - low) / (Double(decades.upperBound) - low)
    }

    var svg: String {
        let head = #"<text x="\#(left)" y="30" font-size="16" font-weight="bold">\#(title)</text>"#
        return ([head] + axes + guides + curves.map(picture) + legend).joined(separator: "\n")
    }

    private var axes: [String] {
        var parts = decades.map { power -> String in
            let height = y(pow(10, Double(power)))
            return line(left, height, left + width, height, "#d1d5db")
                + #"<text x="\#(left - 8)" y="\#(Self.text(height + 4))" text-anchor="end">\#(Self.label(power))</text>"#
        }
        for size in GrowthLine.sizes {
            let place = Self.text(x(Double(size)))
            parts.append(
                line(x(Double(size)), top, x(Double(size)), bottom, "#e5e7eb")
                    + #"<text x="\#(place)" y="\#(bottom + 20)" text-anchor="middle">\#(size)</text>"#)
        }
        let middle = left + width / 2
        parts.append(#"<text x="\#(middle)" y="\#(bottom + 40)" text-anchor="middle">agents</text>"#)
        return parts
    }

    /// Through each first point in proportion to the number of agents.
    private var guides: [String] {
        guard let first = curves.first?.points.first else { return [] }
        let end = min(1000, Double(first.size) * pow(10, Double(decades.upperBound)) / first.seconds)
        let height = first.seconds * end / Double(first.size)
        return [
            line(x(Double(first.size)), y(first.seconds), x(end), y(height), "#9ca3af", #" stroke-dasharray="1 4""#)
        ]
    }

    private func picture(_ curve: Curve) -> String {
        let places = curve.points.map { (x(Double($0.size)), y($0.seconds)) }
        let path = places.map { "\(Self.text($0.0)),\(Self.text($0.1))" }.joined(separator: " ")
        let dash = curve.isDashed ? #" stroke-dasharray="6 4""# : ""
        let dots = places.map {
            #"<circle cx="\#(Self.text($0.0))" cy="\#(Self.text($0.1))" r="3.5" fill="\#(curve.colour)"/>"#
        }
        return #"<polyline points="\#(path)" fill="none" stroke="\#(curve.colour)" stroke-width="2"\#(dash)/>"#
            + dots.joined()
    }

    private var legend: [String] {
        var rows = curves.map {
            ($0.title, $0.colour, $0.isDashed ? #" stroke-width="2" stroke-dasharray="6 4""# : #" stroke-width="2""#)
        }
        rows.append(("in proportion to the agents", "#9ca3af", #" stroke-dasharray="1 4""#))
        return rows.enumerated().map { index, row in
            let height = bottom + 62 + Double(index) * 18
            return line(left, height - 4, left + 28, height - 4, row.1, row.2)
                + #"<text x="\#(left + 36)" y="\#(height)">\#(row.0)</text>"#
        }
    }

    private func line(
        _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ colour: String, _ more: String = ""
    ) -> String {
        let ends = "x1=\"\(Self.text(x1))\" y1=\"\(Self.text(y1))\" x2=\"\(Self.text(x2))\" y2=\"\(Self.text(y2))\""
        return #"<line \#(ends) stroke="\#(colour)"\#(more)/>"#
    }

    /// Ten to this power, in seconds.
    private static func label(_ power: Int) -> String {
        switch power {
        case ..<(-3): "\(Int(pow(10, Double(power + 6)))) µs"
        case ..<0: "\(Int(pow(10, Double(power + 3)))) ms"
        default: "\(Int(pow(10, Double(power)))) s"
        }
    }

    private static func text(_ number: Double) -> String { Figure.digits(number, 1) }
}
