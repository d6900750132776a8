internal import FleetGuard
internal import FleetKit
internal import FoundationEssentials

/// Where the slots are in etcd, below a prefix of their own:
///
/// - `slots/IDENTITY`: a slot, as JSON, without a lease;
/// - `alive/STATION`: that a station lives, with its lease;
/// - `at_once`: the number of slots that all stations have agreed on.
struct EtcdKeys: Hashable, Sendable {
    /// With the slash at its end.
    let all: String

    init(prefix: String) { all = prefix + "/" }

    var slots: String { all + "slots/" }
    var alive: String { all + "alive/" }
    var atOnce: String { all + "at_once" }
    func slot(_ identity: String) -> String { slots + identity }
    func alive(_ station: String) -> String { alive + station }

    static func encode(_ slot: Slot) throws(FleetError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do { return Array(try encoder.encode(slot)) } catch {
            throw FleetError(.io, "a slot cannot be written as JSON: \(error)", hint: "report this as a bug")
        }
    }

    static func encode(_ atOnce: Int) -> [UInt8] { Array(String(atOnce).utf8) }
}

/// What a snapshot says of the slots.
struct EtcdTable: Hashable, Sendable {
    var revision: Int64
    /// In the order of their hosts' names.
    var slots: [StoredSlot] = []
    /// By station, the revision of its mark.
    var alive: [String: Int64] = [:]
    var atOnce: Int?
    var atOnceRevision: Int64 = 0

    /// - Throws: `.io`, naming a key that is no slot of ours: what cannot be read counts as held, so nothing is taken.
    init(_ snapshot: EtcdSnapshot, _ keys: EtcdKeys) throws(FleetError) {
        revision = snapshot.revision
        var found: [(slot: Slot, revision: Int64)] = []
        for entry in snapshot.entries {
            if let station = entry.key.after(keys.alive) {
                alive[String(station)] = entry.revision
            } else if let identity = entry.key.after(keys.slots) {
                found.append((try Self.slot(entry, String(identity)), entry.revision))
            } else if entry.key.isExactly(keys.atOnce) {
                guard let number = Int(String(decoding: entry.value.prefix(16), as: UTF8.self)),
                    (1...HostsFile.atOnceLimit).contains(number)
                else {
                    throw Self.foreign(entry, "a number from 1 to \(HostsFile.atOnceLimit)")
                }
                atOnce = number
                atOnceRevision = entry.revision
            }
        }
        slots = found.map { StoredSlot($0.slot, isStationAlive: alive[$0.slot.station] != nil, revision: $0.revision) }
            .sorted { ($0.slot.host, $0.slot.token) < ($1.slot.host, $1.slot.token) }
    }

    func slot(of token: String) -> StoredSlot? { slots.first { $0.slot.token.isExactly(token) } }

    private static func slot(_ entry: EtcdSnapshot.Entry, _ identity: String) throws(FleetError) -> Slot {
        do {
            let slot = try JSONDecoder().decode(Slot.self, from: Data(entry.value))
            if slot.identity.isExactly(identity), HostIdentity.isOne(identity) { return slot }
        } catch is DecodingError {
            // Told below, as any other value that is not a slot.
        } catch {
            throw FleetError(.io, "a slot cannot be read as JSON: \(error)", hint: "report this as a bug")
        }
        throw foreign(entry, "a slot of this host")
    }

    private static func foreign(_ entry: EtcdSnapshot.Entry, _ wanted: String) -> FleetError {
        let key = Printable.oneLine(entry.key, limit: 200)
        return FleetError(
            .io, "the value of \(key) in etcd is not \(wanted)",
            hint: "someone has changed it: see 'etcdctl get \(key)', and delete it once its host is healthy")
    }
}
