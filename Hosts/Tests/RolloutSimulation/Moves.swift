internal import FleetGuard
internal import FleetKit

@testable import HostsKit

/// One thing that can happen next.
struct Move: CustomStringConvertible {
    var description: String
    var apply: (inout World) throws(Violation) -> Void
}

extension World {
    /// Everything that can happen in this state.
    func moves() -> [Move] {
        var moves: [Move] = []
        for (number, station) in stations.enumerated() where !station.isDead && !station.rollout.isFinished {
            if let call = station.call {
                moves += callMoves(number, call)
            } else {
                for (place, effect) in station.todo.enumerated() { moves += self.moves(number, place, effect) }
                for slot in station.listening { moves += listen(number, slot) }
            }
            if budget.crashes > 0 {
                moves.append(
                    Move(description: "station \(number) is killed") { world in
                        world.budget.crashes -= 1
                        world.stations[number].isDead = true
                        world.stations[number].todo = []
                        world.stations[number].listening = []
                        // What it has sent arrives yet, or never.
                        if let call = world.stations[number].call, case .commit(let transaction) = call.request {
                            world.lateCommits.append(
                                LateCommit(transaction: transaction, slot: call.isTaking ? call.slot : nil))
                        }
                        world.stations[number].call = nil
                    })
            }
            if budget.interrupts > 0, !station.isInterrupted, station.call == nil {
                moves.append(
                    Move(description: "station \(number) is interrupted") { world throws(Violation) in
                        world.budget.interrupts -= 1
                        world.stations[number].isInterrupted = true
                        try world.tell(number, .interrupt)
                    })
            }
            if budget.expiries > 0, alive.contains(station.rollout.station.id) {
                moves.append(
                    Move(description: "the mark of station \(number), which lives, is gone") {
                        world throws(Violation) in
                        world.budget.expiries -= 1
                        try world.expire(number)
                    })
            }
        }
        for (number, station) in stations.enumerated()
        where (station.isDead || station.rollout.isFinished) && alive.contains(station.rollout.station.id) {
            moves.append(
                Move(description: "the mark of station \(number) is gone") { world throws(Violation) in
                    try world.expire(number)
                })
        }
        for (number, machine) in hosts.enumerated() { moves += self.moves(of: machine, number) }
        for (place, slot) in floating.enumerated() {
            moves.append(
                Move(description: "a late request for \(slot.operation) arrives") { world throws(Violation) in
                    world.floating.remove(at: place)
                    _ = try world.begin(slot)
                })
        }
        for (place, late) in lateTakes.enumerated() {
            moves.append(
                Move(description: "a late taking of \(late.slot.token) comes through") { world in
                    world.lateTakes.remove(at: place)
                    _ = world.take(late.slot, late.limit)
                })
        }
        for (place, slot) in lateReturns.enumerated() {
            moves.append(
                Move(description: "a late return of \(slot.token) comes through") { world throws(Violation) in
                    world.lateReturns.remove(at: place)
                    _ = try world.giveBack(slot)
                })
        }
        return moves + lateCommitMoves() + operatorMoves()
    }

    private func operatorMoves() -> [Move] {
        guard budget.breaks > 0 else { return [] }
        if let seen {
            return [
                Move(description: "the operator breaks \(seen.host)") { world throws(Violation) in
                    world.budget.breaks -= 1
                    world.seen = nil
                    let byName = world.bug == .breakByName
                    let found = world.slots.firstIndex {
                        byName ? $0.identity == seen.identity : $0.token == seen.token
                    }
                    guard let found else { return }
                    guard world.etcd != nil else {
                        try world.checkRemoval(of: world.slots[found])
                        world.slots.remove(at: found)
                        return
                    }
                    let key = Self.keys.slot(world.slots[found].identity)
                    _ = try world.handle(.commit(EtcdTransaction([], [.delete(key: key)], prefix: key)), nil)
                }
            ]
        }
        // He breaks what he has seen to be over: a station that is dead, a host that is well.
        return slots.filter { slot in
            guard let machine = machine(slot).map({ hosts[$0] }) else { return false }
            let operation = machine.operations[slot.operation]
            return machine.isHealthy && !machine.isRunning && operation != nil && operation != .running
        }.map { slot in
            Move(description: "the operator looks at \(slot.token)") { world in world.seen = slot }
        }
    }

    private func moves(of machine: Machine, _ number: Int) -> [Move] {
        var moves: [Move] = []
        for (id, operation) in machine.operations.sorted(by: { $0.key < $1.key }) where operation == .running {
            moves.append(
                Move(description: "\(id) on host \(number) ends well") { world in
                    world.hosts[number].operations[id] = .ended(0)
                    world.hosts[number].isHealthy = true
                })
            if budget.failures > 0 {
                moves.append(
                    Move(description: "\(id) on host \(number) fails") { world in
                        world.budget.failures -= 1
                        world.hosts[number].operations[id] = .ended(1)
                        world.hosts[number].isHealthy = false
                    })
            }
            if budget.busy > 0 {
                moves.append(
                    Move(description: "\(id) on host \(number) finds it busy") { world in
                        world.budget.busy -= 1
                        world.hosts[number].operations[id] = .ended(75)
                    })
            }
        }
        if !machine.isHealthy, !machine.isRunning, budget.mends > 0 {
            moves.append(
                Move(description: "host \(number) is mended") { world in
                    world.budget.mends -= 1
                    world.hosts[number].isHealthy = true
                })
        }
        return moves
    }

