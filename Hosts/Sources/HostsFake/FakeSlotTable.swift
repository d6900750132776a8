public import FleetGuard
internal import FleetKit
public import HostsKit
internal import Synchronization

/// What a fake store's stations share.
public final class FakeSlotTable: Sendable {
    struct State {
        var slots: [Slot] = []
        var alive: Set<String> = []
        var agreed: Int?
        var lostAnswers = 0
        var isBroken = false
    }

    let state = Mutex(State())

    public init() {}

    public var held: [Slot] { state.withLock { $0.slots } }

    /// The next answers do not arrive, though what was asked is done.
    public func loseAnswers(_ count: Int) { state.withLock { $0.lostAnswers = count } }
    public func breakDown(_ isBroken: Bool = true) { state.withLock { $0.isBroken = isBroken } }
}

/// Slots in memory.
public final class FakeSlotStore: SlotStore {
    private let table: FakeSlotTable
    private let station: String

    public init(_ table: FakeSlotTable, station: String) {
        self.table = table
        self.station = station
    }

    public func announce(atOnce: Int) throws(FleetError) -> Int {
        try change { state in
            state.alive.insert(station)
            state.agreed = state.agreed ?? atOnce
            return state.agreed ?? atOnce
        }
    }

    public func confirm() throws(FleetError) {
        guard try change({ $0.alive.contains(station) }) else {
            throw FleetError(.noServiceManager, "this station is not announced", hint: "run it again")
        }
    }

    public func agreed() throws(FleetError) -> Int? { try change { $0.agreed } }

    public func agree(on atOnce: Int) throws(FleetError) { try change { $0.agreed = atOnce } }

    public func withdraw() { table.state.withLock { _ = $0.alive.remove(station) } }

    public func slots() throws(FleetError) -> [StoredSlot] { try change { state in Self.stored(state) } }

    public func take(_ slot: Slot, limit: Int) throws(FleetError) -> TakeAnswer {
        try change { state in
            guard state.slots.count < limit, !state.slots.contains(where: { $0.identity.isExactly(slot.identity) })
            else {
                return state.slots.contains { $0.token.isExactly(slot.token) } ? .taken : .refused(Self.stored(state))
            }
            state.slots.append(slot)
            return Self.hears(&state) ? .taken : .unknown
        }
    }

    public func giveBack(_ slot: Slot, _ evidence: SlotEvidence) throws(FleetError) -> ReturnAnswer {
        try breakSlot(slot)
    }

    public func breakSlot(_ slot: Slot) throws(FleetError) -> ReturnAnswer {
        try change { state in
            guard let place = state.slots.firstIndex(where: { $0.token.isExactly(slot.token) }) else { return .gone }
            state.slots.remove(at: place)
            return Self.hears(&state) ? .done : .unknown
        }
    }

    private static func hears(_ state: inout FakeSlotTable.State) -> Bool {
        guard state.lostAnswers > 0 else { return true }
        state.lostAnswers -= 1
        return false
    }

    private static func stored(_ state: FakeSlotTable.State) -> [StoredSlot] {
        state.slots.map { StoredSlot($0, isStationAlive: state.alive.contains($0.station)) }
            .sorted { ($0.slot.host, $0.slot.token) < ($1.slot.host, $1.slot.token) }
    }

    private func change<Value: Sendable>(
        _ body: (inout FakeSlotTable.State) -> Value
    ) throws(FleetError) -> Value {
        guard let value = table.state.withLock({ $0.isBroken ? nil : body(&$0) }) else {
            throw FleetError(.noServiceManager, "the store does not answer", hint: "try again")
        }
        return value
    }
}
