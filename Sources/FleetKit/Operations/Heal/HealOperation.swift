package import FleetGuard

/// `heal`: starts what is owed and restarts what failed, and nothing else. For a timer, so it tries no unit more than
/// three times an hour.
///
/// It is the restart with `onlyFailed` and `heals`: what was stopped stays stopped, and what systemd is about to start
/// again by itself is systemd's business.
package final class HealOperation {
    package struct Plan: Sendable {
        package var restart: RestartPlan
        /// Units that would be restarted, were they not tried often enough, with the seconds until they may be again.
        package var resting: [UnitName: Int64]
        /// Those of them that need an event.
        package var newlyResting: [UnitName]
        /// Lines of the ledger that made no sense.
        package var damaged: Int

        /// There is something to do, or to tell.
        package var isNeeded: Bool { !restart.steps.isEmpty || !newlyResting.isEmpty }
    }

    private let manager: any ServiceManager
    private let roster: Roster
    private var options: RestartOptions
    private let surroundings: OperationSurroundings
    private let ledger: any HealLedger
    private let now: BootTime

    /// - Parameter now: the limits hold from here.
    package init(
        manager: any ServiceManager, roster: Roster, options: RestartOptions, surroundings: OperationSurroundings,
        ledger: any HealLedger, now: BootTime
    ) {
        self.manager = manager
        self.roster = roster
        self.options = options
        self.options.onlyFailed = true
        self.options.heals = true
        self.surroundings = surroundings
        self.ledger = ledger
        self.now = now
    }

    /// What `run` would do now. Changes nothing.
    package func plan() throws(FleetError) -> Plan { try plan(ledger.read()) }

    package func longestTime() throws(FleetError) -> Duration { try restart([:]).longestTime() }

    /// The tries are written down before anything is sent: one that is cut short counts.
    /// - Throws: as `RestartOperation.run`; `.io` and `.unsafeHome` where the tries cannot be written down, before anything
    ///   was sent.
    package func run(holding lock: HeldLock) throws(FleetError) -> (report: RestartReport, plan: Plan) {
        try run(under: lock)
    }

    func run(under lock: any RestartLock) throws(FleetError) -> (report: RestartReport, plan: Plan) {
        var tries = try ledger.read()
        let resting = tries.resting(at: now)
        let restart = restart(resting)
        var final: RestartPlan?
        restart.willAct = { [ledger, now] plan throws(FleetError) in
            final = plan
            let newlyResting = plan.resting.filter { !tries.isTold($0, at: now) }
            guard !plan.targets.isEmpty || !newlyResting.isEmpty else { return }
            tries.add(.try, plan.targets, at: now)
            tries.add(.rest, newlyResting, at: now)
            try ledger.write(tries, at: now)
        }
        let told = tries
        let report = try restart.run(under: lock)
        guard let final else { throw FleetError(.io, "the restart had no plan", hint: "report this as a bug") }
        return (report, plan(final, told, resting))
    }

    private func plan(_ tries: HealTries) throws(FleetError) -> Plan {
        let resting = tries.resting(at: now)
        return plan(try restart(resting).plan(), tries, resting)
    }

    private func plan(_ restart: RestartPlan, _ tries: HealTries, _ resting: [UnitName: Int64]) -> Plan {
        Plan(
            restart: restart, resting: resting.filter { restart.resting.contains($0.key) },
            newlyResting: restart.resting.filter { !tries.isTold($0, at: now) }, damaged: tries.damaged)
    }

    private func restart(_ resting: [UnitName: Int64]) -> RestartOperation {
        var options = options
        options.resting = Set(resting.keys)
        return RestartOperation(manager: manager, roster: roster, options: options, surroundings: surroundings)
    }
}
