internal import FoundationEssentials
internal import Glibc

// bench-report FOLDER [--parts A,B] [--sizes 20,200] [--machine TEXT] [--quick] [--json F] [--markdown F] [--svg F]
//
// Reads what Scripts/bench measured into FOLDER and prints the table of docs/performance.md. Exits 1 when a figure that
// the parts and sizes promise is not there. --quick judges nothing.

do {
    let options = try ReportOptions(CommandLine.arguments.dropFirst())
    let measurements = try Measurements(in: options.folder)
    let rows = Measure.all(sizes: options.sizes, realSizes: options.realSizes)
        .filter { options.parts.contains($0.part) }
        .map { Row($0, measurements, isJudged: !options.isQuick) }
    let report = Report(machine: options.machine, rows: rows, growth: GrowthLine.all(in: measurements))
    print(report.text)
    if let file = options.json { try write(report.json, to: file) }
    if let file = options.markdown { try write(report.markdown, to: file) }
    if let file = options.svg { try write(GrowthPlot(report.growth, machine: options.machine).svg, to: file) }
    let missing = rows.filter { $0.value == nil }
    for row in missing {
        complain("no figure: \(row.measure.title)\(row.measure.size.map { ", N = \($0)" } ?? "")")
    }
    exit(missing.isEmpty && !rows.isEmpty ? 0 : 1)
} catch {
    complain("\(error)")
    exit(1)
}

func complain(_ words: String) {
    let line = Array("bench-report: \(words)\n".utf8)
    _ = Glibc.write(STDERR_FILENO, line, line.count)
}

func write(_ text: String, to file: String) throws { try Data(text.utf8).write(to: URL(filePath: file)) }
