/// Makes sure that owners which lost the lock while they lived are gone, before the new owner sends its first command.
///
/// This holds after a plain acquire as well: in a chain A → B → C of evictions, or after a break, A may still be
/// about to act while C already owns the lock.
struct Burial {
    let store: any LockStore
    let time: any GuardTime
    let processes: any ProcessTable
    let scopes: (any RunScopes)?
    let grace: Duration
    /// What a pause of this process counts at most: it must not charge the evicted with a time when it was itself stopped.
    let longestGap: Duration
    let interruption: () -> FleetError?
    let report: (GuardEvent) -> Void

    /// After SIGKILL a process is gone at once, unless it hangs inside the kernel; then nothing more can be done.
    static let killGrace: Duration = .seconds(5)
    /// A `lock run` has a keeper, which ends everything of its command as soon as the `lock run` is dead. To kill the
    /// keeper with it would let the command live.
    static let keeperGrace: Duration = .seconds(2)
    private static let stampEvery: Duration = .seconds(1)
    private static let killEvery: Duration = .milliseconds(50)
    private static let step: Duration = .milliseconds(5)

    /// - Throws: `.evicted`, when the new owner lost the lock in turn; `.io`; an interruption.
    func run(for lock: HeldLock) throws(FleetError) {
        var watched = WatchedTime(longestGap: longestGap)
        watched.look(time.now())
        var stamped: Duration = .zero
        var announced: Set<String> = []
        var killed: Set<String> = []
        var killedAt: Duration?
        var reported: Set<String> = []
        while true {
            var left: [String: String] = [:]
            let living = try buryTheGone(before: lock, &left)
            if living.isEmpty { return }
            try lock.checkFence()
            if let interrupted = interruption() { throw interrupted }
            watched.look(time.now())
            let now = watched.total
            if now - stamped >= Self.stampEvery {
                try lock.stamp()
                stamped = now
            }
            for owner in living where announced.insert(owner.name).inserted {
                report(.burying(owner, grace: grace))
            }
            if now >= grace, killedAt.map({ now - $0 >= Self.killEvery }) ?? true {
                // Again and again: a command that the owner started may fork while its processes are being counted.
                for owner in living {
                    let isKept = owner.observation.record?.isRun == true && now < grace + Self.keeperGrace
                    kill(owner, sparesHelpers: isKept, &reported)
                    killed.insert(owner.name)
                }
                killedAt = now
            }
            if now >= grace + Self.killGrace
                || living.allSatisfy({ left[$0.name] != nil || !canStillEnd($0, killed) })
            {
                for owner in living {
                    if let why = left[owner.name] { report(.notBuried(owner, why: why)) } else { try giveUp(owner) }
                }
                return
            }
            time.sleep(for: Self.step)
        }
    }

    /// Removes the records of owners that are gone; returns the others.
    /// - Parameter left: by record, why something of a dead owner's command may be left.
    private func buryTheGone(
        before lock: HeldLock, _ left: inout [String: String]
    ) throws(FleetError) -> [EvictedOwner] {
        var living: [EvictedOwner] = []
        for owner in try store.evicted(before: lock.owned) {
            guard OwnerJudge(processes: processes).isAbandoned(owner.observation) else {
                living.append(owner)
                continue
            }
            if let why = endCommand(of: owner) {
                left[owner.name] = why
                living.append(owner)
                continue
            }
            try store.bury(owner)
            report(.buried(owner))
        }
        return living
    }

    /// What the command of a `lock run` left: a setuid program, a daemon, or all of it when its keeper died with it.
    /// - Returns: why something of it may be left; nil when nothing is.
    private func endCommand(of owner: EvictedOwner) -> String? {
        owner.observation.record?.isRun == true ? scopes?.end(owner.observation) : nil
    }

    /// Kills the recorded process and, if a command that it started outlives it, that command: any process that holds the
    /// record's kernel lock or, without kernel locks, has the record open for writing.
    private func kill(_ owner: EvictedOwner, sparesHelpers: Bool, _ reported: inout Set<String>) {
        guard let recorded = owner.observation.record?.owner,
            processes.liveness(of: recorded) != .unknowable
        else { return }
        var victims = [recorded]
        let holders = sparesHelpers ? [] : processes.helpers(of: owner.observation)
        if !sparesHelpers { _ = endCommand(of: owner) }  // what is left is told when the owner is dead
        for pid in holders
        where pid != processes.me.pid && pid != recorded.pid {
            if let holder = processes.identify(pid) { victims.append(holder) }
        }
        for victim in victims where processes.kill(victim) {
            if reported.insert("\(owner.name) \(victim.pid) \(victim.start)").inserted {
                report(.killed(owner, pid: victim.pid))
            }
        }
    }

    private func canStillEnd(_ owner: EvictedOwner, _ killed: Set<String>) -> Bool {
        guard killed.contains(owner.name) else { return true }
        guard let recorded = owner.observation.record?.owner else { return false }
        return processes.liveness(of: recorded) != .unknowable
    }

    /// Only if nothing on this host can end the old owner: a permanent deadlock would be worse.
    private func giveUp(_ owner: EvictedOwner) throws(FleetError) {
        guard let record = owner.observation.record else {
            report(.notBuried(owner, why: "its record names no process"))
            if owner.observation.kernelLock == .unknown { try store.bury(owner) }
            return
        }
        switch processes.liveness(of: record.owner) {
        case .unknowable:
            report(
                .notBuried(owner, why: "it runs on host \(Printable.oneLine(record.host)) or in another pid namespace"))
        case .alive: report(.notBuried(owner, why: "process \(record.pid) survives SIGKILL"))
        case .gone: report(.notBuried(owner, why: "a command that it started survives SIGKILL"))
        }
    }
}

extension ProcessTable {
    /// Who keeps the record from being free.
    fileprivate func helpers(of observation: LockObservation) -> [Int32] {
        observation.kernelLock == .unknown ? writers(of: observation.id) : exclusiveHolders(of: observation.id)
    }
}
