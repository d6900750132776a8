internal import FleetGuard
internal import FleetKit
internal import HostsFake

@testable import HostsKit

/// Stations with the shipped `Rollout`, a store, hosts and a network between them: one state of all there is.
struct World: Hashable {
    var slots: [Slot] = []
    /// Stations whose mark is there.
    var alive: Set<String> = []
    var stations: [Station]
    var hosts: [Machine]
    /// Requests to begin whose sender has given up on the answer: they arrive later, or never.
    var floating: [Slot] = []
    /// Transactions of the same kind.
    var lateTakes: [LateTake] = []
    var lateReturns: [Slot] = []
    /// Where the slots are in etcd: its keys. `slots` says the same. nil: the store makes each change in one step.
    var etcd: EtcdState?
    var lateCommits: [LateCommit] = []
    /// What an operator read before typing `hosts break`.
    var seen: Slot?
    var budget: Budget
    let limit: Int
    let bug: SeededBug?

    struct Station: Hashable {
        var rollout: Rollout
        /// What it asked for and has not been answered yet.
        var todo: [Rollout.Effect]
        /// Operations whose progress it reads.
        var listening: [Slot] = []
        /// In etcd.
        var call: StoreCall?
        var isDead = false
        var isInterrupted = false
    }

    struct Machine: Hashable {
        var identity: String
        var operations: [String: Operation] = [:]
        var isHealthy = true
        var isRunning: Bool { operations.values.contains(.running) }
    }

    enum Operation: Hashable {
        case running, void
        case ended(Int32)
    }

    struct LateTake: Hashable {
        var slot: Slot
        var limit: Int
    }

    /// How much may go wrong in one history.
    struct Budget: Hashable {
        var lost = 0
        var crashes = 0
        /// Marks that vanish while their stations live.
        var expiries = 0
        var failures = 0
        var busy = 0
        var mends = 0
        var breaks = 0
        var interrupts = 0
    }

    init(stations count: Int, hosts names: Int, limit: Int, budget: Budget, bug: SeededBug?, isEtcd: Bool = false) {
        hosts = (0..<names).map { Machine(identity: "0\($0)") }
        stations = []
        self.budget = budget
        self.limit = limit
        self.bug = bug
        etcd = isEtcd ? EtcdState() : nil
        for _ in 0..<count { addStation() }
    }

    mutating func addStation() {
        let number = stations.count
        let id = "00000000-0000-0000-0000-00000000000\(number)"
        // The first 24 characters tell the stations' operations apart.
        let text = "0000000\(number)" + id.dropFirst(8)
        guard let id = HostOperationID(String(text)) else { return }
        var rollout = Rollout(
            hosts.map { Rollout.Target(host: $0.identity, identity: $0.identity, stage: 0) },
            station: Rollout.Station(id: id, author: "", reason: nil),
            settings: Rollout.Settings(atOnce: limit, busyTries: 1, lostTries: 2, proofTries: 1, slotTries: 2))
        let todo = rollout.begin()
        stations.append(Station(rollout: rollout, todo: todo))
        alive.insert(id.rawValue)
        announce(number, id.rawValue)
    }

    var stored: [StoredSlot] { slots.map { StoredSlot($0, isStationAlive: alive.contains($0.station)) } }

    func machine(_ slot: Slot) -> Int? { hosts.firstIndex { $0.identity == slot.identity } }

    func health(_ machine: Machine) -> HostHealth {
        HostHealth(
            lock: machine.isRunning ? "held" : "free", active: machine.isHealthy ? 1 : 0, total: 1, outdated: 0,
            summary: "", isHealthy: machine.isHealthy && !machine.isRunning, troubles: [])
    }
}

/// Mistakes that others have made, put into the store, the hosts or the station around the shipped code.
enum SeededBug: String, Hashable, CaseIterable {
    /// The slot itself has the lease of its station.
    case leaseOnSlot
    /// A slot whose station's mark is gone is free.
    case expiryFrees
    /// A slot is given back by its host's name.
    case noRevisionCheck
    /// `hosts break` removes what is there by then.
    case breakByName
    /// A taking whose outcome is unknown is done again as another one.
    case blindRetry
    /// A host that is asked about an operation that it does not know leaves it at that.
    case settleForgets
    /// A host begins an operation that it knows.
    case acceptsTwice
    /// A failed host gives its slot back.
    case failureFrees
    /// A transaction does not look at its station's mark: one that arrives late comes through. In etcd only.
    case lateTransaction
    /// A taking does not look whether others were taken since the slots were counted. In etcd only.
    case oldCount

    static let inOneStep = allCases.filter { $0 != .lateTransaction && $0 != .oldCount }
    static let inEtcd: [SeededBug] = [
        .leaseOnSlot, .expiryFrees, .noRevisionCheck, .breakByName, .blindRetry, .lateTransaction, .oldCount,
        .settleForgets,
        .acceptsTwice,
    ]
}

struct Violation: Error, CustomStringConvertible {
    var description: String
}
