import Glibc
import SystemPackage
import Testing

@testable import FleetGuard
@testable import FleetKit

@Suite struct InotifyWatchTests {
    @Test func `A watch that cannot be made closes its instance once, and gives nothing back`() throws {
        var givenBack: [CInt] = []
        #expect(throws: Errno.self) {
            // No such directory.
            _ = try InotifyWatch(directory: -1, wakeDescriptor: nil, instance: nil) {
                givenBack.append($0.take())
            }
        }
        #expect(givenBack.isEmpty)
    }

    @Test func `A closed watch leaves its instance to the next one, which hears only of its own time`() throws {
        let arena = try Arena()
        try arena.write([1], to: "restart.lock")
        let directory = open(arena.run, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { close(directory) }
        var givenBack: [CInt] = []
        let first = try InotifyWatch(directory: directory, wakeDescriptor: nil, instance: nil) {
            givenBack.append($0.take())
        }
        #expect(unlink(arena.lockPath) == 0)
        first.close()
        first.close()
        #expect(givenBack.count == 1)
        let second = try InotifyWatch(
            directory: directory, wakeDescriptor: nil, instance: givenBack.first.map { Descriptor($0) }
        ) { _ in }
        let begin = ContinuousClock.now
        #expect(try !second.wait(timeout: .milliseconds(20)))
        #expect(ContinuousClock.now - begin >= .milliseconds(20), "the file of before woke it")
        try arena.write([1], to: "restart.lock")
        #expect(unlink(arena.lockPath) == 0)
        #expect(try second.wait(timeout: .seconds(60)))
        #expect(ContinuousClock.now - begin < .seconds(30))
        second.close()
    }

    /// 48 bytes and more for each event: they do not fit into one read.
    private static let others = (0..<300).map { "staging-00000000-0000-4000-8000-0000000\(10_000 + $0)" }

    @Test func `Files of other names wake nobody, however many go`() throws {
        let arena = try Arena()
        for name in Self.others { try arena.write([1], to: name) }
        let calls = try arena.calls()
        let watch = try calls.makeWatch()
        let begin = ContinuousClock.now
        for name in Self.others { try calls.unlink(name) }
        #expect(try !watch.wait(timeout: .milliseconds(100)))
        #expect(ContinuousClock.now - begin >= .milliseconds(100))
        watch.close()
        withExtendedLifetime(calls) {}  // whose directory the watch uses
    }

    @Test func `The lock's name is heard behind any number of others`() throws {
        let arena = try Arena()
        for name in Self.others + ["restart.lock"] { try arena.write([1], to: name) }
        let calls = try arena.calls()
        let watch = try calls.makeWatch()
        let begin = ContinuousClock.now
        for name in Self.others + ["restart.lock"] { try calls.unlink(name) }
        #expect(try watch.wait(timeout: .seconds(60)))
        #expect(ContinuousClock.now - begin < .seconds(30))
        watch.close()
        withExtendedLifetime(calls) {}  // whose directory the watch uses
    }

    @Test func `The name that comes wakes nobody, and the one that goes does`() throws {
        let arena = try Arena()
        let calls = try arena.calls()
        let watch = try calls.makeWatch()
        let begin = ContinuousClock.now
        try arena.write([1], to: "restart.lock")
        #expect(try !watch.wait(timeout: .milliseconds(30)))
        #expect(ContinuousClock.now - begin >= .milliseconds(30))
        try calls.unlink("restart.lock")
        #expect(try watch.wait(timeout: .seconds(60)))
        #expect(ContinuousClock.now - begin < .seconds(30))
        watch.close()
        withExtendedLifetime(calls) {}  // whose directory the watch uses
    }

    /// By the time that the one who waits runs, somebody else has the lock.
    @Test func `A new owner is looked at when it has stayed for a moment`() throws {
        for isReplaced in [false, true] {
            let arena = try Arena()
            try arena.write([1], to: "restart.lock")
            try arena.write([2], to: "staging-1")
            let calls = try arena.calls()
            let watch = try calls.makeWatch()
            let begin = ContinuousClock.now
            if !isReplaced { try calls.unlink("restart.lock") }
            try calls.rename("staging-1", "restart.lock")
            _ = try watch.wait(timeout: .seconds(60))
            #expect(ContinuousClock.now - begin >= Guard.rest)
            #expect(ContinuousClock.now - begin < .seconds(30))
            watch.close()
            withExtendedLifetime(calls) {}  // whose directory the watch uses
        }
    }
}