    /// A station that reads an operation's progress hears of its end, or loses the connection.
    private func listen(_ number: Int, _ slot: Slot) -> [Move] {
        guard let machine = machine(slot).map({ hosts[$0] }) else { return [] }
        var moves: [Move] = []
        if case .ended(let status) = machine.operations[slot.operation] {
            moves.append(
                Move(description: "station \(number) hears the end of \(slot.operation): \(status)") {
                    world throws(Violation) in
                    world.stations[number].listening.removeAll { $0 == slot }
                    try world.tell(number, .state(slot, .ended, status))
                })
        }
        if budget.lost > 0 {
            moves.append(
                Move(description: "station \(number) loses the connection of \(slot.operation)") {
                    world throws(Violation) in
                    world.budget.lost -= 1
                    world.stations[number].listening.removeAll { $0 == slot }
                    try world.tell(number, .lost(slot, ""))
                })
        }
        return moves
    }

    private func moves(_ number: Int, _ place: Int, _ effect: Rollout.Effect) -> [Move] {
        func move(
            _ words: String, costs: Bool = false, _ body: @escaping (inout World) throws(Violation) -> Rollout.Event?
        ) -> [Move] {
            guard !costs || budget.lost > 0 else { return [] }
            return [
                Move(description: "station \(number): \(words)") { world throws(Violation) in
                    if costs { world.budget.lost -= 1 }
                    world.stations[number].todo.remove(at: place)
                    if let event = try body(&world) { try world.tell(number, event) }
                }
            ]
        }
        switch effect {
        case .look:
            return move("looks at the slots") { world in .looked(world.stored) }
        case .take(let slot, let limit) where etcd != nil:
            return move("begins to take \(slot.token)") { world in
                let taking = EtcdTaking(slot, limit: limit, lease: Self.lease(number), keys: Self.keys)
                world.stations[number].call = .taking(taking, taking.first)
                return nil
            }
        case .giveBack(let slot, let evidence) where etcd != nil:
            return move("begins to give \(slot.token) back") { world in
                let returning = EtcdReturning(slot, keys: Self.keys)
                world.stations[number].call = .returning(returning, returning.first, evidence)
                return nil
            }
        case .take(let slot, let limit):
            return move("takes \(slot.token)") { world in .took(slot, world.take(slot, limit)) }
                + move("takes \(slot.token), and does not hear so", costs: true) { world in
                    _ = world.take(slot, limit)
                    return .took(slot, world.unheard)
                }
                + move("loses its taking of \(slot.token) for now", costs: true) { world in
                    world.lateTakes.append(LateTake(slot: slot, limit: limit))
                    return .took(slot, world.unheard)
                }
        case .giveBack(let slot, let evidence):
            return move("gives \(slot.token) back") { world throws(Violation) in
                .gaveBack(slot, evidence, try world.giveBack(slot))
            }
                + move("gives \(slot.token) back, and does not hear so", costs: true) { world throws(Violation) in
                    _ = try world.giveBack(slot)
                    return .gaveBack(slot, evidence, .unknown)
                }
                + move("loses its return of \(slot.token) for now", costs: true) { world in
                    world.lateReturns.append(slot)
                    return .gaveBack(slot, evidence, .unknown)
                }
        case .begin(let slot):
            return move("begins \(slot.operation)") { world throws(Violation) in
                let event = try world.begin(slot)
                if case .accepted = event { world.stations[number].listening.append(slot) }
                return event
            }
                + move("begins \(slot.operation), and does not hear so", costs: true) { world throws(Violation) in
                    _ = try world.begin(slot)
                    return .lost(slot, "")
                }
                + move("loses its request for \(slot.operation) for now", costs: true) { world in
                    world.floating.append(slot)
                    return .lost(slot, "")
                }
        case .follow(let slot):
            return move("follows \(slot.operation)") { world in
                switch world.operation(slot) {
                case nil: return .state(slot, .unknown, nil)
                case .void: return .state(slot, .void, nil)
                case .ended(let status): return .state(slot, .ended, status)
                case .running:
                    world.stations[number].listening.append(slot)
                    return nil
                }
            } + move("asks in vain for \(slot.operation)", costs: true) { _ in .lost(slot, "") }
        case .prove(let slot):
            return move("settles \(slot.operation)") { world in world.settle(slot) }
                + move("settles \(slot.operation), and does not hear so", costs: true) { world in
                    _ = world.settle(slot)
                    return .lost(slot, "")
                }
        case .wait(let wait, _):
            return move("has waited") { _ in .waited(wait) }
        }
    }
}
