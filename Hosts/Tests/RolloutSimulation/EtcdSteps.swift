internal import FleetGuard
internal import FleetKit
internal import HostsFake

@testable import HostsKit

/// The shipped store for etcd, request by request: between any two of them anything else can happen.
extension World {
    /// What a station waits for in the store. It does nothing else meanwhile.
    enum StoreCall: Hashable {
        case taking(EtcdTaking, EtcdRequest)
        case returning(EtcdReturning, EtcdRequest, SlotEvidence)

        var request: EtcdRequest {
            switch self {
            case .taking(_, let request), .returning(_, let request, _): request
            }
        }
    }

    /// A transaction whose sender has given up on the answer: it arrives later, or never.
    struct LateCommit: Hashable {
        var transaction: EtcdTransaction
        /// The one that it would take; nil: it deletes one.
        var slot: Slot?
    }

    static let keys = EtcdKeys(prefix: "p")

    static func lease(_ number: Int) -> Int64 { Int64(number) + 1 }

    mutating func announce(_ number: Int, _ id: String) {
        guard var etcd else { return }
        etcd.grant(Self.lease(number))
        _ = etcd.handle(.mark(key: Self.keys.alive(id), lease: Self.lease(number)))
        _ = etcd.handle(
            .commit(
                EtcdTransaction(
                    [.isAbsent(Self.keys.atOnce)],
                    [.put(key: Self.keys.atOnce, value: EtcdKeys.encode(limit), lease: nil)], prefix: Self.keys.all)))
        self.etcd = etcd
    }

    /// Everything that can become of the request that the station waits for.
    func callMoves(_ number: Int, _ call: StoreCall) -> [Move] {
        func move(_ words: String, costs: Bool, _ answer: @escaping (inout World) throws(Violation) -> EtcdAnswer?)
            -> [Move]
        {
            guard !costs || budget.lost > 0 else { return [] }
            return [
                Move(description: "station \(number) in etcd: \(words)") { world throws(Violation) in
                    if costs { world.budget.lost -= 1 }
                    try world.answer(number, call, answer(&world))
                }
            ]
        }
        let slot = call.slot
        guard case .commit(let transaction) = call.request else {
            return move("reads for \(slot.token)", costs: false) { world throws(Violation) in
                try world.handle(call.request, slot)
            } + move("reads for \(slot.token) in vain", costs: true) { _ in nil }
        }
        let late = LateCommit(transaction: transaction, slot: call.isTaking ? slot : nil)
        return move("commits for \(slot.token)", costs: false) { world throws(Violation) in
            try world.handle(call.request, slot)
        }
            + move("commits for \(slot.token), and does not hear so", costs: true) { world throws(Violation) in
                _ = try world.handle(call.request, slot)
                return .unknown("")
            }
            + move("loses its transaction for \(slot.token) for now", costs: true) { world in
                world.lateCommits.append(late)
                return .unknown("")
            }
    }

    func lateCommitMoves() -> [Move] {
        lateCommits.enumerated().map { place, late in
            Move(description: "a late transaction arrives") { world throws(Violation) in
                world.lateCommits.remove(at: place)
                let answer = try world.handle(.commit(late.transaction), late.slot)
                guard answer == .done, let slot = late.slot, !world.alive.contains(slot.station) else { return }
                throw Violation(description: "\(slot.token) is taken for a station that is taken for dead")
            }
        }
    }

    /// - Parameter answer: nil where nothing was heard of a read.
    private mutating func answer(_ number: Int, _ call: StoreCall, _ answer: EtcdAnswer?) throws(Violation) {
        stations[number].call = nil
        let event: Rollout.Event
        do throws(FleetError) {
            switch call {
            case .taking(var taking, _):
                guard let answer else {
                    event =
                        taking.mayBeTaken
                        ? .took(taking.slot, .unknown) : .storeFailed(.noServiceManager, "")
                    break
                }
                if bug == .blindRetry, case .unknown = answer {
                    event = .took(taking.slot, .refused([]))
                    break
                }
                switch try taking.handle(answer) {
                case .ask(let next):
                    stations[number].call = .taking(taking, next)
                    return
                case .answer(let answer): event = .took(taking.slot, answer)
                }
            case .returning(var returning, _, let evidence):
                switch try returning.handle(answer ?? .unknown("")) {
                case .ask(let next):
                    stations[number].call = .returning(returning, next, evidence)
                    return
                case .answer(let answer): event = .gaveBack(returning.slot, evidence, answer)
                }
            }
        } catch {
            event = .storeFailed(error.code, error.message)
        }
        try tell(number, event)
    }

    /// Carries a request out, and holds every slot that goes against what must be.
    /// - Parameter slot: that a transaction would take.
    mutating func handle(_ request: EtcdRequest, _ slot: Slot?) throws(Violation) -> EtcdAnswer {
        guard var etcd else { return .unknown("") }
        etcd.ignoresConditions = bug == .noRevisionCheck
        etcd.ignoresMarks = bug == .lateTransaction
        var request = request
        if case .commit(var transaction) = request, bug == .leaseOnSlot, let slot,
            let number = stations.firstIndex(where: { $0.rollout.station.id == slot.station })
        {
            transaction.changes = transaction.changes.map { change in
                guard case .put(let key, let value, nil) = change else { return change }
                return .put(key: key, value: value, lease: Self.lease(number))
            }
            request = .commit(transaction)
        }
        if case .read = request, bug == .expiryFrees {
            for stored in slots where !alive.contains(stored.station) {
                _ = etcd.handle(
                    .commit(EtcdTransaction([], [.delete(key: Self.keys.slot(stored.identity))], prefix: "p")))
            }
        }
        let answer = etcd.handle(request)
        self.etcd = etcd
        try mirror(slot)
        return answer ?? .unknown("")
    }

    /// `slots` as the keys have them.
    mutating func mirror(_ new: Slot?) throws(Violation) {
        guard let etcd else { return }
        for slot in slots {
            let key = etcd.keys[Self.keys.slot(slot.identity)]
            if let key, key.value == Self.bytes(slot) { continue }
            slots.removeAll { $0 == slot }
            if bug != .leaseOnSlot { try checkRemoval(of: slot) }
        }
        if let new, !slots.contains(new), etcd.keys[Self.keys.slot(new.identity)]?.value == Self.bytes(new) {
            slots.append(new)
            slots.sort { $0.token < $1.token }
        }
    }

    private static func bytes(_ slot: Slot) -> [UInt8] {
        do throws(FleetError) { return try EtcdKeys.encode(slot) } catch { return [] }
    }
}

extension World.StoreCall {
    var slot: Slot {
        switch self {
        case .taking(let taking, _): taking.slot
        case .returning(let returning, _, _): returning.slot
        }
    }

    var isTaking: Bool { if case .taking = self { true } else { false } }
}
