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

    func index(of slot: Slot) -> Int? {
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
