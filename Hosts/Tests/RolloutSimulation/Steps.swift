internal import FleetGuard
internal import FleetKit
internal import HostsFake

@testable import HostsKit

/// What the moves do, and what is held against each of them.
extension World {
    mutating func tell(_ number: Int, _ event: Rollout.Event) throws(Violation) {
        let wasHalted = stations[number].rollout.halt != nil
        let effects = stations[number].rollout.handle(event, time: "")
        if wasHalted {
            for effect in effects {
                switch effect {
                case .take, .begin: throw Violation(description: "station \(number) goes on after it halted: \(effect)")
                default: break
                }
            }
        }
        stations[number].todo += effects
        let rollout = stations[number].rollout
        if rollout.halt == .slots, slots.allSatisfy({ $0.station == rollout.station.id }) {
            throw Violation(description: "station \(number) gives up for want of a slot, and only its own are held")
        }
        if bug == .failureFrees, case .failed = rollout.halt {
            slots.removeAll { slot in
                slot.station == rollout.station.id
                    && !rollout.hosts.contains { $0.phase.slot?.token == slot.token }
            }
        }
        // Its mark goes with it; what it still wanted of the store or of hosts is nothing that matters any more.
        if rollout.isFinished {
            stations[number].todo = []
            stations[number].listening = []
            stations[number].call = nil
        }
    }

    /// What a station hears of a transaction whose answer is lost.
    var unheard: TakeAnswer { bug == .blindRetry ? .refused([]) : .unknown }

    mutating func take(_ slot: Slot, _ limit: Int) -> TakeAnswer {
        if bug == .expiryFrees { slots.removeAll { !alive.contains($0.station) } }
        if slots.contains(where: { $0.token == slot.token }) { return .taken }
        guard slots.count < limit, !slots.contains(where: { $0.identity == slot.identity }) else {
            return .refused(stored)
        }
        slots.append(slot)
        slots.sort { $0.token < $1.token }
        return .taken
    }

    mutating func giveBack(_ slot: Slot) throws(Violation) -> ReturnAnswer {
        let place = slots.firstIndex {
            bug == .noRevisionCheck ? $0.identity == slot.identity : $0.token == slot.token
        }
        guard let place else { return .gone }
        try checkRemoval(of: slots[place])
        slots.remove(at: place)
        return .done
    }

    /// A slot goes when its operation is over or can never be, and its host is well.
    func checkRemoval(of slot: Slot) throws(Violation) {
        guard let machine = machine(slot).map({ hosts[$0] }) else { return }
        switch machine.operations[slot.operation] {
        case .running: throw Violation(description: "\(slot.token) goes while its operation runs")
        case nil:
            let isOnItsWay =
                floating.contains { $0.operation == slot.operation }
                || stations.contains { $0.todo.contains(.begin(slot)) }
            if isOnItsWay { throw Violation(description: "\(slot.token) goes while its operation can still begin") }
        case .void, .ended: break
        }
        guard machine.isHealthy else { throw Violation(description: "\(slot.token) goes though its host is not well") }
    }

    func operation(_ slot: Slot) -> Operation? { machine(slot).flatMap { hosts[$0].operations[slot.operation] } }

    mutating func begin(_ slot: Slot) throws(Violation) -> Rollout.Event {
        guard let number = machine(slot) else { return .lost(slot, "") }
        if let known = hosts[number].operations[slot.operation], bug != .acceptsTwice {
            switch known {
            case .running: return .state(slot, .running, nil)
            case .void: return .state(slot, .void, nil)
            case .ended(let status): return .state(slot, .ended, status)
            }
        }
        if hosts[number].operations[slot.operation] != nil {
            throw Violation(description: "\(slot.operation) is done twice")
        }
        hosts[number].operations[slot.operation] = .running
        return .accepted(slot)
    }

    mutating func settle(_ slot: Slot) -> Rollout.Event {
        guard let number = machine(slot) else { return .lost(slot, "") }
        if hosts[number].operations[slot.operation] == nil, bug != .settleForgets {
            hosts[number].operations[slot.operation] = .void
        }
        let state: HostOperationState =
            switch hosts[number].operations[slot.operation] {
            case nil, .void: .void
            case .running: .running
            case .ended: .ended
            }
        return .proof(slot, state, health(hosts[number]))
    }

    mutating func expire(_ number: Int) throws(Violation) {
        let id = stations[number].rollout.station.id
        alive.remove(id)
        if etcd != nil {
            etcd?.revoke(Self.lease(number))
            try mirror(nil)
        } else if bug == .leaseOnSlot {
            slots.removeAll { $0.station == id }
        }
    }

    /// What must hold in every state.
    func check() throws(Violation) {
        guard slots.count <= limit else { throw Violation(description: "\(slots.count) slots are held") }
        for machine in hosts where machine.isRunning || !machine.isHealthy {
            guard slots.contains(where: { $0.identity == machine.identity }) else {
                throw Violation(description: "host \(machine.identity) may be down without a slot")
            }
        }
        for machine in hosts where machine.operations.values.count(where: { $0 == .running }) > 1 {
            throw Violation(description: "host \(machine.identity) runs two operations")
        }
        for (number, station) in stations.enumerated() where !station.isDead && !station.rollout.isFinished {
            guard !station.todo.isEmpty || !station.listening.isEmpty || station.call != nil else {
                throw Violation(description: "station \(number) waits for nothing")
            }
        }
    }

    /// All stations have ended and all hosts are well: a new one, to which nothing happens, must get through.
    func checkNobodyIsStuck() throws(Violation) {
        guard stations.allSatisfy({ $0.isDead || $0.rollout.isFinished }),
            hosts.allSatisfy({ $0.isHealthy && !$0.isRunning }), floating.isEmpty, lateTakes.isEmpty
        else { return }
        var world = self
        world.budget = Budget()
        for number in world.stations.indices { try world.expire(number) }
        world.addStation()
        let number = world.stations.count - 1
        for _ in 0..<200 {
            let moves = world.moves()
            guard let move = moves.first else { break }
            try move.apply(&world)
            try world.check()
        }
        let rollout = world.stations[number].rollout
        guard rollout.isFinished, rollout.hosts.allSatisfy({ $0.phase == .finished(.done) }) else {
            throw Violation(description: "nobody can go on though all hosts are well: \(rollout.hosts.map(\.phase))")
        }
        guard world.slots.isEmpty else { throw Violation(description: "a slot is left without a reason") }
    }
}
