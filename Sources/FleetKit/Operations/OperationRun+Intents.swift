internal import FleetGuard
internal import Glibc

/// Owed units and units stopped on purpose, as a run records and respects them.
extension OperationRun {
    /// The first look; later ones find what was stopped since.
    func readIntents() throws(FleetError) -> Intents {
        earlier = try intents.read()
        return earlier
    }

    /// The units that were stopped since the first check. The others are returned.
    /// - Parameter stopping: they may have been started by us since, and are stopped again.
    func respectStops(among units: [UnitName], stopping: Bool) throws(FleetError) -> [UnitName] {
        let stopped = stops(among: units)
        guard !stopped.isEmpty else { return units }
        if stopping {
            // The holder last: an agent whose server is taken away first does not end, it dies.
            let holder = roster.holder.unit
            let running = try states(of: stopped).filter { !$0.isDown }.map(\.name)
            for group in [running.filter { $0 != holder }, running.filter { $0 == holder }] where !group.isEmpty {
                try phase(.stop, total: group.count) { () throws(FleetError) in
                    _ = try perform(group.map { UnitCommand(.stop, $0) }, maxParallel: nil)
                }
            }
        }
        leave(stopped)
        return units.filter { !stopped.contains($0) }
    }

    /// With the fleet half down, an unreadable file must not end the operation.
    private func stops(among units: [UnitName]) -> [UnitName] {
        do throws(FleetError) {
            return try intents.read().stopped(since: earlier, among: units)
        } catch {
            supervisor.warn("cannot tell whether an agent was stopped meanwhile: \(error.message)")
            return []
        }
    }

    /// Somebody's stop: no goal of ours any more, and no failure.
    private func leave(_ stopped: [UnitName]) {
        for unit in stopped where !report.skipped.contains(where: { $0.unit == unit }) {
            // A stop that did not succeed is worth its line.
            if let outcome = report.units.first(where: { $0.unit == unit })?.outcome, !outcome.isDone,
                outcome.command.verb == .stop
            {
                continue
            }
            report.units.removeAll { $0.unit == unit }
            report.skipped.append(.init(unit: unit, why: RestartPlan.stoppedMeanwhile))
            reached(unit)
        }
    }

    /// These were started: from now on their own state shows what became of them. Those that nobody tried to
    /// start stay owed.
    func pay(_ units: [UnitName]) throws(FleetError) {
        let paid = units.filter { unit in
            switch report.units.first(where: { $0.unit == unit })?.outcome.result {
            case .done, .failed, .exited, .startLimitHit, .timeout: true
            default: false
            }
        }
        forgive(paid)
    }

    /// These run, or were never taken down: they are owed no longer.
    func forgive(_ units: [UnitName]) {
        guard !units.isEmpty else { return }
        do throws(FleetError) {
            try intents.add(.runs(Dictionary(units.map { ($0, earlier.stopped[$0]?.id ?? "") }) { first, _ in first }))
        } catch {
            supervisor.warn("started units are still listed as owed: \(error.message)")
        }
    }
}
