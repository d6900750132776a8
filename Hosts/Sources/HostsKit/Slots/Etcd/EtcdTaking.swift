internal import FleetGuard
internal import FleetKit

/// What comes next in a change of the slots.
enum EtcdStep<Answer: Hashable & Sendable>: Hashable, Sendable {
    case ask(EtcdRequest)
    case answer(Answer)
}

/// The taking of a slot as a value: each answer of etcd gives the next request, so the simulation can put anything between two
/// of them.
///
/// The transaction has four conditions, all on revisions: the host has no slot; no slot was taken since the look that counted
/// them; the number agreed on is the one that was looked at; and this station's mark is there and unchanged. The transaction
/// changes the mark as well. So two transactions of one station can never both come through: one that arrives late, after it
/// was repeated, or after its station ended or lost its lease, finds another mark or none.
struct EtcdTaking: Hashable, Sendable {
    let slot: Slot
    /// The station's own, which may be lower than what is agreed on.
    let limit: Int
    let lease: Int64
    let keys: EtcdKeys
    private var phase = Phase.looking
    private var conflicts = 0

    private enum Phase: Hashable { case looking, committing, readingBack }

    /// After so many conflicts in a row another look is left to the rollout, which waits in between.
    private static let conflictLimit = 8

    init(_ slot: Slot, limit: Int, lease: Int64, keys: EtcdKeys) {
        self.slot = slot
        self.limit = limit
        self.lease = lease
        self.keys = keys
    }

    var first: EtcdRequest { .read(prefix: keys.all) }
    /// The transaction was sent, and what became of it is not known.
    var mayBeTaken: Bool { phase == .readingBack }

    /// - Throws: `.noServiceManager` where this station does not count as alive any more; `.io` for foreign values.
    mutating func handle(_ answer: EtcdAnswer) throws(FleetError) -> EtcdStep<TakeAnswer> {
        switch (phase, answer) {
        case (.looking, .snapshot(let snapshot)): return try consider(EtcdTable(snapshot, keys))
        case (.committing, .done): return .answer(.taken)
        case (.committing, .conflict(let snapshot)):
            conflicts += 1
            return try consider(EtcdTable(snapshot, keys))
        case (.committing, .unknown):
            // Not sent again: whether the first one came through is read back by the token.
            phase = .readingBack
            return .ask(.read(prefix: keys.all))
        case (.readingBack, .snapshot(let snapshot)):
            return .answer(try EtcdTable(snapshot, keys).slot(of: slot.token) == nil ? .unknown : .taken)
        default: return .answer(.unknown)
        }
    }

    private mutating func consider(_ table: EtcdTable) throws(FleetError) -> EtcdStep<TakeAnswer> {
        if table.slot(of: slot.token) != nil { return .answer(.taken) }
        guard let mark = table.alive[slot.station] else { throw Self.isNotAlive }
        guard let agreed = table.atOnce else {
            throw FleetError(
                .io, "the number of hosts that may be down is gone from etcd (\(keys.atOnce))",
                hint: "someone has deleted it; the next rollout writes at_once of its hosts.toml there")
        }
        guard table.slots.count < min(limit, agreed),
            !table.slots.contains(where: { $0.slot.identity.isExactly(slot.identity) })
        else { return .answer(.refused(table.slots)) }
        guard conflicts < Self.conflictLimit else { return .answer(.unknown) }
        phase = .committing
        return .ask(
            .commit(
                EtcdTransaction(
                    [
                        .isAbsent(keys.slot(slot.identity)),
                        .nothingNewer(prefix: keys.slots, than: table.revision),
                        .isUnchanged(keys.atOnce, since: table.atOnceRevision),
                        .isUnchanged(keys.alive(slot.station), since: mark),
                    ],
                    [
                        .put(key: keys.slot(slot.identity), value: try EtcdKeys.encode(slot), lease: nil),
                        .put(key: keys.alive(slot.station), value: [], lease: lease),
                    ], prefix: keys.all)))
    }

    static let isNotAlive = FleetError(
        .noServiceManager, "this station's lease in etcd has expired, so other stations consider it dead",
        hint: "the rollout was stopped or cut off for longer than the lease; run it again")
}

/// The return of a slot, in the same way: deleted if it is still the one with this token, by its revision.
struct EtcdReturning: Hashable, Sendable {
    let slot: Slot
    let keys: EtcdKeys
    private var isCommitting = false
    private var conflicts = 0

    init(_ slot: Slot, keys: EtcdKeys) {
        self.slot = slot
        self.keys = keys
    }

    var first: EtcdRequest { .read(prefix: keys.all) }

    /// - Throws: `.io` for foreign values.
    mutating func handle(_ answer: EtcdAnswer) throws(FleetError) -> EtcdStep<ReturnAnswer> {
        switch (isCommitting, answer) {
        case (true, .done): return .answer(.done)
        case (false, .snapshot(let snapshot)), (true, .conflict(let snapshot)):
            guard let stored = try EtcdTable(snapshot, keys).slot(of: slot.token) else { return .answer(.gone) }
            guard conflicts < 3 else { return .answer(.unknown) }
            conflicts += 1
            isCommitting = true
            let key = keys.slot(stored.slot.identity)
            return .ask(
                .commit(
                    EtcdTransaction(
                        [.isUnchanged(key, since: stored.revision)], [.delete(key: key)], prefix: keys.all)))
        default: return .answer(.unknown)
        }
    }
}
