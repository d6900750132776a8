import Glibc
import Testing

@testable import FleetGuard
@testable import FleetKit

@Suite("The roster's file")
struct RosterFileTests {
    private func load(_ prepare: (String) throws -> Void) throws -> Roster? {
        let folder = try TemporaryFolder()
        let home = MosaicHome(absolute: folder.path)
        try #require(mkdir(home.fleetDirectory, 0o755) == 0)
        try prepare(home.rosterPath)
        return try Roster.load(home: home)
    }

    private func refusal(_ prepare: (String) throws -> Void) -> FleetError? {
        #expect(throws: FleetError.self) { try load(prepare) }
    }

    @Test func noFileIsNoRoster() throws {
        #expect(try load { _ in } == nil)
        #expect(try Roster.load(home: MosaicHome(absolute: "/nonexistent/home")) == nil)
    }

    @Test func aLinkToAFileIsFollowed() throws {
        let folder = try TemporaryFolder()
        try folder.write("real.toml", "version = 1\n")
        #expect(try load { symlink(folder.path + "/real.toml", $0) }?.agents == [])
    }

    @Test(.timeLimit(.minutes(10))) func aFIFODoesNotBlockAndAFolderIsNoFile() {
        for error in [refusal { mkfifo($0, 0o600) }, refusal { mkdir($0, 0o700) }] {
            #expect(error?.code == .badRoster)
            #expect(error?.message.hasSuffix("roster.toml: not a regular file") == true)
        }
    }

    @Test func tooLargeIsRefusedUnread() {
        let error = refusal { path in
            let file = open(path, O_WRONLY | O_CREAT, 0o600)
            #expect(ftruncate(file, 1 << 40) == 0)
            close(file)
        }
        #expect(error?.code == .badRoster)
        #expect(error?.message.contains("larger than 1048576 bytes") == true)
    }
}
