/// A text in the OpenMetrics format 1.0.0, which Prometheus and node_exporter's textfile collector read.
public struct OpenMetricsText: Sendable {
    /// The metric type; the raw value is the word of the `# TYPE` line.
    public enum Kind: String, Sendable { case gauge, counter, summary }

    /// Samples of one name. A counter's samples get `_total`; a summary's name their own suffix.
    package struct Family: Sendable {
        var name: String
        var kind: Kind
        var help: String
        /// The base unit, which the name must end in.
        var unit: String?
        var samples: [Sample] = []
    }

    struct Sample: Sendable {
        var suffix: String
        var labels: [(name: String, value: String)]
        var value: Double
    }

    private var families: [Family] = []

    /// Renders as `# EOF` alone until something is added.
    public init() {}

    /// - Parameters:
    ///   - name: without `mosaic_fleet_` and without `_total`.
    ///   - samples: labels and value of each; none: the family is left out, since nothing is known of it.
    public mutating func add(
        _ kind: Kind, _ name: String, unit: String? = nil, help: String,
        _ samples: [(labels: [(name: String, value: String)], value: Double)]
    ) {
        guard !samples.isEmpty else { return }
        let suffix = kind == .counter ? "_total" : ""
        families.append(
            Family(
                name: "mosaic_fleet_" + name, kind: kind, help: help, unit: unit,
                samples: samples.map { Sample(suffix: suffix, labels: $0.labels, value: $0.value) }))
    }

    /// How often something took place, and what it took together.
    package mutating func addSummary(_ name: String, unit: String, help: String, count: Double, sum: Double) {
        families.append(
            Family(
                name: "mosaic_fleet_" + name, kind: .summary, help: help, unit: unit,
                samples: [
                    Sample(suffix: "_count", labels: [], value: count), Sample(suffix: "_sum", labels: [], value: sum),
                ]))
    }

    /// With `# EOF` and a line end.
    package func render() -> String {
        var lines: [String] = []
        for family in families {
            lines.append("# TYPE \(family.name) \(family.kind.rawValue)")
            if let unit = family.unit { lines.append("# UNIT \(family.name) \(unit)") }
            lines.append("# HELP \(family.name) \(Self.escaped(family.help))")
            for sample in family.samples {
                let labels = sample.labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",")
                lines.append(
                    family.name + sample.suffix + (labels.isEmpty ? "" : "{\(labels)}")
                        + " \(Self.number(sample.value))")
            }
        }
        return lines.joined(separator: "\n") + (lines.isEmpty ? "" : "\n") + "# EOF\n"
    }

    static func escaped(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result.append(contentsOf: "\\\\".unicodeScalars)
            case "\"": result.append(contentsOf: "\\\"".unicodeScalars)
            case "\n": result.append(contentsOf: "\\n".unicodeScalars)
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    /// Whole numbers without a fraction.
    static func number(_ value: Double) -> String {
        if let whole = Int64(exactly: value) { return "\(whole)" }
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return "\(value)"
    }
}
