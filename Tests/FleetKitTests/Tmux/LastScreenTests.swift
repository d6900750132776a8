import Glibc
import Testing

@testable import FleetGuard
@testable import FleetKit

@Suite("The last screen of an agent")
struct LastScreenTests {
    private let folder: TemporaryFolder
    private let home: MosaicHome
    private let agent: AgentName

    init() throws {
        folder = try TemporaryFolder()
        home = MosaicHome(absolute: folder.path)
        agent = try AgentName("a.b")
        try #require(mkdir("\(folder.path)/fleet", 0o700) == 0 && mkdir(home.screensDirectory, 0o700) == 0)
    }

    @Test func theLinesComeWithoutTheEmptyOnesAtTheEnd() throws {
        #expect(try LastScreen.read(home: home, agent: agent) == nil)
        try folder.write("fleet/screens/a_b.txt", "one\n\n  two\u{1B}[1m\n   \n\n")
        let screen = try #require(try LastScreen.read(home: home, agent: agent))
        #expect(screen.lines == ["one", "", "  two\u{1B}[1m"])
        #expect(screen.writtenAt > 1_600_000_000)
    }

    @Test func aLargeFileIsCutAtItsBeginning() throws {
        let line = String(repeating: "x", count: 1023)
        try folder.write("fleet/screens/a_b.txt", (0..<100).map { "\($0) \(line)\n" }.joined())
        let screen = try #require(try LastScreen.read(home: home, agent: agent))
        #expect(screen.lines.last == "99 \(line)" && screen.lines.count == 64)
    }

    @Test func whatIsNoFileIsNotRead() throws {
        let path = LastScreen.path(home: home, session: agent.sessionName)
        try folder.write("elsewhere", "secret\n")
        try #require(symlink("\(folder.path)/elsewhere", path) == 0)
        #expect(throws: FleetError.self) { try LastScreen.read(home: home, agent: agent) }
        try #require(unlink(path) == 0 && mkfifo(path, 0o600) == 0)
        let error = #expect(throws: FleetError.self) { try LastScreen.read(home: home, agent: agent) }
        #expect(error?.code == .io && error?.message.contains("not a regular file") == true)
    }
}
