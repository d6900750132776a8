internal import FleetGuard

/// The end of a teardown, seen instead of guessed: the old holder's processes are gone from its cgroup, the unit is
/// active in a new run, and the new server answers.
struct Settle {
    /// What was there before the holder was told to restart.
    struct Before {
        var invocationID: String
        var processes: [ProcessStamp]
    }

    let manager: any ServiceManager
    let holder: UnitName
    /// nil: settled by the unit's state alone.
    let probe: (any HolderProbe)?
    let processes: any ProcessLook
    let clock: any OperationClock
    let supervisor: FencedSupervisor

    private static let firstStep = Duration.milliseconds(5)
    private static let lastStep = Duration.milliseconds(50)
    private static let longestCalm = Duration.seconds(20)
    /// How long the unit may be down without a job: in a restart, systemd starts it at once.
    private static let longestGap = Duration.seconds(2)

    func before(_ verb: UnitCommand.Verb = .restart) throws(FleetError) -> Before {
        if verb == .start {
            let state = try state()
            // A start joins a run that is on its way (a dead owner's restart of the holder, say): nothing of it is old.
            let isComing = state.isActive || state.activeState == "activating" && !state.isInAutoRestart
            if isComing && !state.isToGoDown { return Before(invocationID: "", processes: []) }
            return Before(
                invocationID: state.invocationID, processes: processes.stamps(of: try manager.processes(of: holder)))
        }
        // Before the state: processes of a run that begins meanwhile must not stand beside the name of the one before it.
        let present = processes.stamps(of: try manager.processes(of: holder))
        return Before(invocationID: try state().invocationID, processes: present)
    }

    /// Waits until nobody else's command for the holder is under way: that of a restart that died or was evicted, mostly.
    ///
    /// A restart that systemd merges with such a command in its last moments stops a tmux that has just begun. tmux takes
    /// the signal, makes its session after it, and therefore stays until systemd kills it, 20 s later.
    ///
    /// - Parameters:
    ///   - now: its state, just looked at.
    ///   - timeout: a part of it counts, which the operation's declared bound has room for.
    /// - Returns: its state then, or at the end of that time.
    func calm(_ now: UnitState, within timeout: Duration) throws(FleetError) -> UnitState {
        let deadline = clock.now() + min(timeout, Self.longestCalm)
        var step = Self.firstStep
        var now = now
        if Self.isUnderWay(now) { supervisor.waiting(for: "an earlier command for \(holder)") }
        while Self.isUnderWay(now), clock.now() < deadline {
            clock.sleep(for: min(step, deadline - clock.now()))
            step = min(step * 2, Self.lastStep)
            try supervisor.look()
            now = try state()
            try supervisor.managerAnswered()
        }
        return now
    }

    private static func isUnderWay(_ state: UnitState) -> Bool {
        state.job != nil
            || ["activating", "deactivating"].contains(state.activeState) && !state.isInAutoRestart
    }

    /// A process that answers on the holder's socket but is not one of the holder's, in words; nil if there is none.
    func stranger(among members: [Int32]) throws(FleetError) -> (words: String, server: Int32?)? {
        guard let probe else { return nil }
        switch try probe.ask(among: members) {
        case .foreign(let words): return (words, nil)
        case .answers(let server?) where !members.contains(server):
            return ("another tmux server (process \(server)) answers on the holder's socket", server)
        case .answers, .silent: return nil
        }
    }

    /// Whether there is nothing to wait for.
    func isDone(since before: Before) throws(FleetError) -> Bool { try look(since: before) == nil }

    /// - Returns: nil when settled; else the obstacle.
    func run(since before: Before, timeout: Duration) throws(FleetError) -> Obstacle? {
        let deadline = clock.now() + timeout
        var step = Self.firstStep
        var said = ""
        var down: Duration?
        while true {
            try supervisor.look()
            guard var obstacle = try look(since: before) else { return nil }
            down = obstacle.isDown ? down ?? clock.now() : nil
            if obstacle.isFinal || down.map({ clock.now() - $0 > Self.longestGap }) == true { return obstacle }
            if clock.now() >= deadline {
                obstacle.text += " (waited \(DurationText.human(timeout)))"
                return obstacle
            }
            if obstacle.text != said { supervisor.waiting(for: obstacle.text) }
            said = obstacle.text
            clock.sleep(for: min(step, deadline - clock.now()))
            step = min(step * 2, Self.lastStep)
        }
    }

    struct Obstacle {
        var text: String
        /// Waiting longer cannot help.
        var isFinal = false
        /// Nothing is about to start the unit.
        var isDown = false
        /// The unit is active in its new run and the old one is gone, but no server answers.
        var isSocketAlone = false
    }

    private func look(since before: Before) throws(FleetError) -> Obstacle? {
        let state = try state()
        try supervisor.managerAnswered()
        let present = try manager.processes(of: holder)
        let old = processes.stamps(of: present).filter { before.processes.contains($0) }
        if !old.isEmpty {
            let names = old.map { "\($0.pid)" + (processes.name(of: $0.pid).map { " (\($0))" } ?? "") }
            return Obstacle(
                text: "processes of \(holder)'s old run are still running: \(names.joined(separator: ", "))")
        }
        if state.isFailed && state.job == nil {
            let why = OutcomeWords().reason(result: state.result, state: state)
            return Obstacle(text: "\(holder) failed: \(why)", isFinal: true)
        }
        guard state.isActive else {
            return Obstacle(text: "\(holder) is \(state.activeState) (\(state.subState))", isDown: state.isDown)
        }
        guard state.invocationID != before.invocationID else {
            return Obstacle(text: "\(holder) is still in its old run")
        }
        guard let probe else { return nil }
        switch try probe.ask(among: present) {
        case .silent(let what):
            return Obstacle(text: "the new holder does not answer: \(what)", isSocketAlone: true)
        case .foreign(let what): return Obstacle(text: what, isFinal: true)
        case .answers(let server):
            // A server that another client started on the same socket is not the holder.
            if let server, !present.isEmpty, !present.contains(server) {
                return Obstacle(text: "process \(server), which is not in \(holder), answers on the holder's socket")
            }
            return nil
        }
    }

    private func state() throws(FleetError) -> UnitState {
        try manager.brief(of: [holder]).first ?? UnitState(name: holder, loadState: "not-found")
    }
}
