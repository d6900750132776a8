internal import FoundationEssentials

/// Everything that was measured, by name: `status/200`, `show/200`, …
struct Measurements {
    struct Series {
        /// One for each run: seconds, bytes or a count.
        var values: [Double] = []
        /// Of commands: the seconds that the processor worked for them (user and system), the manager's not included.
        var own: [Double] = []
    }

    private var series: [String: Series] = [:]

    /// Reads and joins every file of the folder.
    init(in folder: String) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() where name.hasSuffix(".json") {
            let content = try Data(contentsOf: URL(filePath: folder + "/" + name))
            do {
                if name.hasSuffix(".jmh.json") {
                    add(try JSONDecoder().decode([LibraryResult].self, from: content))
                } else {
                    add(try JSONDecoder().decode(CommandExport.self, from: content))
                }
            } catch { throw BadReport("\(folder)/\(name) cannot be read: \(error)") }
        }
    }

    /// nil where nothing was measured.
    subscript(_ name: String) -> Series? { series[name] }

    /// hyperfine's `--export-json`; the other programs here write the same.
    private struct CommandExport: Decodable {
        struct Result: Decodable {
            let command: String
            let times: [Double]
            let user: Double?
            let system: Double?
        }
        let results: [Result]
    }

    private mutating func add(_ export: CommandExport) {
        for result in export.results {
            series[result.command, default: Series()].values += result.times
            if let user = result.user, let system = result.system {
                series[result.command, default: Series()].own.append(user + system)
            }
        }
    }

    /// The benchmark library's export in the form of JMH.
    private struct LibraryResult: Decodable {
        struct Metric: Decodable {
            let scoreUnit: String
            let rawData: [[Double]]
        }
        let benchmark: String
        let secondaryMetrics: [String: Metric]
    }

    private mutating func add(_ results: [LibraryResult]) {
        for result in results {
            // package.benchmark.GuardBenchmarks.101_guard-c
            let name = result.benchmark.split(separator: "_", maxSplits: 1).last.map(String.init) ?? ""
            for metric in result.secondaryMetrics.values where metric.scoreUnit == "μs" {
                series[name, default: Series()].values += metric.rawData.joined().map { $0 / 1e6 }
            }
        }
    }
}

extension [Double] {
    /// nil of nothing.
    func percentile(_ percent: Double) -> Double? {
        guard !isEmpty else { return nil }
        let place = Double(count - 1) * percent / 100
        let sorted = sorted()
        let below = Int(place)
        let above = Swift.min(below + 1, count - 1)
        return sorted[below] + (sorted[above] - sorted[below]) * (place - Double(below))
    }

    var median: Double? { percentile(50) }
}
