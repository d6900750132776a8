internal import FleetGuard

/// What must hold in every state; the first thing that does not is kept in `violation`.
extension SimulatedKernel {
    mutating func broken(_ check: Checks, _ words: String) {
        if checks.contains(check), violation == nil { violation = words }
    }

    mutating func checkAct(by grant: Int32, words: String) {
        guard grant != granted else { return }
        broken(.acts, "\(words) acts after contender \(granted / 8) was granted the lock: two owners act at once")
    }

    /// One command may already be under way when the lock is lost; that is what burial waits for.
    mutating func checkFence(of process: Int, wasFenced: Bool) {
        guard processes[process].callsSinceLoss > 1, !wasFenced else { return }
        broken(.fence, "contender \(process) sends a command although it could have seen that it lost the lock")
    }

    /// A name is about to disappear: by unlink, or because another file is renamed over it.
    mutating func checkRemoval(of name: Int32, by process: Int) {
        guard let node = inode(at: name), let inode = inodes[Int(node)] else { return }
        let maker = Int(inode.creator)
        let isForeign = maker >= 0 && maker != process
        if name == vocabulary.lock {
            guard maker != process else {
                processes[process].owned = -1
                return
            }
            let lives = isForeign && processes[maker].isAlive && processes[maker].owned == node
            let isCommanded =
                setup.isPathMode
                && children.contains { $0?.files.contains { openFiles[Int($0)]?.inode == node } ?? false }
            if lives || isCommanded || inode.exclusive >= 0 {
                broken(.foreignRemoval, "contender \(process) removes the lock of contender \(maker), which lives")
            }
            lose(node, by: process)
        } else if vocabulary.isEvicted(name) {
            let lives =
                setup.isPathMode
                ? isForeign && processes[maker].isAlive && processes[maker].owned == node
                    || children.contains { $0?.files.contains { openFiles[Int($0)]?.inode == node } ?? false }
                : inode.exclusive >= 0
            if lives {
                broken(.foreignRemoval, "contender \(process) forgets evicted contender \(maker), which lives")
            }
        } else if name == vocabulary.mutex, !isForeign, maker >= 0 {
            if inode.modified < tick { processes[maker].overstayedAt = tick }
        } else if name == vocabulary.mutex, isForeign, processes[maker].isAlive {
            broken(.foreignRemoval, "contender \(process) removes the mutex of contender \(maker), which lives")
        }
    }

    func isForeign(_ name: Int32, to process: Int) -> Bool {
        inode(at: name).flatMap { inodes[Int($0)] }.map { Int($0.creator) != process } ?? false
    }

    /// A takeover replaces the dead owner's record in one step: a crash must not lose what it left undone.
    mutating func checkVacancy(by process: Int) {
        if processes[process].hasVacated {
            broken(.foreignRemoval, "contender \(process) takes over with a moment in which there is no lock at all")
        }
    }

    /// The lock is about to be moved aside.
    mutating func checkMove(of node: Int32, by process: Int) {
        checkEviction(of: node, by: process)
        lose(node, by: process)
    }

    private mutating func checkEviction(of node: Int32, by process: Int) {
        guard setup.patience.indices.contains(process), let patience = setup.patience[process],
            let inode = inodes[Int(node)], inode.publishedAt >= 0,
            let owner = processes.indices.first(where: { processes[$0].isAlive && processes[$0].owned == node })
        else { return }
        let held = tick - inode.publishedAt
        let plan = vocabulary.plan(ofContent: inode.content)
        if held < max(patience, plan) {
            broken(
                .evictions,
                "contender \(process) evicts contender \(owner), which has had the lock for \(held) ticks: the patience is "
                    + "\(patience), its plan \(plan)")
        }
    }

    private mutating func lose(_ node: Int32, by process: Int) {
        processes[process].removed = vocabulary.token(ofContent: inodes[Int(node)]!.content)
        for index in processes.indices where index != process && processes[index].owned == node {
            processes[index].callsSinceLoss = 0
            processes[index].lostAt = tick
        }
    }

    mutating func checkWon(_ token: Int32, by process: Int) {
        if wonTokens.contains(token) {
            broken(.oneWinner, "contender \(process) won a lock that another one has won: two winners")
        }
        if processes[process].removed != token {
            broken(.foreignRemoval, "contender \(process) took another lock than the one that it had observed")
        }
        processes[process].removed = -1
        wonTokens.append(token)
        wonTokens.sort()
    }

    mutating func checkKill(of victim: Int, by killer: Int) {
        let process = processes[victim]
        // Evicted, and not an owner again since: it only ends. Its record may be buried by somebody else, or closed by
        // itself, just before the signal reaches it.
        let isEvicted = process.lostAt >= 0 && process.lostAt < tick
        // It may come out of a long stay just before the signal reaches it.
        var isDue = isEvicted || process.overstayedAt >= 0
        for name in names where name.name == vocabulary.mutex || vocabulary.isClaim(name.name) {
            guard let inode = inodes[Int(name.inode)] else { continue }
            if setup.isPathMode {
                if inode.creator == victim, inode.modified < tick { isDue = true }
            } else if inode.exclusive >= 0, process.files.contains(inode.exclusive), inode.lockedAt < tick {
                isDue = true
            }
        }
        // Whoever is merely slow is waited for.
        if !isEvicted, !process.wasStopped { isDue = false }
        if !isDue {
            let why = process.lostAt >= 0 ? "had no time to see that it is evicted" : "is neither evicted nor frozen"
            broken(.kills, "contender \(killer) kills contender \(victim), which \(why)")
        }
    }

    mutating func checkExit(of process: Int, _ outcome: SeamCall.Outcome) {
        if case .failed(let words) = outcome, !setup.hasFaults {
            broken(.errors, "contender \(process) fails for no reason: \(words)")
        }
        let mutex = inode(at: vocabulary.mutex)
        for slot in processes[process].files where slot >= 0 {
            guard let file = openFiles[Int(slot)], file.inode != mutex else { continue }
            broken(.leaks, "contender \(process) leaves a descriptor open")
        }
        if processes[process].watches.contains(where: { $0 != nil }) {
            broken(.leaks, "contender \(process) leaves a watch open")
        }
    }

    /// Everybody waits, and only time can wake somebody.
    /// - Parameter waiters: the contenders that want the lock.
    mutating func checkForcedWait(waiters: [Int]) {
        guard let first = waiters.first else { return }
        if setup.isPathMode, inode(at: vocabulary.mutex) != nil {
            guard !wasDisturbed else { return }  // a crash inside the path mutex costs its stale time
            return broken(.recovery, "the mutex is left behind though nobody crashed")
        }
        guard let node = inode(at: vocabulary.lock), let inode = inodes[Int(node)] else {
            return broken(.recovery, "the lock is free, and contender \(first) waits for a clock")
        }
        let maker = Int(inode.creator)
        let isDead =
            setup.isPathMode
            ? maker >= 0 && !processes[maker].isAlive && holders(of: node) { $0.writes }.isEmpty : inode.exclusive < 0
        if isDead { broken(.recovery, "the owner is dead, and contender \(first) waits for a clock") }
    }

    /// Everybody is gone, and one more acquire and release have run.
    mutating func checkNothingIsLeft() {
        let left = names.filter { setup.isPathMode || $0.name != vocabulary.mutex }.map { vocabulary.name($0.name) }
        if !left.isEmpty { broken(.leaks, "left in the run directory: \(left.joined(separator: ", "))") }
        if openFiles.contains(where: { $0 != nil }), !children.contains(where: { $0 != nil }) {
            broken(.leaks, "an open file description is left")
        }
    }
}
