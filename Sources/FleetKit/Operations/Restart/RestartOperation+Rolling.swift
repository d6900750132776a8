internal import FleetGuard

/// A rolling restart: a few agents at a time, each watched before the next go down.
///
/// It is one phase over all agents. What goes down is owed from just before its own step on, not from the beginning:
/// after a crash at most one step's agents are down, and those alone are what the next restart has to bring up.
extension RestartOperation {
    func roll(_ plan: RestartPlan, _ intents: Intents, _ run: OperationRun) throws(FleetError) {
        guard let rolling = options.rolling, !plan.agents.isEmpty else {
            return try owe([:], besides: intents.owed, plan)
        }
        guard try bringHolderUp(plan, run) else { return }
        try run.phase(.restart, total: plan.agents.count) { () throws(FleetError) in
            var left = plan.agents
            // Down already, and the canary: nothing else goes with those.
            var apart = plan.groups.prefix(plan.groupsApart)
            var owed = intents.owed
            while !left.isEmpty {
                let candidates = apart.first ?? left
                let group = try next(of: candidates, atMost: min(candidates.count, rolling.width), plan, run)
                // All of them are busy: the lock is given back until one is not.
                guard !group.isEmpty else { return }
                if var first = apart.popFirst() {
                    first.removeAll(where: group.contains)
                    if !first.isEmpty { apart.insert(first, at: apart.startIndex) }
                }
                left.removeAll(where: group.contains)
                run.step = (run.step ?? 0) + 1
                try step(group, plan, besides: owed, run)
                owed.subtract(group)
                if run.hasFailed(group) {
                    if !left.isEmpty { run.isHalted = true }
                    return
                }
            }
        }
    }

    private func step(
        _ group: [UnitName], _ plan: RestartPlan, besides owed: Set<UnitName>, _ run: OperationRun
    ) throws(FleetError) {
        let agents = try run.respectStops(among: group, stopping: false)
        guard !agents.isEmpty else { return }
        try owe(plan.debts(of: agents), besides: owed, plan)
        try bringIntoNewRun(agents, plan, run)
        let watched = try run.respectStops(among: agents, stopping: true)
        try run.pay(watched)
        try run.watch(watched, for: options.stableFor)
    }
}
