/// Makes sure that owners which lost the lock while they lived are gone, before the new owner sends its first command.
///
/// This holds after a plain acquire as well: in a chain A → B → C of evictions, or after a break, A may still be
/// about to act while C already owns the lock.
struct Burial {
    let store: any LockStore
    let time: any GuardTime
    let processes: any ProcessTable
    let grace: Duration
    let interruption: () -> FleetError?
    let report: (GuardEvent) -> Void

    /// After SIGKILL a process is gone at once, unless it hangs inside the kernel; then nothing more can be done.
    static let killGrace: Duration = .seconds(5)
    private static let stampEvery: Duration = .seconds(1)
    private static let step: Duration = .milliseconds(5)

    /// - Throws: `.evicted`, when the new owner lost the lock in turn; `.io`; an interruption.
    func run(for lock: HeldLock) throws(FleetError) {
        let start = time.now()
        var stamped = start
        var announced: Set<String> = []
        var killed: Set<String> = []
        while true {
            let living = try buryTheGone()
            if living.isEmpty { return }
            try lock.checkFence()
            if let interrupted = interruption() { throw interrupted }
            let now = time.now()
            if now - stamped >= Self.stampEvery {
                try lock.stamp()
                stamped = now
            }
            for owner in living where announced.insert(owner.name).inserted {
                report(.burying(owner, grace: grace))
            }
            if now - start >= grace {
                for owner in living where killed.insert(owner.name).inserted { kill(owner) }
            }
            if now - start >= grace + Self.killGrace || living.allSatisfy({ !canStillEnd($0, killed) }) {
                for owner in living { try giveUp(owner) }
                return
            }
            time.sleep(for: Self.step)
        }
    }

    /// Removes the records of owners that are gone; returns the others.
    private func buryTheGone() throws(FleetError) -> [EvictedOwner] {
        var living: [EvictedOwner] = []
        for owner in try store.evicted() {
            guard OwnerJudge(processes: processes).isAbandoned(owner.observation) else {
                living.append(owner)
                continue
            }
            try store.bury(owner)
            report(.buried(owner))
        }
        return living
    }

    /// Kills the recorded process and, when a command that it started outlives it, that command: whoever holds the
    /// record's kernel lock.
    private func kill(_ owner: EvictedOwner) {
        guard let recorded = owner.observation.record?.owner,
            processes.liveness(of: recorded) != .unknowable
        else { return }
        if processes.kill(recorded) { report(.killed(owner, pid: recorded.pid)) }
        for pid in processes.exclusiveHolders(of: owner.observation.id) where pid != processes.me.pid {
            if pid != recorded.pid, let holder = processes.identify(pid), processes.kill(holder) {
                report(.killed(owner, pid: pid))
            }
        }
    }

    private func canStillEnd(_ owner: EvictedOwner, _ killed: Set<String>) -> Bool {
        guard killed.contains(owner.name) else { return true }
        guard let recorded = owner.observation.record?.owner else { return false }
        return processes.liveness(of: recorded) != .unknowable
    }

    /// Only when nothing on this host can end the old owner: a deadlock for ever would be worse.
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
        case .alive: report(.notBuried(owner, why: "process \(record.pid) does not die of SIGKILL"))
        case .gone: report(.notBuried(owner, why: "a command that it started does not die of SIGKILL"))
        }
    }
}
