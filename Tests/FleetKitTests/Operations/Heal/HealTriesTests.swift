import FleetTestSupport
import Glibc
import Testing

@testable import FleetGuard
@testable import FleetKit

@Suite("What heal has tried")
struct HealTriesTests {
    private let directory = FakeDirectory()
    private let home: MosaicHome
    private let file: HealFile
    private let now = BootTime(boot: "b", seconds: 10_000)

    init() {
        home = MosaicHome(absolute: directory.path + "/home")
        file = HealFile(home: home)
    }

    private func unit(_ name: String) throws -> UnitName { try UnitName("mosaic-agent@\(name).service") }

    @Test func itIsKeptAndOldLinesGo() throws {
        var tries = HealTries()
        tries.add(.try, [try unit("a"), try unit("b")], at: BootTime(boot: "b", seconds: 10_000 - HealTries.window))
        tries.add(.try, [try unit("a")], at: now)
        tries.add(.try, [try unit("a")], at: BootTime(boot: "other", seconds: 9_999))
        try file.write(tries, at: now)
        let read = try file.read()
        #expect(read.entries == [.init(time: now, word: .try, unit: try unit("a"))])
        #expect(read.damaged == 0 && read.resting(at: now).isEmpty)
    }

    @Test func theOldestOfTheThreeFreesIt() throws {
        var tries = HealTries()
        for seconds in [100, 200, 300] {
            tries.add(.try, [try unit("a")], at: BootTime(boot: "b", seconds: Int64(seconds)))
        }
        #expect(tries.resting(at: BootTime(boot: "b", seconds: 400)) == [try unit("a"): HealTries.window - 300])
        #expect(tries.resting(at: BootTime(boot: "b", seconds: 100 + HealTries.window)).isEmpty)
        // A clock that went back: what lies in the future counts for nothing.
        #expect(tries.resting(at: BootTime(boot: "b", seconds: 250)).isEmpty)
    }

    @Test(arguments: [
        "x", "b 1 try", "b -5 try mosaic-agent@a.service", "b 99999999999999999999 try mosaic-agent@a.service",
        "b 5 tries mosaic-agent@a.service", "b 5 try ../../etc", "b 5 try a.service extra", "\u{0}\u{1}\u{2}",
        "b 5 try mosaic-agent@a.servicé",
    ])
    func aDamagedLineCountsAsNone(_ line: String) throws {
        let tries = HealTries(text: line + "\nb 9000 try mosaic-agent@a.service\n")
        #expect(tries.damaged == 1 && tries.entries.count == 1)
        #expect(tries.resting(at: now).isEmpty)
    }

    @Test func hugeNumbersDoNotTrap() {
        let tries = HealTries(text: "b \(Int64.max) try mosaic-agent@a.service\n")
        #expect(tries.resting(at: BootTime(boot: "b", seconds: 0)).isEmpty)
        #expect(tries.resting(at: BootTime(boot: "b", seconds: .max)).isEmpty)
    }

    @Test func whatAnotherUserCouldHaveWrittenIsRefused() throws {
        try file.write(HealTries(), at: now)
        #expect(chmod(file.path, 0o666) == 0)
        #expect(throws: FleetError.self) { try file.read() }
        #expect(unlink(file.path) == 0 && symlink("/etc/passwd", file.path) == 0)
        #expect(throws: FleetError.self) { try file.read() }
        #expect(unlink(file.path) == 0 && mkfifo(file.path, 0o600) == 0)
        #expect(throws: FleetError.self) { try file.read() }
        #expect(unlink(file.path) == 0)
        #expect(try file.read() == HealTries())
    }

    @Test func nothingIsLeftBesideIt() throws {
        for _ in 0..<3 { try file.write(HealTries(), at: now) }
        #expect(FolderListing(home.runDirectory).entries.map(\.name) == [HealFile.name])
    }

    @Test func aLostAgentIsKnownUntilItStarts() throws {
        let lost = LostAgents(home: home)
        try lost.set(unit("a"), false)
        #expect(access(home.path, F_OK) != 0)
        try lost.set(unit("a"), true)
        try lost.set(unit("a"), true)
        #expect(try lost.among([unit("a"), unit("b")]) == [unit("a")])
        try lost.set(unit("a"), false)
        #expect(try lost.among([unit("a"), unit("b")]).isEmpty)
    }
}
