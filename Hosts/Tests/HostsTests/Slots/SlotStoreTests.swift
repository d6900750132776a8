import FleetGuard
import FleetKit
import Glibc
import HostsFake
import HostsKit
import Testing

/// What every store must do.
@Suite("Slot stores", .timeLimit(.minutes(10))) struct SlotStoreTests {
    enum Kind: String, CaseIterable {
        case files, fake
        /// The store for etcd over keys in memory.
        case keys
        /// The same over a real etcd; only where it is installed, as Scripts/setup does.
        case etcd

        static var all: [Kind] { EtcdServer.program == nil ? [.files, .fake, .keys] : allCases }

        /// Whether a slot can be taken only by a station that has announced itself.
        var wantsMark: Bool { self == .keys || self == .etcd }
    }

    /// Several stations over one store.
    final class Stores {
        private let folder = TestFolder()
        private let table = FakeSlotTable()
        private let keys = FakeEtcd()
        private let server: EtcdServer?
        private let kind: Kind

        init(_ kind: Kind) throws {
            self.kind = kind
            server = kind == .etcd ? try EtcdServer() : nil
        }

        func station(_ number: Int, isAnnounced: Bool? = nil) throws -> any SlotStore {
            let id = try Make.id(number).rawValue
            let store: any SlotStore
            switch kind {
            case .files: store = FileSlotStore(home: MosaicHome(absolute: folder.path), station: id)
            case .fake: store = FakeSlotStore(table, station: id)
            case .keys: store = EtcdSlotStore(FakeEtcdConnection(keys), prefix: "p", station: id)
            case .etcd: store = EtcdSlotStore(try #require(server).connect(), prefix: "p", station: id)
            }
            if isAnnounced ?? kind.wantsMark { #expect(try store.announce(atOnce: 9) == 9) }
            return store
        }
    }

    private func evidence(_ slot: Slot) throws -> SlotEvidence {
        try #require(SlotEvidence.well(slot, state: .ended, health: Make.well))
    }

    @Test(
        "Slots that others could have put there are not believed",
        arguments: ["", "/fleet", "/fleet/run", "/fleet/run/slots"])
    func others(_ place: String) throws {
        let folder = TestFolder()
        let store = FileSlotStore(home: MosaicHome(absolute: folder.path), station: try Make.id(1).rawValue)
        #expect(try store.take(Make.slot(1, identity: "a"), limit: 1) == .taken)
        #expect(chmod(folder.path + place, 0o777) == 0)
        let error = #expect(throws: FleetError.self) { try store.slots() }
        #expect(error?.code == .unsafeHome)
        #expect(chmod(folder.path + place, 0o700) == 0)
        #expect(try store.slots().map(\.slot.host) == ["ha"])
        // The same by a link.
        guard !place.isEmpty else { return }
        let moved = folder.path + "/moved"
        #expect(rename(folder.path + place, moved) == 0 && symlink(moved, folder.path + place) == 0)
        #expect(throws: FleetError.self) { try store.slots() }
    }

    @Test("One slot a host, and no more than the limit", arguments: Kind.all)
    func limit(_ kind: Kind) async throws { try await onThread { try self.limitBody(kind) } }

    private func limitBody(_ kind: Kind) throws {
        let stores = try Stores(kind)
        defer { withExtendedLifetime(stores) {} }
        let store = try stores.station(1)
        let (a, b, again) = try (Make.slot(1, identity: "a"), Make.slot(2, identity: "b"), Make.slot(3, identity: "a"))
        #expect(try store.slots().isEmpty)
        #expect(try store.take(a, limit: 2) == .taken)
        #expect(try refusals(store.take(again, limit: 2)) == [a])
        #expect(try refusals(store.take(b, limit: 1)) == [a])
        #expect(try store.take(b, limit: 2) == .taken)
        #expect(try store.slots().map(\.slot) == [a, b])
        #expect(try store.take(b, limit: 2) == .taken, "its own, asked again")
    }

    @Test("A slot goes back by its own token only", arguments: Kind.all)
    func tokens(_ kind: Kind) async throws { try await onThread { try self.tokensBody(kind) } }

    private func tokensBody(_ kind: Kind) throws {
        let stores = try Stores(kind)
        defer { withExtendedLifetime(stores) {} }
        let store = try stores.station(1)
        let (first, second) = try (Make.slot(1, identity: "a"), Make.slot(2, identity: "a"))
        #expect(try store.take(first, limit: 1) == .taken)
        #expect(try store.giveBack(first, evidence(first)) == .done)
        #expect(try store.giveBack(first, evidence(first)) == .gone)
        #expect(try store.take(second, limit: 1) == .taken)
        #expect(try store.giveBack(first, evidence(first)) == .gone)
        #expect(try store.breakSlot(first) == .gone)
        #expect(try store.slots().map(\.slot) == [second])
        #expect(try store.breakSlot(second) == .done)
        #expect(try store.slots().isEmpty)
    }

    @Test("Whether a station lives is told, and permits nothing", arguments: Kind.all)
    func alive(_ kind: Kind) async throws { try await onThread { try self.aliveBody(kind) } }

    private func aliveBody(_ kind: Kind) throws {
        let stores = try Stores(kind)
        defer { withExtendedLifetime(stores) {} }
        let (one, two) = try (stores.station(1, isAnnounced: true), stores.station(2))
        let slot = try Make.slot(1, identity: "a", station: 1)
        try one.confirm()
        #expect(try one.take(slot, limit: 1) == .taken)
        #expect(try two.slots().map(\.isStationAlive) == [true])
        one.withdraw()
        #expect(try two.slots().map(\.isStationAlive) == [false])
        #expect(try two.slots().map(\.slot) == [slot])
        let other = try Make.slot(2, identity: "b", station: 2)
        #expect(try refusals(two.take(other, limit: 1)) == [slot])
    }

    private func refusals(_ answer: TakeAnswer) -> [Slot]? {
        if case .refused(let held) = answer { held.map(\.slot) } else { nil }
    }

    @Test("Stations that race: each host once, and never more than the limit", arguments: Kind.all)
    func stations(_ kind: Kind) async throws {
        let taken = try await onThread {
            let stores = try Stores(kind)
            defer { withExtendedLifetime(stores) {} }
            let racers = try (1...6).map {
                Racer(try stores.station($0), try Make.slot($0, identity: "\($0 % 3)", station: $0))
            }
            let threads = racers.map { racer in ThreadOf { racer.run() } }
            for thread in threads { thread.join() }
            #expect(try racers[0].store.slots().count == 2)
            #expect(Set(try racers[0].store.slots().map(\.slot.identity)).count == 2)
            return racers.count { $0.answer == .taken }
        }
        #expect(taken == 2)
    }

    final class Racer: @unchecked Sendable {
        let store: any SlotStore
        let slot: Slot
        private(set) var answer: TakeAnswer?

        init(_ store: any SlotStore, _ slot: Slot) {
            self.store = store
            self.slot = slot
        }

        func run() {
            do throws(FleetError) { answer = try store.take(slot, limit: 2) } catch {
                Issue.record("\(error)")
            }
        }
    }

    @Test("Evidence is made of what a host said, and of nothing less") func evidenceRules() throws {
        let slot = try Make.slot(1, identity: "a")
        var health = Make.well
        #expect(SlotEvidence.well(slot, state: .void, health: health) != nil)
        #expect(SlotEvidence.well(slot, state: .running, health: health) == nil)
        #expect(SlotEvidence.well(slot, state: .unknown, health: health) == nil)
        health.lock = "stalled"
        #expect(SlotEvidence.well(slot, state: .ended, health: health) == nil)
        health = Make.well
        health.isHealthy = false
        #expect(SlotEvidence.well(slot, state: .ended, health: health) == nil)
        #expect(SlotEvidence.busy(slot, exitStatus: 75) != nil)
        for status in [0, 1, 69, 76, -1] as [Int32] { #expect(SlotEvidence.busy(slot, exitStatus: status) == nil) }
    }

    @Test("A damaged slot file is held, not forgotten; other files are left alone") func damaged() throws {
        let folder = TestFolder()
        let store = FileSlotStore(home: MosaicHome(absolute: folder.path), station: try Make.id(1).rawValue)
        let slot = try Make.slot(1, identity: "a")
        #expect(try store.take(slot, limit: 1) == .taken)
        let path = folder.path + "/fleet/run/slots/slot-a"
        let file = open(path, O_WRONLY | O_TRUNC)
        _ = write(file, "{", 1)
        close(file)
        let error = #expect(throws: FleetError.self) { try store.take(Make.slot(2, identity: "b"), limit: 5) }
        #expect(error?.code == .io)
        #expect(error?.message.contains(path) == true)
    }

    @Test("Threads that race for one slot: one gets it", arguments: 0..<5) func race(_ round: Int) async throws {
        let folder = TestFolder()
        let path = folder.path
        let taken = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 1...8 {
                group.addTask {
                    let store = FileSlotStore(home: MosaicHome(absolute: path), station: try Make.id(number).rawValue)
                    return try store.take(Make.slot(number, identity: "\(number % 3)"), limit: 1) == .taken
                }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(taken == 1)
    }
}
