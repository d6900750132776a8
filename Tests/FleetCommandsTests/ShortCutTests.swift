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
