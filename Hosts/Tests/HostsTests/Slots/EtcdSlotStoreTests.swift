import FleetGuard
import FleetKit
import HostsFake
import Testing

@testable import HostsKit

/// What is special about slots in etcd, over keys in memory.
@Suite("Slots in etcd") struct EtcdSlotStoreTests {
    private let etcd = FakeEtcd()

    private func station(_ number: Int, atOnce: Int = 2) throws -> EtcdSlotStore {
        let store = EtcdSlotStore(
            FakeEtcdConnection(etcd), prefix: "p", station: try Make.id(number).rawValue, clock: StepClock())
        _ = try store.announce(atOnce: atOnce)
        return store
    }

    private func evidence(_ slot: Slot) throws -> SlotEvidence {
        try #require(SlotEvidence.well(slot, state: .ended, health: Make.well))
    }

    @Test("The first station's number counts for all, until they agree on another") func agreement() throws {
        let one = try station(1, atOnce: 1)
        let two = EtcdSlotStore(FakeEtcdConnection(etcd), prefix: "p", station: try Make.id(2).rawValue)
        #expect(try two.announce(atOnce: 5) == 1)
        #expect(try one.take(Make.slot(1, identity: "a", station: 1), limit: 1) == .taken)
        guard case .refused = try two.take(Make.slot(2, identity: "b", station: 2), limit: 5) else {
            return #expect(Bool(false), "a limit of its own let it in")
        }
        try two.agree(on: 2)
        #expect(try one.agreed() == 2)
        #expect(try two.take(Make.slot(2, identity: "b", station: 2), limit: 5) == .taken)
        let third = try Make.slot(3, identity: "c", station: 1)
        #expect(try one.take(third, limit: 1) != .taken, "its own lower limit counts, too")
    }

    @Test("A transaction whose answer is lost is read back by its token, and not made twice") func readBack() throws {
        let store = try station(1)
        let slot = try Make.slot(1, identity: "a", station: 1)
        etcd.loseAnswers(1)
        #expect(try store.take(slot, limit: 2) == .taken)
        etcd.loseAnswers(1)
        #expect(try store.giveBack(slot, evidence(slot)) == .unknown)
        #expect(try store.giveBack(slot, evidence(slot)) == .gone)
        etcd.loseRequests(1)
        #expect(try store.take(Make.slot(2, identity: "a", station: 1), limit: 2) == .unknown)
        #expect(try store.slots().isEmpty)
    }

    @Test("A station whose lease has expired takes no slot and begins nothing; its slots stay") func expired() throws {
        let store = try station(1)
        let slot = try Make.slot(1, identity: "a", station: 1)
        #expect(try store.take(slot, limit: 2) == .taken)
        etcd.expireLeases()
        #expect(try store.slots() == [StoredSlot(slot, isStationAlive: false, revision: try store.slots()[0].revision)])
        #expect(throws: FleetError.self) { try store.confirm() }
        let error = #expect(throws: FleetError.self) {
            try store.take(Make.slot(2, identity: "b", station: 1), limit: 2)
        }
        #expect(error?.code == .noServiceManager)
        #expect(try store.giveBack(slot, evidence(slot)) == .done, "what is proved can be given back all the same")
    }

    @Test("A taking that was sent and cannot be read back is unknown, not refused") func unreachable() throws {
        let store = try station(1)
        etcd.breakDown()
        let error = #expect(throws: FleetError.self) {
            try store.take(Make.slot(1, identity: "a", station: 1), limit: 2)
        }
        #expect(error?.code == .noServiceManager, "it was not sent")
        var taking = EtcdTaking(
            try Make.slot(1, identity: "a", station: 1), limit: 2, lease: 1, keys: EtcdKeys(prefix: "p"))
        #expect(try taking.handle(.unknown("")) == .answer(.unknown))
        #expect(!taking.mayBeTaken)
    }

    @Test("A return is asked again for a while before the store counts as gone") func patience() throws {
        let clock = StepClock()
        let store = EtcdSlotStore(
            FakeEtcdConnection(etcd), prefix: "p", station: try Make.id(1).rawValue, clock: clock)
        _ = try store.announce(atOnce: 1)
        let slot = try Make.slot(1, identity: "a", station: 1)
        #expect(try store.take(slot, limit: 1) == .taken)
        etcd.breakDown()
        #expect(try store.giveBack(slot, evidence(slot)) == .unknown)
        clock.sleep(for: .seconds(20))
        #expect(try store.giveBack(slot, evidence(slot)) == .unknown)
        clock.sleep(for: .seconds(20))
        #expect(throws: FleetError.self) { try store.giveBack(slot, evidence(slot)) }
        etcd.breakDown(false)
        #expect(try store.giveBack(slot, evidence(slot)) == .done)
    }

    @Test(
        "Values that are not ours are named, and nothing is taken",
        arguments: [
            ("p/slots/aa", "{"), ("p/slots/aa", "null"), ("p/slots/aa", ""), ("p/at_once", "0"), ("p/at_once", "two"),
            ("p/at_once", "99999999999999999999"), ("p/at_once", ""),
        ])
    func foreign(_ key: String, _ value: String) throws {
        let store = try station(1)
        etcd.set(key, Array(value.utf8))
        let error = #expect(throws: FleetError.self) {
            try store.take(Make.slot(1, identity: "a", station: 1), limit: 2)
        }
        #expect(error?.code == .io)
        #expect(error?.message.contains(key) == true, "\(error?.message ?? "")")
    }

    @Test("A slot under another host's key is not believed") func misplaced() throws {
        let store = try station(1)
        etcd.set("p/slots/bb", try EtcdKeys.encode(Make.slot(1, identity: "aa")))
        #expect(throws: FleetError.self) { try store.slots() }
    }

    @Test("What ends withdraws its mark and nothing else") func withdrawn() throws {
        let store = try station(1)
        #expect(try store.take(Make.slot(1, identity: "a", station: 1), limit: 2) == .taken)
        store.withdraw()
        #expect(etcd.keys() == ["p/at_once", "p/slots/a"])
    }
}
