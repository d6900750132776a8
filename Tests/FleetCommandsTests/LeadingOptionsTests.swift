import FleetGuard
import FleetKit
import Testing

@testable import FleetCommands

/// Options are taken in front of the command, as everywhere else.
struct LeadingOptionsTests {
    @Test(
        "options in front of the command go behind it",
        arguments: [
            (["fleet", "--json", "status"], ["fleet", "status", "--json"]),
            (["--json", "fleet", "status", "a1"], ["fleet", "status", "--json", "a1"]),
            (
                ["fleet", "-v", "--mosaic-home", "/x", "restart", "a", "--", "b"],
                ["fleet", "restart", "-v", "--mosaic-home", "/x", "a", "--", "b"]
            ),
            (
                ["fleet", "--color=never", "lock", "--backend", "fake", "inspect"],
                ["fleet", "lock", "inspect", "--color=never", "--backend", "fake"]
            ),
            (
                ["fleet", "lock", "--json", "run", "--", "fleet", "--json"],
                ["fleet", "lock", "run", "--json", "--", "fleet", "--json"]
            ),
            (["fleet", "--help"], ["fleet", "--help"]), (["fleet", "-h", "status"], ["fleet", "status", "-h"]),
            // Not every command has it: the parser says what is wrong.
            (["fleet", "--reason", "x", "restart"], ["fleet", "--reason", "x", "restart"]),
            (["fleet", "--mosaic-home"], ["fleet", "--mosaic-home"]), (["fleet", "status"], ["fleet", "status"]),
            ([], []),
        ] as [([String], [String])])
    func moved(_ line: [String], _ wanted: [String]) { #expect(LeadingOptions.moved(line) == wanted) }

    @Test(
        "the version is asked for in front of a command, and nowhere else",
        arguments: [
            (["--version"], true), (["fleet", "--version"], true), (["fleet", "lock", "--version"], true),
            (["fleet", "--json", "--version"], true), (["fleet", "status", "--version"], false), (["fleet"], false),
            ([], false),
        ] as [([String], Bool)])
    func version(_ line: [String], _ isAsked: Bool) {
        #expect(LeadingOptions.asksForVersion(LeadingOptions.moved(line)) == isAsked)
    }

    @Test("hosts without its program is told where that is looked for, and how it comes there")
    func hosts() throws {
        let none = PluginSearch(path: nil, builtIns: [])
        for line in [["fleet", "hosts"], ["fleet", "hosts", "status"], ["fleet", "hosts", "--version"]] {
            let error = try #require(UnknownCommand.error(line, plugins: none, program: "/usr/bin/mosaic"))
            #expect(error.code == .usage)
            #expect(
                error.message
                    == "'mosaic fleet hosts' needs the program mosaic-fleet-hosts, which is not in PATH or in /usr/bin")
            #expect(error.hint.contains("make hosts"))
        }
        let nowhere = try #require(UnknownCommand.error(["fleet", "hosts"], plugins: none, program: nil))
        #expect(nowhere.message.hasSuffix("which is not in PATH"))
        #expect(
            UnknownCommand.error(["fleet", "host-s"], plugins: none, program: nil)?.message
                == "unknown command 'host-s'")
    }

    @Test(
        "help is a command too",
        arguments: [
            (["fleet", "help"], ["help", "fleet"]), (["fleet", "help", "restart"], ["help", "fleet", "restart"]),
            (["fleet", "lock", "help", "run"], ["help", "fleet", "lock", "run"]), (["help"], ["help"]),
        ] as [([String], [String])])
    func help(_ line: [String], _ wanted: [String]) { #expect(UnknownCommand.helpFirst(line) == wanted) }
}
