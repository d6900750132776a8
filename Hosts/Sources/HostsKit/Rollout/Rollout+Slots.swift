internal import FleetGuard

/// Slots that are taken, given back and recovered.
extension Rollout {
    mutating func looked(_ slots: [StoredSlot], _ effects: inout [Effect]) {
        for index in hosts.indices {
            guard case .checking(let slot) = hosts[index].phase else { continue }
            if slots.contains(where: { $0.slot.token.isExactly(slot.token) }) {
                taken(index, slot, &effects)
            } else if halt == nil {
                // With the same token: should the first attempt come through yet, this one finds that out.
                hosts[index].phase = .taking(slot)
                effects.append(.take(slot, limit: settings.atOnce))
            } else {
                hosts[index].phase = .queued
            }
        }
        if !hasLooked {
            hasLooked = true
            recover(slots, &effects)
        }
    }

    /// Asks the hosts of slots whose stations do not live whether they are well; and of slots of our own that came to be
    /// after we had given up on them: a taking can come through late, even after it was repeated and given back.
    private mutating func recover(_ slots: [StoredSlot], _ effects: inout [Effect]) {
        guard halt == nil else { return }
        for stored in slots where isOwn(stored.slot) ? index(of: stored.slot) == nil : !stored.isStationAlive {
            recoveries[stored.slot.token] = .asking(stored.slot)
            effects.append(.prove(stored.slot))
        }
    }

    func isOwn(_ slot: Slot) -> Bool { slot.station.isExactly(station.id) }

    mutating func took(_ slot: Slot, _ answer: TakeAnswer, _ effects: inout [Effect]) {
        guard let index = index(of: slot) else { return }
        switch answer {
        case .taken: taken(index, slot, &effects)
        case .unknown:
            hosts[index].phase = .checking(slot)
            effects.append(.wait(.taking(slot), tries: 1))
        case .refused(let held):
            if held.contains(where: { $0.slot.token.isExactly(slot.token) }) { return taken(index, slot, &effects) }
            hosts[index].phase = .blocked
            inTheWay = held
            blocked(&effects)
        }
    }

    private mutating func taken(_ index: Int, _ slot: Slot, _ effects: inout [Effect]) {
        inTheWay = []
        slotWaits = 0
        guard halt == nil else {
            hosts[index].phase = .returning(slot, .unsent)
            return effects.append(.giveBack(slot, .unsent(slot)))
        }
        hosts[index].phase = .beginning(slot)
        effects.append(.begin(slot))
    }

    /// Waits for a slot; or does not, where all that are held are of hosts that cannot be proved well.
    private mutating func blocked(_ effects: inout [Effect]) {
        guard halt == nil else { return }
        // Patience is with others: what came through late of our own is asked about and goes. One wait counts for all hosts.
        if !isWaitingForSlots, !inTheWay.allSatisfy({ isOwn($0.slot) }) { slotWaits += 1 }
        let mayMove = inTheWay.contains { stored in
            if stored.isStationAlive { return true }
            if case .stuck = recoveries[stored.slot.token] { return false }
            return true
        }
        guard mayMove, slotWaits <= settings.slotTries else {
            halt = .slots
            return
        }
        recover(
            inTheWay.filter { recoveries[$0.slot.token] == nil }, &effects)
        // A wait for each host would multiply, because each of them lets all hosts try again.
        guard !isWaitingForSlots else { return }
        isWaitingForSlots = true
        effects.append(.wait(.slots, tries: slotWaits))
    }

    mutating func gaveBack(
        _ slot: Slot, _ evidence: SlotEvidence, _ answer: ReturnAnswer, _ effects: inout [Effect]
    ) {
        guard answer != .unknown else { return effects.append(.wait(.returning(slot, evidence), tries: 1)) }
        // A slot that became free starts the patience anew.
        if recoveries.removeValue(forKey: slot.token) != nil { slotWaits = 0 }
        guard let index = index(of: slot), case .returning(_, let outcome) = hosts[index].phase else { return }
        switch outcome {
        case .busy, .void:
            // Void: another station settled it before it began, which can come again, too.
            hosts[index].busyTries += 1
            guard hosts[index].busyTries <= settings.busyTries else {
                hosts[index].phase = .finished(.busy)
                return
            }
            hosts[index].phase = .resting
            effects.append(.wait(.busy(identity: slot.identity), tries: hosts[index].busyTries))
        case .unsent: hosts[index].phase = .queued
        case .done, .failed: hosts[index].phase = .finished(outcome)
        }
    }

    /// What is under way on hosts goes on, and is waited for; their slots stay.
    mutating func storeFailed(_ code: FleetError.Code, _ why: String) {
        if halt == nil { halt = .store(code, why) }
        recoveries = [:]
        for index in hosts.indices {
            switch hosts[index].phase {
            case .taking: hosts[index].phase = .queued
            case .checking:
                hosts[index].phase = .queued
                hosts[index].keepsSlot = true
            case .returning(_, let outcome):
                hosts[index].phase = outcome == .void || outcome == .unsent ? .queued : .finished(outcome)
                hosts[index].keepsSlot = true
            default: break
            }
        }
    }
}
