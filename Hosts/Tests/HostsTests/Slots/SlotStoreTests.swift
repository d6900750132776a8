import FleetGuard
import FleetKit
import Glibc
import HostsFake
import HostsKit
import Testing

/// What every store must do.
@Suite("Slot stores", .timeLimit(.minutes(10))) struct SlotStoreTests {
    enum Kind: String, CaseIterable { case files, fake }

    /// Several stations over one store.
    final class Stores {
        private let folder = TestFolder()
        private let table = FakeSlotTable()
        private let kind: Kind

        init(_ kind: Kind) { self.kind = kind }

        func station(_ number: Int) throws -> any SlotStore {
            let id = try Make.id(number).rawValue
            switch kind {
            case .files: return FileSlotStore(home: MosaicHome(absolute: folder.path), station: id)
            case .fake: return FakeSlotStore(table, station: id)
            }
        }
    }

    private func evidence(_ slot: Slot) throws -> SlotEvidence {
        try #require(SlotEvidence.well(slot, state: .ended, health: Make.well))
    }

    @Test("One slot a host, and no more than the limit", arguments: Kind.allCases)
    func limit(_ kind: Kind) throws {
        let store = try Stores(kind).station(1)
        let (a, b, again) = try (Make.slot(1, identity: "a"), Make.slot(2, identity: "b"), Make.slot(3, identity: "a"))
        #expect(try store.slots().isEmpty)
        #expect(try store.take(a, limit: 2) == .taken)
        #expect(try store.take(again, limit: 2) == .refused([StoredSlot(a, isStationAlive: false)]))
        #expect(try store.take(b, limit: 1) == .refused([StoredSlot(a, isStationAlive: false)]))
        #expect(try store.take(b, limit: 2) == .taken)
        #expect(try store.slots().map(\.slot) == [a, b])
        #expect(try store.take(b, limit: 2) == .taken, "its own, asked again")
    }

    @Test("A slot goes back by its own token only", arguments: Kind.allCases)
    func tokens(_ kind: Kind) throws {
        let store = try Stores(kind).station(1)
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

    @Test("Whether a station lives is told, and permits nothing", arguments: Kind.allCases)
    func alive(_ kind: Kind) throws {
        let stores = Stores(kind)
        let (one, two) = try (stores.station(1), stores.station(2))
        try one.announce()
        let slot = try Make.slot(1, identity: "a", station: 1)
        #expect(try one.take(slot, limit: 1) == .taken)
        #expect(try two.slots() == [StoredSlot(slot, isStationAlive: true)])
        one.withdraw()
        #expect(try two.slots() == [StoredSlot(slot, isStationAlive: false)])
        let other = try Make.slot(2, identity: "b", station: 2)
        #expect(try two.take(other, limit: 1) == .refused([StoredSlot(slot, isStationAlive: false)]))
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
        health.isWell = false
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
