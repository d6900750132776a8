import ArgumentParser
import FleetKit
import Testing

@testable import FleetCommands

@Suite("The line of an agent's unit")
struct SessionRequestTests {
    private static let front = ["fleet", "session", "--tmux", "/t", "--socket-name", "s", "--name", "a"]

    @Test(
        arguments: [
            front + ["--directory", "/d", "--", "c", "--name", "x", "--"],
            front + ["--directory", "/d", "--stop-keys", "-x", "--stop-keys", "Enter", "--", "c"],
            front + ["--directory", "/d", "--stop-command", "git", "--stop-command", "--all", "--", "c"],
            front + ["--directory", "/d", "--stop-timeout", "90", "--no-last-screen", "--", "c", ""],
            front + ["--directory", "/d", "--idle-after", "1m30s", "--", "c"],
            front + ["--holder", "h.service", "--mosaic-home", "/h", "--directory", "/", "--", "c"],
            ["fleet", "session", "--socket-path", "/s", "--name", "a", "--tmux", "/t", "--directory", "/d", "--", "c"],
        ])
    func isReadAsTheParserReadsIt(line: [String]) throws {
        let parsed = try #require(try RootCommand.parseAsRoot(line) as? SessionCommand)
        let request = try #require(SessionRequest.read(line))
        #expect(try request == parsed.request())
    }

    @Test(
        arguments: [
            front + ["--directory", "/d"], front + ["--directory", "/d", "--"], front + ["--", "c"],
            front + ["--directory", "d", "--", "c"], front + ["--directory", "/d", "--remove", "--", "c"],
            front + ["--directory", "/d", "--socket-path", "/s", "--", "c"],
            front + ["--directory", "/d", "--idle-after", "0", "--", "c"],
            front + ["--directory", "/d", "--idle-after", "30", "--", "c"],
            front + ["--directory", "/d", "--stop-timeout", "x", "--", "c"], front + ["--directory", "--", "c"],
            ["fleet", "status"], ["fleet", "session", "--", "c"], ["fleet"], [],
        ])
    func isLeftToTheParserWhereItIsUnusual(line: [String]) {
        #expect(SessionRequest.read(line) == nil)
    }
}
