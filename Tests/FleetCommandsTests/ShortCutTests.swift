import ArgumentParser
import Testing

@testable import FleetCommands

/// The short cut and the argument parser read the same command line alike.
@Suite("Short cut")
struct ShortCutTests {
    private static let commands = [["fleet", "lock", "inspect"], ["fleet", "status"]]
    private static let flags = ["--json", "--quiet", "-q", "--verbose", "-v"]

    /// Every selection and order of at most three flags, one possibly twice.
    private static let plain: [[String]] = commands.flatMap { command in
        var lines = [command]
        for first in flags {
            lines.append(command + [first])
            for second in flags {
                lines.append(command + [first, second])
                for third in flags { lines.append(command + [first, second, third]) }
            }
        }
        return lines
    }

    @Test func everyPlainLineIsReadAsTheParserReadsIt() throws {
        #expect(Self.plain.count == 2 * (1 + 5 + 25 + 125))
        for line in Self.plain {
            let short = try #require(ShortCut.module(for: line), "\(line)")
            let long = try #require(try RootCommand.parseAsRoot(line) as? any CommandModule)
            #expect(type(of: short) == type(of: long), "\(line)")
            #expect(values(short.common) == values(long.common), "\(line)")
            if let short = short as? StatusCommand, let long = long as? StatusCommand {
                #expect(short.agents == long.agents)
            }
        }
    }

    private static let reports: [[String]] = ["busy", "waiting", "idle"].flatMap { state in
        let front = ["fleet", "report", state]
        let notes = [
            [], ["--note", "a b"], ["--note=a"], ["--note", ""], ["--note", "--json"], ["--note", "-q"],
            ["--note", "\n"], ["--note=--note"],
        ]
        return notes.flatMap { note in [[], ["-q"], ["--json", "-v"]].map { front + note + $0 } }
    }

    @Test(arguments: reports) func aReportIsReadAsTheParserReadsIt(_ line: [String]) throws {
        let short = try #require(ShortCut.report(for: line))
        let long = try #require(try RootCommand.parseAsRoot(line) as? ReportCommand)
        #expect(short.state == long.state && short.note == long.note)
        #expect(values(short.common) == values(long.common))
    }

    /// The parser (1.8) takes what follows `--note=` for the note, and `--` for the end of the options.
    @Test(arguments: [(["--note=", "-q"], ""), (["--note", "--", "-q"], "--")])
    func aNoteThatIsEmptyOrDashesFailsNoHook(_ rest: [String], _ note: String) throws {
        let report = try #require(ShortCut.report(for: ["fleet", "report", "idle"] + rest))
        #expect(report.note == note && report.common.quiet)
    }

    @Test(arguments: [
        ["fleet", "report"], ["fleet", "report", "unknown"], ["fleet", "report", "Busy"],
        ["fleet", "report", "--help"],
        ["fleet", "report", "idle", "--note"], ["fleet", "report", "idle", "x"],
        ["fleet", "report", "--note", "x", "idle"],
        ["fleet", "report", "idle", "--note", "x", "--note", "y"], ["fleet", "status", "idle"],
    ])
    func anUnusualReportIsTheParsers(_ line: [String]) {
        #expect(ShortCut.report(for: line) == nil)
    }

    private func values(_ common: CommonOptions) -> [String] {
        [
            "\(String(describing: common.mosaicHome))", "\(common.backend)", "\(common.scope)", "\(common.json)",
            "\(common.quiet)", "\(common.verbose)", "\(common.color)",
        ]
    }

    @Test(arguments: [
        [], ["fleet"], ["fleet", "lock"], ["fleet", "lock", "break"], ["fleet", "restart"], ["lock", "inspect"],
        ["fleet", "lock", "inspect", "x"], ["fleet", "lock", "inspect", "--help"], ["fleet", "lock", "inspect", "-h"],
        ["fleet", "lock", "inspect", "--jso"], ["fleet", "lock", "inspect", "--json=1"],
        ["fleet", "lock", "inspect", "-qv"], ["fleet", "lock", "inspect", "--"], ["fleet", "status", "planner"],
        ["fleet", "status", "--mosaic-home", "/x"], ["fleet", "status", "--backend", "fake"],
        ["fleet", "--json", "status"], ["fleet", "status", ""],
    ])
    func theRestIsTheParsers(_ line: [String]) {
        #expect(ShortCut.module(for: line) == nil)
    }
}
