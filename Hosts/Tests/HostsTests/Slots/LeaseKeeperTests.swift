import Synchronization
import Testing

@testable import HostsEtcd

/// A station's own idea of its lease, which must end before etcd's.
@Suite("Lease keeper", .timeLimit(.minutes(10))) struct LeaseKeeperTests {
    private struct Unreachable: Error {}

    /// A keeper that renews only when it is told to: its first renewal is due after a third of an hour.
    private func keeper(seconds: Int64, sent: ContinuousClock.Instant = .now) -> LeaseKeeper {
        LeaseKeeper(id: 7, seconds: seconds, sent: sent) { _, _ in throw Unreachable() }
    }

    @Test("It lasts from when it was asked for, less a margin") func deadline() throws {
        let keeper = keeper(seconds: 600)
        defer { keeper.stop() }
        let left = try #require(keeper.left)
        #expect(left <= .seconds(600) - LeaseKeeper.margin)
        let late = self.keeper(seconds: 600, sent: .now - .seconds(599))
        defer { late.stop() }
        #expect(late.left == nil, "the answer took so long that etcd may be about to drop it")
    }

    @Test("A renewal counts from when it was sent, and never shortens") func renewals() throws {
        let keeper = keeper(seconds: 600)
        defer { keeper.stop() }
        let before = try #require(keeper.left)
        #expect(keeper.renewed(sent: .now - .seconds(300), seconds: 600))
        #expect(try #require(keeper.left) > before - .seconds(60), "an older one came late")
        #expect(keeper.renewed(sent: .now, seconds: 1200))
        #expect(try #require(keeper.left) > .seconds(1000))
    }

    @Test("A time of 0 is the end, whatever comes after it", arguments: [0, -1, Int64.min])
    func lost(_ seconds: Int64) {
        let keeper = keeper(seconds: 600)
        defer { keeper.stop() }
        #expect(!keeper.renewed(sent: .now, seconds: seconds))
        #expect(keeper.left == nil)
        #expect(!keeper.renewed(sent: .now, seconds: 600))
        #expect(keeper.left == nil)
    }

    @Test("A length that no etcd grants is not counted with", arguments: [Int64.max, 1 << 60])
    func huge(_ seconds: Int64) throws {
        let keeper = keeper(seconds: seconds)
        defer { keeper.stop() }
        #expect(try #require(keeper.left) <= .seconds(3600))
    }

    @Test("It renews by itself at a third, and a renewal that finds no lease ends it") func renewsAndEnds() async throws
    {
        let answers = Mutex<[Int64]>([3, 0])
        let keeper = LeaseKeeper(id: 7, seconds: 3, sent: .now) { id, _ in
            #expect(id == 7)
            return answers.withLock { $0.isEmpty ? 0 : $0.removeFirst() }
        }
        defer { keeper.stop() }
        while keeper.left != nil || !answers.withLock(\.isEmpty) { try await Task.sleep(for: .milliseconds(10)) }
        // Both were made, or the time limit ends this test.
        #expect(!keeper.renewed(sent: .now, seconds: 600))
    }

    @Test("Where no renewal comes through it ends by itself, and is tried until then") func unreachable() async throws {
        let attempts = Mutex(0)
        let keeper = LeaseKeeper(id: 7, seconds: 5, sent: .now) { _, attempt in
            attempts.withLock { $0 = attempt }
            throw Unreachable()
        }
        defer { keeper.stop() }
        #expect(keeper.left != nil)
        while keeper.left != nil { try await Task.sleep(for: .milliseconds(10)) }
        let made = attempts.withLock { $0 }
        #expect(made >= 1)
    }
}
