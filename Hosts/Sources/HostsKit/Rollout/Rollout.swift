public import FleetGuard
public import FleetKit

/// A restart of many hosts as a value: what it knows, and what it asks for next.
///
/// It does nothing itself. Each event gives effects, which the runner carries out and answers with events, in any order and
/// at any time; the simulation does the same with every order there is. What must hold, whatever comes:
///
/// - between the moment that a host may be down by this rollout's doing and the proof that it is well, its slot is held;
/// - a slot goes back by `SlotEvidence` alone;
/// - after a failure, an interruption or the loss of the store no further host is touched.
public struct Rollout: Hashable, Sendable {
    public struct Target: Hashable, Sendable {
        public var host: String
        public var identity: String
        /// Targets of a stage begin when those of the stage before are done.
        public var stage: Int

        public init(host: String, identity: String, stage: Int) {
            self.host = host
            self.identity = identity
            self.stage = stage
        }
    }

    public struct Settings: Hashable, Sendable {
        public var atOnce: Int
        /// How often a busy host is taken again, a lost one asked again, a fleet looked at until it is well, and the
        /// store looked at until a slot is free.
        public var busyTries: Int
        public var lostTries: Int
        public var proofTries: Int
        public var slotTries: Int

        public init(atOnce: Int, busyTries: Int = 4, lostTries: Int = 30, proofTries: Int = 15, slotTries: Int = 120) {
            self.atOnce = atOnce
            self.busyTries = busyTries
            self.lostTries = lostTries
            self.proofTries = proofTries
            self.slotTries = slotTries
        }
    }

    /// Who runs it: what goes into each slot.
    public struct Station: Hashable, Sendable {
        /// A fresh UUID; the tokens and the operations' ids are made from it.
        public var id: String
        public var author: String
        public var reason: String?

        public init(id: HostOperationID, author: String, reason: String?) {
            self.id = id.rawValue
            self.author = author
            self.reason = reason
        }
    }

    public let station: Station
    public let settings: Settings
    public internal(set) var hosts: [Host]
    /// Slots of other stations' runs, by token, of which it is asked whether they can be given back.
    var recoveries: [String: Recovery] = [:]
    var hasLooked = false
    /// Why nothing further begins.
    public internal(set) var halt: Halt?
    var made: UInt64 = 0
    var slotWaits = 0
    var isWaitingForSlots = false
    /// All that were held when a slot was refused; empty once one was taken.
    public internal(set) var inTheWay: [StoredSlot] = []

    public enum Halt: Hashable, Sendable {
        case failed(String)
        case interrupted
        /// With the code of what the store threw.
        case store(FleetError.Code, String)
        /// Every slot is held, and no wait would change that.
        case slots
    }

    public struct Host: Hashable, Sendable {
        public let target: Target
        public internal(set) var phase: Phase = .queued
        /// A slot is left behind, or may be: the host failed, or the store could not be used any more.
        public internal(set) var keepsSlot = false
        var busyTries = 0
    }

    public enum Phase: Hashable, Sendable {
        case queued
        case taking(Slot)
        /// Whether it was taken is not known: the store is asked again.
        case checking(Slot)
        /// No slot is free: a wait is under way.
        case blocked
        case beginning(Slot)
        case running(Slot)
        /// The connection is lost: a wait, or the question what became of it, is under way.
        case away(Slot, tries: Int)
        case proving(Slot, Outcome, tries: Int)
        case returning(Slot, Outcome)
        /// Another restart runs there: a wait is under way.
        case resting
        case finished(Outcome)
    }

    public enum Outcome: Hashable, Sendable {
        case done
        case busy
        /// It keeps its slot.
        case failed(String)
        /// Its operation can never begin: it is taken again with another.
        case void
        /// Nothing was asked of it.
        case unsent
    }

    enum Recovery: Hashable, Sendable {
        case asking(Slot)
        case returning(Slot, SlotEvidence)
        case stuck(Slot, String)
    }

    public enum Effect: Hashable, Sendable {
        case look
        case take(Slot, limit: Int)
        case giveBack(Slot, SlotEvidence)
        /// Ask the slot's host to begin the slot's operation.
        case begin(Slot)
        case follow(Slot)
        /// Settle the slot's operation, and look at the fleet.
        case prove(Slot)
        case wait(Wait, tries: Int)
    }

    public enum Wait: Hashable, Sendable {
        /// For a host, which is named by its slot.
        case host(Slot)
        case proof(Slot)
        case busy(identity: String)
        case slots
        case taking(Slot)
        case returning(Slot, SlotEvidence)
    }

    public enum Event: Hashable, Sendable {
        case looked([StoredSlot])
        case took(Slot, TakeAnswer)
        case gaveBack(Slot, SlotEvidence, ReturnAnswer)
        /// The store cannot be used.
        case storeFailed(FleetError.Code, String)
        case accepted(Slot)
        case state(Slot, HostOperationState, Int32?)
        case proof(Slot, HostOperationState, HostHealth)
        /// The host refused, in its own words.
        case refused(Slot, String)
        case lost(Slot, String)
        case waited(Wait)
        case interrupt
    }

    /// - Parameter targets: one for each identity, with the stages in order.
    public init(_ targets: [Target], station: Station, settings: Settings) {
        hosts = targets.map { Host(target: $0) }
        self.station = station
        self.settings = settings
    }

    /// Nothing is under way that this rollout has to wait for.
    public var isFinished: Bool {
        guard hasLooked || halt != nil else { return false }
        if recoveries.values.contains(where: \.isUnderWay) && halt == nil { return false }
        return hosts.allSatisfy { host in
            switch host.phase {
            case .finished: true
            case .queued, .blocked, .resting: halt != nil
            // A transition of the store that is under way is waited for, a host is not once a person has had enough.
            case .taking, .checking, .returning: false
            case .beginning, .running, .away, .proving: halt == .interrupted
            }
        }
    }

    /// Hosts of which this rollout holds, or may hold, a slot.
    public var active: Int { hosts.count { $0.phase.slot != nil } }
}

extension Rollout.Phase {
    /// The slot that is held, or may be.
    public var slot: Slot? {
        switch self {
        case .taking(let slot), .checking(let slot), .beginning(let slot), .running(let slot), .away(let slot, _),
            .proving(let slot, _, _), .returning(let slot, _):
            slot
        case .queued, .blocked, .resting, .finished: nil
        }
    }

    public var isFinished: Bool { if case .finished = self { true } else { false } }
}

extension Rollout.Recovery {
    var slot: Slot {
        switch self {
        case .asking(let slot), .returning(let slot, _), .stuck(let slot, _): slot
        }
    }

    var isUnderWay: Bool { if case .stuck = self { false } else { true } }
}
