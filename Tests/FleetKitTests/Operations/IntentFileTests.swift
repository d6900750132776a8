import FleetTestSupport
import Foundation
import Testing

@testable import FleetGuard
@testable import FleetKit

@Suite("The intent file") struct IntentFileTests {
    let home = FakeDirectory()
    private var run: String { home.path + "/fleet/run" }

    private func unit(_ name: String) throws -> UnitName { try UnitName("mosaic-agent@\(name).service") }
    private func file() -> IntentFile { IntentFile(home: home.path) }

    @Test func whatOneProcessWritesAnotherReads() throws {
        let (one, two) = (file(), file())
        #expect(try two.read() == Intents())
        #expect(!FileManager.default.fileExists(atPath: run), "a look makes nothing")
        try one.add(.owes([unit("a"): "01", unit("b"): "02"]))
        #expect(try two.read().owed == [unit("a"), unit("b")])
        try two.add(.stops(id: "A1", [unit("b"): "02"]))
        try one.add(.runs([unit("a"): ""]))
        #expect(try one.read() == two.read())
        #expect(try one.read().owed == [])
        #expect(try one.read().stopped == [unit("b"): .init(id: "A1", run: "02")])
        #expect(try FileManager.default.attributesOfItem(atPath: one.path)[.posixPermissions] as? Int == 0o600)
    }

    @Test func aStopBetweenALookAndTheDebtCounts() throws {
        let one = file()
        try one.add(.stops(id: "A1", [unit("a"): "01"]))
        try one.add(.owes([unit("a"): "01", unit("b"): "02"]))
        #expect(try one.read().owed == [unit("b")])
        // In another run it was started since, by somebody who does not write here.
        try one.add(.owes([unit("a"): "09"]))
        #expect(try one.read().owed == [unit("a")])
        #expect(try one.read().stopped.isEmpty)
    }

    @Test func aStarterThatDidNotKnowOfAStopDoesNotEndIt() throws {
        let one = file()
        try one.add(.stops(id: "A1", [unit("a"): ""]))
        try one.add(.stops(id: "A2", [unit("a"): ""]))
        try one.add(.runs([unit("a"): "A1"]))
        #expect(try one.read().stopped[unit("a")]?.id == "A2")
        try one.add(.runs([unit("a"): "A2"]))
        #expect(try one.read().stopped.isEmpty)
    }

    @Test(arguments: [
        "owes mosaic-agent@a.service=01", "owes mosaic-agent@a.service=01 mosaic-agent@b.ser",
        "owes mosaic-agent@a.service .", "owes mosaic-agent@a.service=x/y .", "owes -H;rm=01 .", "stops .",
        "stops  mosaic-agent@a.service=01 .", "pays mosaic-agent@a.service= .", "\u{0}\u{1}\u{ff}", "owes\u{37E} .",
    ])
    func aDamagedLineIsPassedOver(_ line: String) throws {
        let one = file()
        try one.add(.owes([unit("c"): ""]))
        let handle = try #require(FileHandle(forWritingAtPath: one.path))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(line.utf8))
        try handle.close()
        #expect(try file().read().owed == [unit("c")])
        try one.add(.stops(id: "A1", [unit("d"): ""]))
        #expect(try one.read().stopped.keys.map(\.self) == [unit("d")], "the next line is whole")
        #expect(try one.read().owed == [unit("c")])
    }

    @Test func whatIsNotAFileOfOursIsRefused() throws {
        let one = file()
        try one.add(.owes([unit("a"): ""]))
        let foreign = home.path + "/foreign"
        try "keep\n".write(toFile: foreign, atomically: false, encoding: .utf8)
        try FileManager.default.removeItem(atPath: one.path)
        try FileManager.default.createSymbolicLink(atPath: one.path, withDestinationPath: foreign)
        for body in [{ try file().add(.owes([:])) }, { _ = try file().read() }] {
            let error = #expect(throws: FleetError.self) { try body() }
            #expect(error?.code == .unsafeHome)
        }
        #expect(try String(contentsOfFile: foreign, encoding: .utf8) == "keep\n")
        try FileManager.default.removeItem(atPath: one.path)
        #expect(mkfifo(one.path, 0o600) == 0)
        #expect(throws: FleetError.self) { _ = try file().read() }
        try FileManager.default.removeItem(atPath: one.path)
        try FileManager.default.createDirectory(atPath: one.path, withIntermediateDirectories: false)
        #expect(throws: FleetError.self) { try file().add(.owes([:])) }
    }

    @Test func aLongFileIsSummedUp() throws {
        let one = file()
        for round in 0..<1500 {
            try one.add(.owes([unit("a"): "01", unit("b"): "02"]))
            try one.add(.stops(id: "0\(round)", [unit("b"): "02"]))
        }
        let before = try one.read()
        try one.tidy()
        #expect(try file().read() == before)
        let size = try FileManager.default.attributesOfItem(atPath: one.path)[.size] as? Int
        #expect(try #require(size) < 200)
        try one.add(.runs([unit("a"): ""]))
        #expect(try file().read().owed == [])
        #expect(try FileManager.default.contentsOfDirectory(atPath: run) == [IntentFile.name])
    }

    /// Threads that stop units of their own while another one sums the file up again and again: no line is lost.
    @Test(.timeLimit(.minutes(10))) func noLineIsLostToTheSum() throws {
        let filler = file()
        let writers = 4
        let lines = 300
        let failures = Failures()
        let path = home.path
        DispatchQueue.concurrentPerform(iterations: writers + 1) { index in
            do {
                let mine = IntentFile(home: path)
                if index == writers {
                    for round in 0..<lines {
                        let many = try (0..<60).map { (try UnitName("mosaic-agent@f\(round)-\($0).service"), "") }
                        try mine.add(.owes(Dictionary(uniqueKeysWithValues: many)))
                        try mine.tidy()
                    }
                } else {
                    for line in 0..<lines {
                        let unit = try UnitName("mosaic-agent@w\(index)-\(line).service")
                        try mine.add(.stops(id: "0\(index)", [unit: ""]))
                    }
                }
            } catch { failures.add("\(error)") }
        }
        #expect(failures.all == [])
        #expect(try filler.read().stopped.count == writers * lines)
    }
}

private final class Failures: @unchecked Sendable {
    private let lock = NSLock()
    private var list: [String] = []
    func add(_ text: String) { lock.withLock { list.append(text) } }
    var all: [String] { lock.withLock { list } }
}
