internal import FleetGuard
internal import FleetKit

/// One guarded command, from its preparation to its end. The only place that acquires the lock.
struct GuardedRun {
    let command: any GuardedCommand
    let context: CommandContext

    func run() throws(FleetError) -> ExitStatus {
        if !command.needsServiceManager { context.managerPatience = CommandContext.shortPatience }
        let work: any GuardedWork
        switch try command.prepare(in: context) {
        case .answered(let status): return status
        case .work(let prepared): work = prepared
        }
        // A token is looked at first: inside a lock run it is the lock run that leaves the fleet.
        let early = context.lockToken == nil ? nil : try makeGuard()
        let outer: LockObservation? = if let early { try context.outerLock(early) } else { nil }
        if let relayed = try context.leaveFleet(
            isAllowed: command.mayDetach, needsManager: command.needsServiceManager, isNested: outer != nil)
        {
            return relayed
        }
        // Before anything is made in a home that is not the fleet's.
        let footing = try context.footingOfHolder(needsManager: command.needsServiceManager)
        let request = try work.request()
        let policy = command.policy(try context.guardSettings())
        let theGuard = if let early { early } else { try makeGuard() }
        return try inTurns(work, request, policy, theGuard, outer, footing)
    }

    private func inTurns(
        _ work: any GuardedWork, _ request: LockRequest, _ policy: WaitPolicy, _ theGuard: Guard,
        _ outer: LockObservation?, _ footing: ManagerFooting?
    ) throws(FleetError) -> ExitStatus {
        let history = context.history
        history.begin(request, isHeal: command is HealCommand)
        defer { context.signals.holdsLock(false) }
        let contended = { () throws(FleetError) in try work.contended() }
        let body = { (lock: HeldLock) throws(FleetError) in
            history.acquired(lock)
            context.signals.holdsLock(true)
            let holderLock = try context.takeHolder(footing, theGuard.store, under: lock, grace: policy.evictGrace)
            // Let go before the home's lock is: the next owner shall not have to wait for it.
            defer { holderLock?.release() }
            if command.outlivesTerminal { context.signals.ignoreHangUp() }
            return try work.run(holding: lock)
        }
        var status: ExitStatus
        do throws(FleetError) {
            repeat {
                history.timeline.waitsForAgents()
                try work.awaitTurn()
                history.timeline.lockWanted()
                status =
                    if let outer {
                        try theGuard.withLock(inside: outer, request, policy, contended: contended, body)
                    } else { try theGuard.withLock(request, policy, contended: contended, body) }
                context.signals.holdsLock(false)
            } while work.wantsAnotherTurn
        } catch {
            history.ended(error)
            throw error
        }
        history.ended(status)
        return status
    }

    private func makeGuard() throws(FleetError) -> Guard {
        Guard(
            store: try context.openLock(), time: context.time, processes: context.processes,
            scopes: context.commandScopes, interruption: { context.signals.interruption() },
            report: { event in
                context.progress.say(event)
                context.history.say(event)
            })
    }
}
