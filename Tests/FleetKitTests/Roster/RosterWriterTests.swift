import FleetTestSupport
import Glibc
import Testing

@testable import FleetGuard
@testable import FleetKit

@Suite("Replacing the roster")
struct RosterWriterTests {
    private let folder: TemporaryFolder
    private let home: MosaicHome

    init() throws {
        folder = try TemporaryFolder()
        home = MosaicHome(absolute: folder.path)
        try #require(mkdir(home.fleetDirectory, 0o700) == 0)
    }

    @Test func theTargetOfALinkIsReplacedAndTheLinkStays() throws {
        try #require(mkdir("\(folder.path)/repo", 0o755) == 0)
        try folder.write("repo/my.toml", "version = 1\n")
        try #require(chmod("\(folder.path)/repo/my.toml", 0o640) == 0)
        try #require(symlink("../repo/my.toml", home.rosterPath) == 0)
        try RosterWriter(home: home).replace(by: Array("version = 1 # new\n".utf8))
        #expect(folder.read("repo/my.toml") == "version = 1 # new\n")
        var status = stat()
        #expect(lstat(home.rosterPath, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
        #expect(stat("\(folder.path)/repo/my.toml", &status) == 0 && status.st_mode & 0o777 == 0o640)
        #expect(folder.names("repo") == ["my.toml"] && folder.names("fleet") == ["roster.toml"])
    }

    @Test func whatAnotherProgramWroteMeanwhileIsNotLost() throws {
        try folder.write("fleet/roster.toml", "version = 1\n")
        let writer = try RosterWriter(home: home)
        try folder.write("fleet/roster.toml", "version = 1 # theirs\n")
        let error = #expect(throws: FleetError.self) { try writer.replace(by: Array("version = 1 # ours\n".utf8)) }
        #expect(error?.code == .busy)
        #expect(folder.read("fleet/roster.toml") == "version = 1 # theirs\n")
    }

    @Test func aStagedTextIsUsedOnceAndLeavesNothing() throws {
        try folder.write("fleet/roster.toml", "version = 1\n")
        func stage(_ text: String) throws -> StagedRoster { try RosterWriter(home: home).stage(Array(text.utf8)) }
        var staged: StagedRoster? = try stage("version = 1 # new\n")
        #expect(folder.names("fleet").count == 2 && folder.read("fleet/roster.toml") == "version = 1\n")
        // Its lock is free meanwhile.
        try RosterWriter(home: home).replace(by: Array("version = 1 # new\n".utf8), staged)
        staged = nil
        #expect(folder.names("fleet") == ["roster.toml"] && folder.read("fleet/roster.toml") == "version = 1 # new\n")
        staged = try stage("version = 1 # old\n")
        try RosterWriter(home: home).replace(by: Array("version = 1 # other\n".utf8), staged)
        #expect(folder.read("fleet/roster.toml") == "version = 1 # other\n")
        staged = try stage("version = 1 # unused\n")
        staged = nil
        #expect(folder.names("fleet") == ["roster.toml"])
    }

    @Test func twoEditsAtOnceWaitForEachOther() throws {
        try folder.write("fleet/roster.toml", "version = 1\n")
        let clock = ManualClock()
        var first: RosterWriter? = try RosterWriter(home: home)
        let error = #expect(throws: FleetError.self) { try RosterWriter(home: home, clock: clock) }
        #expect(error?.code == .busy && error?.message.contains("another process") == true)
        try first?.replace(by: Array("version = 1 # 1\n".utf8))
        first = nil
        #expect(try RosterWriter(home: home).bytes == Array("version = 1 # 1\n".utf8))
    }

    @Test func withoutARosterThereIsNothingToEdit() {
        let error = #expect(throws: FleetError.self) { try RosterWriter(home: home) }
        #expect(error?.code == .badRoster && error?.hint.contains("mosaic fleet init") == true)
    }
}
