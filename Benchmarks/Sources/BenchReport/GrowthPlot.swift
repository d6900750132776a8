/// The growth of the times with the number of agents, as a picture: status on the left, restarts on the right, both axes
/// logarithmic, so that a line which rises as the thin ones do is proportional.
struct GrowthPlot {
    private let lines: [GrowthLine]
    private let machine: String

    init(_ lines: [GrowthLine], machine: String) {
        self.lines = lines
        self.machine = machine
    }

    private static let colours = [
        "show": "#6b7280", "two-calls": "#6b7280", "status": "#1d4ed8", "no-drain": "#1d4ed8", "phases": "#b45309",
        "one-batch": "#047857",
    ]

    var svg: String {
        let status = PlotPanel(
            title: "Asking for the state: median time", left: 70, curves: curves(["show", "status"], own: "status"))
        let restart = PlotPanel(
            title: "Restarting the whole fleet: median time", left: 530,
            curves: curves(["two-calls", "phases", "no-drain", "one-batch"], own: "no-drain"))
        return """
            <svg xmlns="http://www.w3.org/2000/svg" width="960" height="540" viewBox="0 0 960 540" \
            font-family="sans-serif" font-size="13" fill="#111827">
            <rect width="960" height="540" fill="#ffffff"/>
            \(status.svg)
            \(restart.svg)
            \(caption.joined(separator: "\n"))
            </svg>

            """
    }

    /// The machine is one line, what ran on it another.
    private var caption: [String] {
        machine.split(separator: ";", maxSplits: 1).enumerated().map { index, words in
            let text = Self.escaped(String(words.drop { $0 == " " }))
            return ##"<text x="70" y="\##(516 + 16 * index)" font-size="12" fill="#4b5563">\##(text)</text>"##
        }
    }

    private func curves(_ names: [String], own: String) -> [PlotPanel.Curve] {
        var curves: [PlotPanel.Curve] = []
        for name in names {
            guard let line = lines.first(where: { $0.series == name }) else { continue }
            let colour = Self.colours[name] ?? "#111827"
            curves.append(.init(title: line.title, colour: colour, points: line.points.map { ($0.size, $0.wall) }))
            guard name == own else { continue }
            curves.append(
                .init(
                    title: "of this, the processor's time of mosaic itself", colour: colour, isDashed: true,
                    points: line.points.compactMap { point in point.own.map { (point.size, $0) } }))
        }
        return curves
    }

    private static func escaped(_ text: String) -> String {
        String(text.flatMap { ["&": "&amp;", "<": "&lt;", ">": "&gt;"][$0] ?? String($0) })
    }
}
