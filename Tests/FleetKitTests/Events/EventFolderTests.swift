import FleetTestSupport
import Glibc
import Testing

@testable import FleetGuard
@testable import FleetKit

@Suite("The folder of the events")
struct EventFolderTests {
    private let directory = FakeDirectory()
    private let home: MosaicHome
    private let folder: EventFolder

    init() {
        home = MosaicHome(absolute: directory.path + "/home")
        folder = EventFolder(home: home)
    }

    private func event(_ summary: String = "s", at time: Double = 1) -> FleetEvent {
        FleetEvent(.unitFailed, home: home.path, time: time, summary: summary)
    }

    @Test func withoutTheFolderNobodyIsToldAndNothingIsMade() throws {
        #expect(try !folder.post(event()))
        #expect(access(home.path, F_OK) != 0)
    }

    @Test func eventsAreTakenInTheirOrderAndOnce() throws {
        try folder.make()
        try folder.post(event("second", at: 20))
        try folder.post(event("first", at: 10))
        let names = try folder.waiting()
        #expect(names.count == 2)
        let file = try #require(try folder.take(names[0]))
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read(file, &bytes, bytes.count)
        let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
        let object = try JSONText(text).object
        #expect(object["summary"] as? String == "first" && object["schemaVersion"] as? Int == 1)
        #expect(object["unit"] == nil && text.last == "\n")
        #expect(try folder.take(names[0]) == nil)
        #expect(try folder.waiting() == [names[1]])
    }

    @Test func theQueueIsBounded() throws {
        try folder.make()
        for _ in 0..<EventFolder.limit { #expect(try folder.post(event())) }
        #expect(try !folder.post(event()))
        #expect(try folder.waiting().count == EventFolder.limit)
    }

    @Test func whatIsNoFileOfOursIsThrownAway() throws {
        try folder.make()
        #expect(symlink("/etc/passwd", folder.queuePath + "/link.json") == 0)
        #expect(mkfifo(folder.queuePath + "/pipe.json", 0o600) == 0)
        #expect(mkdir(folder.queuePath + "/folder.json", 0o700) == 0)
        for name in try folder.waiting() { #expect(try folder.take(name) == nil) }
        #expect(try folder.waiting() == [])
    }

    @Test func removingLeavesNothing() throws {
        try folder.make()
        try folder.post(event())
        try folder.setText("x", EventFolder.problem)
        try folder.setText("x", "mosaic-agent@a.service", in: EventFolder.units)
        try folder.remove()
        #expect(!folder.isThere)
        try folder.remove()
    }

    @Test func aLinkInItsPlaceIsRefused() throws {
        #expect(mkdir(home.path, 0o700) == 0 && mkdir(home.fleetDirectory, 0o700) == 0)
        #expect(symlink("/tmp", folder.path) == 0)
        #expect(throws: FleetError.self) { try folder.post(event()) }
    }
}
