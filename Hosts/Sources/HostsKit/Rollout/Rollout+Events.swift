internal import FleetGuard
internal import FleetKit

extension Rollout {
    /// - Parameter time: RFC 3339, for the slots that it may take.
    public mutating func begin() -> [Effect] { [.look] }

    public mutating func handle(_ event: Event, time: String) -> [Effect] {
        var effects: [Effect] = []
        switch event {
        case .looked(let slots): looked(slots, &effects)
        case .took(let slot, let answer): took(slot, answer, &effects)
        case .gaveBack(let slot, let evidence, let answer): gaveBack(slot, evidence, answer, &effects)
        case .storeFailed(let code, let why): storeFailed(code, why)
        case .accepted(let slot): change(slot) { $0 = .running(slot) }
        case .state(let slot, let state, let status): answered(slot, state, status, &effects)
        case .proof(let slot, let state, let health): proved(slot, state, health, &effects)
        case .refused(let slot, let why): refused(slot, why)
        case .lost(let slot, let why): lost(slot, why, &effects)
        case .waited(let wait): waited(wait, &effects)
        case .interrupt: halt = .interrupted
        }
        schedule(time, &effects)
        return effects
    }

    // MARK: What begins next

    private mutating func schedule(_ time: String, _ effects: inout [Effect]) {
        guard halt == nil, hasLooked, !recoveries.values.contains(where: \.isUnderWay) else { return }
        guard let stage = hosts.filter({ !$0.phase.isFinished }).map(\.target.stage).min() else { return }
        for index in hosts.indices
        where active < settings.atOnce && hosts[index].target.stage == stage && hosts[index].phase == .queued {
            let slot = makeSlot(hosts[index].target, time)
            hosts[index].phase = .taking(slot)
            effects.append(.take(slot, limit: settings.atOnce))
        }
    }

    /// Its token and its operation are never used for another slot.
    private mutating func makeSlot(_ target: Target, _ time: String) -> Slot {
        made += 1
        let digits = String(made, radix: 16)
        let id = station.id.prefix(24) + String(repeating: "0", count: max(0, 12 - digits.utf8.count)) + digits
        return Slot(
            token: String(id), identity: target.identity, host: target.host, station: station.id,
            author: station.author, reason: station.reason, since: time, operation: String(id))
    }

    // MARK: The store

    private mutating func looked(_ slots: [StoredSlot], _ effects: inout [Effect]) {
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

    private func isOwn(_ slot: Slot) -> Bool { slot.station.isExactly(station.id) }

    private mutating func took(_ slot: Slot, _ answer: TakeAnswer, _ effects: inout [Effect]) {
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

    private mutating func gaveBack(
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
    private mutating func storeFailed(_ code: FleetError.Code, _ why: String) {
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

    // MARK: The hosts

    private mutating func answered(
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
                fail(index, "its restart ended with exit status \(status)")
            }
        }
    }

    private mutating func prove(
        _ index: Int, _ slot: Slot, _ outcome: Outcome, _ tries: Int, _ effects: inout [Effect]
    ) {
        hosts[index].phase = .proving(slot, outcome, tries: tries)
        effects.append(tries == 0 ? .prove(slot) : .wait(.proof(slot), tries: tries))
    }

    private mutating func proved(
        _ slot: Slot, _ state: HostOperationState, _ health: HostHealth, _ effects: inout [Effect]
    ) {
        let evidence = SlotEvidence.well(slot, state: state, health: health)
        if case .asking = recoveries[slot.token] {
            guard let evidence else { return stuck(slot, Self.why(state, health)) }
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
    private mutating func stuck(_ slot: Slot, _ why: String) {
        recoveries[slot.token] = isOwn(slot) ? nil : .stuck(slot, why)
    }

    private static func why(_ state: HostOperationState, _ health: HostHealth) -> String {
        if state == .running { return "its restart is still under way" }
        if !health.isLockFree { return "its lock is \(Printable.oneLine(health.lock, limit: 20))" }
        return "it is unhealthy: \(Printable.oneLine(health.troubles.first ?? health.summary))"
    }

    private mutating func refused(_ slot: Slot, _ why: String) {
        if case .asking = recoveries[slot.token] { return stuck(slot, why) }
        guard let index = index(of: slot) else { return }
        fail(index, why)
    }

    private mutating func lost(_ slot: Slot, _ why: String, _ effects: inout [Effect]) {
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

    // MARK: Waits

    private mutating func waited(_ wait: Wait, _ effects: inout [Effect]) {
        switch wait {
        case .host(let slot): if case .away = phase(of: slot) { effects.append(.follow(slot)) }
        case .proof(let slot): if case .proving = phase(of: slot) { effects.append(.prove(slot)) }
        case .taking(let slot): if case .checking = phase(of: slot) { effects.append(.look) }
        case .returning(let slot, let evidence):
            if case .returning = phase(of: slot) { return effects.append(.giveBack(slot, evidence)) }
            if case .returning = recoveries[slot.token] { effects.append(.giveBack(slot, evidence)) }
        case .busy(let identity):
            for index in hosts.indices
            where hosts[index].target.identity.isExactly(identity) && hosts[index].phase == .resting {
                hosts[index].phase = .queued
            }
        case .slots:
            isWaitingForSlots = false
            for index in hosts.indices where hosts[index].phase == .blocked { hosts[index].phase = .queued }
        }
    }

    // MARK: Pieces

    private func index(of slot: Slot) -> Int? {
        hosts.firstIndex { $0.phase.slot?.token.isExactly(slot.token) ?? false }
    }

    private func phase(of slot: Slot) -> Phase? { index(of: slot).map { hosts[$0].phase } }

    private mutating func change(_ slot: Slot, _ body: (inout Phase) -> Void) {
        guard let index = index(of: slot), case .beginning = hosts[index].phase else { return }
        body(&hosts[index].phase)
    }

    /// Slots of other runs that were not given back, and why.
    public var kept: [(slot: Slot, why: String)] {
        recoveries.values.compactMap { if case .stuck(let slot, let why) = $0 { (slot, why) } else { nil } }
            .sorted { $0.0.host < $1.0.host }
    }
}
