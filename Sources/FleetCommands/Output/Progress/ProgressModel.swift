internal import FleetGuard
internal import FleetKit

/// What is known of an operation under way: a value made of its events, and all that a picture of it needs.
struct ProgressModel: Equatable {
    enum State: String {
        case waiting, stopping, stopped, starting, restarting, active, failed, flapping

        var isUnderWay: Bool { self == .stopping || self == .starting || self == .restarting }
        var isBad: Bool { self == .failed || self == .flapping }
    }

    struct Unit: Equatable {
        let name: UnitName
        var state = State.waiting
        /// When its command was sent; nil before the first.
        var since: Duration?
        /// How long its last command took.
        var took: Duration?
        /// How long the service manager lets it take to stop; nil: not known, or no bound.
        var stopTimeout: Duration?
        /// Why it failed.
        var note = ""

        /// The agent's name, where the unit is one's.
        var label: String { name.instance ?? name.rawValue.before(".service").map(String.init) ?? name.rawValue }
    }

    struct Phase: Equatable {
        var phase: OperationPhase
        var done = 0
        var total: Int
        var began: Duration
    }

    private(set) var began: Duration?
    private(set) var units: [Unit] = []
    private var plan: OperationOutline?
    private(set) var phase: Phase?
    /// What a waiting phase still waits for.
    private(set) var waitingFor: String?
    private static let words = OutcomeWords()

    /// - Parameter now: of the monotonic clock, as every time here.
    mutating func apply(_ event: OperationEvent, now: Duration) {
        began = began ?? now
        switch event {
        case .planned(let plan):
            self.plan = plan
            units = plan.units.map { Unit(name: $0, stopTimeout: plan.stopTimeouts[$0]) }
        case .phaseBegan(let begun, let total):
            phase = Phase(phase: begun, total: total, began: now)
            waitingFor = nil
        case .sent(let command): sent(command, now)
        case .finished(let outcome, let end, let done, let total):
            finished(outcome, end)
            if phase?.phase == end {
                phase?.done = done
                phase?.total = total
            }
        case .waiting(_, let what): waitingFor = what
        case .phaseEnded(let ended, _):
            waitingFor = nil
            if let phase, phase.phase == ended { self.phase?.done = phase.total }
        case .warning, .tick: break
        }
    }

    private mutating func sent(_ command: UnitCommand, _ now: Duration) {
        let state: State
        switch command.verb {
        case .start: state = .starting
        case .stop: state = .stopping
        case .restart: state = .restarting
        case .resetFailed: return
        }
        update(command.unit) { unit in
            unit.state = state
            unit.since = now
            unit.took = nil
            unit.note = ""
        }
        if command.unit == units.first?.name { carry(.stopping, now) }
    }

    /// What becomes of the units that go with the first one.
    private mutating func carry(_ state: State, _ now: Duration? = nil) {
        for name in plan?.carried ?? [] {
            update(name) { unit in
                unit.state = state
                unit.since = now ?? unit.since
            }
        }
    }

    private mutating func finished(_ outcome: UnitOutcome, _ phase: OperationPhase) {
        guard outcome.command.verb != .resetFailed else { return }
        if phase == .holder { carry(outcome.isDone ? .starting : .stopped) }
        update(outcome.unit) { unit in
            // One that was up fell while it was watched.
            let note =
                phase == .verify || unit.state == .active
                ? Self.words.watchedFall(outcome) : Self.words.message(for: outcome)
            unit.took = outcome.duration
            if outcome.isDone {
                unit.state = outcome.command.verb == .stop ? .stopped : .active
            } else {
                let isFlapping = outcome.state.map { $0.restarts >= UnitState.restartsOfFlapping } == true
                unit.state = isFlapping ? .flapping : .failed
                unit.note = note
            }
        }
    }

    private mutating func update(_ name: UnitName, _ change: (inout Unit) -> Void) {
        if let index = units.firstIndex(where: { $0.name == name }) {
            change(&units[index])
        } else {
            var unit = Unit(name: name)
            change(&unit)
            units.append(unit)
        }
    }

    /// What the operation is to leave its units in.
    var goal: State { plan?.phases.contains { $0.phase == .stop } == true ? .stopped : .active }

    /// The part of the operation that is done, 0 to 1: units by units, and in a watch by time.
    func fraction(now: Duration) -> Double {
        let outline = plan?.phases ?? []
        let whole = outline.reduce(0) { $0 + $1.total }
        guard whole > 0, let phase, let place = outline.firstIndex(where: { $0.phase == phase.phase }) else { return 0 }
        let before = outline[..<place].reduce(0) { $0 + $1.total }
        var part = phase.total > 0 ? Double(phase.done) / Double(phase.total) : 1
        if let lasts = outline[place].lasts, lasts > .zero, part < 1 {
            part = min(1, (now - phase.began).inSeconds / lasts.inSeconds)
        }
        return min(1, (Double(before) + part * Double(outline[place].total)) / Double(whole))
    }
}

extension OutcomeWords {
    /// What happened to a unit that came up and fell while it was watched.
    func watchedFall(_ outcome: UnitOutcome) -> String {
        let why = reason(result: outcome.state?.result ?? "", state: outcome.state)
        if outcome.state?.isInAutoRestart == true { return "died (\(why)) and waits for its automatic restart" }
        if outcome.state?.isActive == true { return "died and was restarted while it was watched" }
        return "died: \(why)"
    }
}
