public import FleetGuard
public import FleetKit

/// Slots in etcd, for several stations.
///
/// The lease of `alive/STATION` says only that the station lives. No slot has a lease, so nothing that expires frees one.
public final class EtcdSlotStore: SlotStore {
    private let etcd: any EtcdConnection
    private let keys: EtcdKeys
    private let station: String
    private let clock: any OperationClock
    private var lease: Int64?
    /// Since when no return got an answer.
    private var silentSince: Duration?

    /// Long enough for another leader (0.5 to 2.5 s) and a few lost packets, short enough that a dead station is soon seen.
    public static let leaseSeconds = 15
    /// To give back is the last thing that a station does for a host, so it is worth more patience than to begin another.
    private static let returnPatience = Duration.seconds(30)

    /// - Parameter station: a fresh UUID for each run.
    public init(
        _ etcd: any EtcdConnection, prefix: String, station: String, clock: any OperationClock = SystemClock()
    ) {
        self.etcd = etcd
        keys = EtcdKeys(prefix: prefix)
        self.station = station
        self.clock = clock
    }

    deinit { withdraw() }

    public func announce(atOnce: Int) throws(FleetError) -> Int {
        let lease = try etcd.keepLease(seconds: Self.leaseSeconds)
        self.lease = lease
        try settle { table in
            table.alive[station] != nil
        } request: { _ in
            .mark(key: keys.alive(station), lease: lease)
        }
        let table = try settle {
            $0.atOnce != nil
        } request: { _ in
            .commit(
                EtcdTransaction(
                    [.isAbsent(keys.atOnce)],
                    [.put(key: keys.atOnce, value: EtcdKeys.encode(atOnce), lease: nil)], prefix: keys.all))
        }
        return table.atOnce ?? atOnce
    }

    public func withdraw() {
        guard lease != nil else { return }
        lease = nil
        etcd.releaseLease()
    }

    public func confirm() throws(FleetError) {
        guard lease != nil, etcd.leaseLeft != nil else { throw EtcdTaking.isNotAlive }
    }

    public func slots() throws(FleetError) -> [StoredSlot] { try read().slots }

    public func agreed() throws(FleetError) -> Int? { try read().atOnce }

    public func agree(on atOnce: Int) throws(FleetError) {
        try settle {
            $0.atOnce == atOnce
        } request: { table in
            .commit(
                EtcdTransaction(
                    [
                        table.atOnce == nil
                            ? .isAbsent(keys.atOnce) : .isUnchanged(keys.atOnce, since: table.atOnceRevision)
                    ],
                    [.put(key: keys.atOnce, value: EtcdKeys.encode(atOnce), lease: nil)], prefix: keys.all))
        }
    }

    public func take(_ slot: Slot, limit: Int) throws(FleetError) -> TakeAnswer {
        try confirm()
        guard let lease else { throw EtcdTaking.isNotAlive }
        var taking = EtcdTaking(slot, limit: limit, lease: lease, keys: keys)
        do throws(FleetError) {
            return try drive(taking.first) { answer throws(FleetError) in try taking.handle(answer) }
        } catch  where taking.mayBeTaken {
            // The transaction was sent and cannot be read back now: the rollout looks again.
            return .unknown
        }
    }

    public func giveBack(_ slot: Slot, _ evidence: SlotEvidence) throws(FleetError) -> ReturnAnswer {
        guard evidence.operation.isExactly(slot.operation) else {
            throw FleetError(.usage, "the evidence is about another operation", hint: "report this as a bug")
        }
        do throws(FleetError) {
            let answer = try breakSlot(slot)
            silentSince = nil
            return answer
        } catch  where error.code == .noServiceManager {
            let since = silentSince ?? clock.now()
            silentSince = since
            guard clock.now() - since < Self.returnPatience else { throw error }
            return .unknown
        }
    }

    public func breakSlot(_ slot: Slot) throws(FleetError) -> ReturnAnswer {
        var returning = EtcdReturning(slot, keys: keys)
        return try drive(returning.first) { answer throws(FleetError) in try returning.handle(answer) }
    }

    // MARK: Requests

    private func drive<Answer>(
        _ first: EtcdRequest, _ handle: (EtcdAnswer) throws(FleetError) -> EtcdStep<Answer>
    ) throws(FleetError) -> Answer {
        var request = first
        while true {
            switch try handle(try etcd.send(request)) {
            case .ask(let next): request = next
            case .answer(let answer): return answer
            }
        }
    }

    private func read() throws(FleetError) -> EtcdTable {
        guard case .snapshot(let snapshot) = try etcd.send(.read(prefix: keys.all)) else { throw Self.noAnswer }
        return try EtcdTable(snapshot, keys)
    }

    /// Sends a request that is harmless to repeat until a look says that it is so.
    @discardableResult
    private func settle(
        _ isSettled: (EtcdTable) -> Bool, request: (EtcdTable) -> EtcdRequest
    ) throws(FleetError) -> EtcdTable {
        for _ in 0..<5 {
            let table = try read()
            if isSettled(table) { return table }
            _ = try etcd.send(request(table))
        }
        let table = try read()
        guard isSettled(table) else { throw Self.noAnswer }
        return table
    }

    private static let noAnswer = FleetError(
        .noServiceManager, "etcd has not carried out a change after five attempts",
        hint: "see 'etcdctl endpoint status'")
}
