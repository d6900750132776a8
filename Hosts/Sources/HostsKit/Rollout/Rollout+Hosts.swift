internal import FleetGuard
internal import FleetKit

/// What the hosts answer.
extension Rollout {
    mutating func answered(
        _ slot: Slot, _ state: HostOperationState, _ status: Int32?, _ effects: inout [Effect]
    ) {
        guard let index = index(of: slot) else { return }
        switch hosts[index].phase {
        case .beginning, .running, .away: break
        default: return
        }
        switch state {
        case .running:
            hosts[index].phase = .running(slot)
            effects.append(.follow(slot))
        case .unknown where halt == nil:
            // The same id again: the host takes one of them, whichever comes first.
            hosts[index].phase = .beginning(slot)
            effects.append(.begin(slot))
        case .unknown, .void: prove(index, slot, .void, 0, &effects)
        case .ended:
            guard let status else { return fail(index, "ended with an unknown exit status") }
            if let evidence = SlotEvidence.busy(slot, exitStatus: status) {
                hosts[index].phase = .returning(slot, .busy)
                effects.append(.giveBack(slot, evidence))
            } else if status == 0 {
                prove(index, slot, .done, 0, &effects)
            } else {
                fail(index, "it ended with exit status \(status)")
            }
        }
    }

    mutating func prove(
        _ index: Int, _ slot: Slot, _ outcome: Outcome, _ tries: Int, _ effects: inout [Effect]
    ) {
        hosts[index].phase = .proving(slot, outcome, tries: tries)
        effects.append(tries == 0 ? .prove(slot) : .wait(.proof(slot), tries: tries))
    }

    mutating func proved(
        _ slot: Slot, _ state: HostOperationState, _ health: HostHealth, _ effects: inout [Effect]
    ) {
        let evidence = SlotEvidence.well(slot, state: state, health: health)
        if case .asking = recoveries[slot.token] {
            guard let evidence else {
                // It ends by itself, so it is waited for, as behind a station that lives: asked again at the next wait.
                guard state != .running && health.lock != "held" else {
                    recoveries[slot.token] = nil
                    return
                }
                return stuck(slot, Self.why(state, health))
            }
            recoveries[slot.token] = .returning(slot, evidence)
            return effects.append(.giveBack(slot, evidence))
        }
        guard let index = index(of: slot), case .proving(_, let outcome, let tries) = hosts[index].phase else { return }
        if let evidence {
            hosts[index].phase = .returning(slot, outcome)
            effects.append(.giveBack(slot, evidence))
        } else if state == .running {
            // It had begun after all.
            hosts[index].phase = .running(slot)
            effects.append(.follow(slot))
        } else if tries < settings.proofTries {
            prove(index, slot, outcome, tries + 1, &effects)
        } else {
            fail(index, Self.why(state, health))
        }
    }

    /// One of our own is asked again when it is in the way again.
    mutating func stuck(_ slot: Slot, _ why: String) {
        recoveries[slot.token] = isOwn(slot) ? nil : .stuck(slot, why)
    }

    private static func why(_ state: HostOperationState, _ health: HostHealth) -> String {
        if state == .running { return "its operation is still under way" }
        if health.lock == "abandoned" {
            return "a restart died there; 'mosaic fleet restart --only-failed' on the host cleans up after it"
        }
        if !health.isLockFree { return "its lock is \(Printable.oneLine(health.lock, limit: 20))" }
        return "it is unhealthy: \(Printable.oneLine(health.troubles.first ?? health.summary))"
    }

    mutating func refused(_ slot: Slot, _ why: String) {
        if case .asking = recoveries[slot.token] { return stuck(slot, why) }
        guard let index = index(of: slot) else { return }
        fail(index, why)
    }

    mutating func lost(_ slot: Slot, _ why: String, _ effects: inout [Effect]) {
        if case .asking = recoveries[slot.token] { return stuck(slot, why) }
        guard let index = index(of: slot) else { return }
        switch hosts[index].phase {
        case .beginning, .running: away(index, slot, 1, why, &effects)
        case .away(_, let tries): away(index, slot, tries + 1, why, &effects)
        case .proving(_, let outcome, let tries):
            guard tries < settings.lostTries else { return fail(index, why) }
            prove(index, slot, outcome, tries + 1, &effects)
        default: break
        }
    }

    private mutating func away(
        _ index: Int, _ slot: Slot, _ tries: Int, _ why: String, _ effects: inout [Effect]
    ) {
        guard tries <= settings.lostTries else { return fail(index, why) }
        hosts[index].phase = .away(slot, tries: tries)
        effects.append(.wait(.host(slot), tries: tries))
    }

    private mutating func fail(_ index: Int, _ why: String) {
        hosts[index].phase = .finished(.failed(why))
        hosts[index].keepsSlot = true
        if halt == nil { halt = .failed(hosts[index].target.host) }
    }
}
