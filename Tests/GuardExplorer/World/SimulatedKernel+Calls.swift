internal import FleetGuard
internal import FleetKit

extension SimulatedKernel {
    /// False while the call would only wait.
    func isEnabled(_ call: SeamCall, by process: Int) -> Bool {
        switch call {
        case .sleep(let duration):
            // The mutex is waited for in shorter steps than an evicted owner. Looking again at a mutex that nobody
            // has left would show the same, but for the lock, which somebody may have got meanwhile.
            let isOwned = processes[process].sawChange && inode(at: vocabulary.lock) != nil
            let saw =
                duration < Self.burialStep
                ? processes[process].sawRelease || isOwned : processes[process].sawChange
            // The path mutex came free while this one was busy ending its holder: the next try is a moment away.
            let isFree =
                setup.isPathMode && duration != Self.endingStep && duration < Self.burialStep
                && inode(at: vocabulary.mutex) == nil
            return saw || isFree || tick > processes[process].waitsSince
        case .wait(let watch, let timeout):
            if processes[process].watches[Int(watch)]?.hasEvent == true || tick > processes[process].waitsSince {
                return true
            }
            // Over in 3 ms, whatever happens, and never twice for one owner.
            if timeout == Guard.rest { return true }
            // A wait as short as a sleep is one: its end shows what nobody tells.
            return timeout <= Self.shortWait && processes[process].watches[Int(watch)]?.hasChanged == true
        case .mark(.work), .mark(.pause), .mark(.watch): return tick > processes[process].waitsSince
        case .mark(.awaitAgents(let agents)): return !agents.contains { fleet.agents[$0].condition.hasJob }
        case .mark(.hang): return false
        case .mark(.awaitCommand): return !children.contains { $0?.parent == Int32(process) && $0?.stays == false }
        default: return true
        }
    }

    static let burialStep: Duration = .milliseconds(5)
    static let endingStep: Duration = .milliseconds(1)
    static let shortWait: Duration = .milliseconds(20)

    /// Does one call. Errors are those of the real calls.
    mutating func perform(_ call: SeamCall, by process: Int) -> SeamAnswer {
        if processes[process].callsSinceLoss >= 0, processes[process].callsSinceLoss < 2 {
            processes[process].callsSinceLoss += 1
        }
        processes[process].isStopped = false
        let wasFenced = processes[process].isFenced
        processes[process].isFenced = false
        switch call {
        case .open(let name, let how): return open(name, how, by: process)
        case .close(let descriptor):
            guard let slot = openFile(process, descriptor) else { return .none }
            processes[process].files[Int(descriptor - Self.firstDescriptor)] = -1
            // The number of its record may be another file's soon.
            if let file = openFiles[Int(slot)], file.writes, file.inode == processes[process].owned {
                processes[process].owned = -1
            }
            while processes[process].files.last == -1 { processes[process].files.removeLast() }
            drop(slot, by: process)
            return .none
        case .read(let descriptor, let offset, let count):
            guard let node = node(process, descriptor) else { return .failure(Self.badDescriptor) }
            return .content(vocabulary.slice(inodes[Int(node)]!.content, from: offset, count: count))
        case .write(let descriptor, let content, let offset):
            return write(descriptor, content, at: offset, by: process)
        case .statusOf(let descriptor):
            guard let node = node(process, descriptor) else { return .failure(Self.badDescriptor) }
            return .status(status(node))
        case .statusAt(let name):
            guard let node = inode(at: name) else { return .failure(Self.noEntry) }
            if name == vocabulary.lock, node == processes[process].owned { processes[process].isFenced = true }
            return .status(status(node))
        case .link(let old, let new):
            guard let node = inode(at: old) else { return .failure(Self.noEntry) }
            guard inode(at: new) == nil else { return .failure(Self.exists) }
            if new == vocabulary.lock { checkVacancy(by: process) }
            addName(new, node, by: process)
            if new == vocabulary.lock { own(node, by: process) }
            return .none
        case .rename(let old, let new): return rename(old, new, by: process)
        case .unlink(let name):
            guard inode(at: name) != nil else { return .failure(Self.noEntry) }
            checkRemoval(of: name, by: process)
            if name == vocabulary.lock, isForeign(name, to: process) { processes[process].hasVacated = true }
            removeName(name, by: process)
            return .none
        case .names: return list(by: process)
        case .lock(let descriptor, let kind): return lock(descriptor, kind, by: process)
        case .unlock(let descriptor):
            if let slot = openFile(process, descriptor) { unlock(slot, by: process) }
            return .none
        case .touch(let descriptor):
            guard let node = node(process, descriptor) else { return .failure(Self.badDescriptor) }
            inodes[Int(node)]!.modified = tick
            return .none
        case .makeWatch:
            processes[process].watches.append(Watch())
            return .descriptor(CInt(processes[process].watches.count - 1))
        case .follow(let watch, let descriptor):
            guard let node = node(process, descriptor) else { return .failure(Self.badDescriptor) }
            processes[process].watches[Int(watch)]?.followed = node
            return .none
        case .wait(let watch, _):
            let isHeard = processes[process].watches[Int(watch)]?.hasEvent == true
            processes[process].watches[Int(watch)]?.hasEvent = false
            processes[process].watches[Int(watch)]?.hasChanged = false
            _ = woken(process)
            return .flag(isHeard)
        case .closeWatch(let watch):
            processes[process].watches[Int(watch)] = nil
            return .none
        case .now: return .time(tick)
        case .sleep: return woken(process)
        case .liveness(let number): return .liveness(isAlive(number))
        case .exclusiveHolders(let file): return .processes(exclusiveHolders(Int32(file.inode) - 1))
        case .writers(let file): return .processes(holders(of: Int32(file.inode) - 1) { $0.writes })
        case .openers(let file): return .processes(holders(of: Int32(file.inode) - 1) { _ in true })
        case .agent: return .agent(isUp: agentIsUp, run: agentRun)
        case .fleet: return lookAtFleet(by: process)
        case .owed: return .owed(fleet.owed)
        case .identify(let number): return .liveness(isAlive(number))
        case .isStopped(let number): return .flag(isStopped(number))
        case .kill(let number): return .flag(kill(number, by: process))
        case .mark(let mark): return perform(mark, wasFenced: wasFenced, by: process)
        }
    }

    static let badDescriptor: CInt = 9
    static let noEntry: CInt = 2
    static let exists: CInt = 17
    static let noSpace: CInt = 28

    private mutating func woken(_ process: Int) -> SeamAnswer {
        processes[process].sawChange = false
        processes[process].sawRelease = false
        return .none
    }

    private func node(_ process: Int, _ descriptor: CInt) -> Int32? {
        openFile(process, descriptor).flatMap { openFiles[Int($0)]?.inode }
    }

    private func status(_ node: Int32) -> FileStatusKey {
        let inode = inodes[Int(node)]!
        return FileStatusKey(
            inode: node + 1, modified: inode.modified, size: Int32(vocabulary.content(inode.content).count))
    }

    private mutating func open(_ name: Int32, _ how: FileOpening, by process: Int) -> SeamAnswer {
        switch how {
        case .create:
            guard inode(at: name) == nil else { return .failure(Self.exists) }
            let node = makeInode(content: vocabulary.empty, by: process)
            addName(name, node, by: process)
            return .descriptor(open(node, writes: true, appends: true, by: process))
        case .read, .update:
            guard let node = inode(at: name) else { return .failure(Self.noEntry) }
            return .descriptor(open(node, writes: how == .update, appends: false, by: process))
        }
    }

    private func list(by process: Int) -> SeamAnswer {
        // The guard passes over the other names in a listing, so they need not make two answers of one.
        let shown = names.map(\.name).filter { name in
            setup.listsAll || vocabulary.isEvicted(name) || vocabulary.isStaging(name) || vocabulary.isClaim(name)
        }
        return .names(shown.sorted { vocabulary.name($0) < vocabulary.name($1) })
    }

    private mutating func write(_ descriptor: CInt, _ content: Int32, at offset: Int, by process: Int) -> SeamAnswer {
        guard let slot = openFile(process, descriptor), let file = openFiles[Int(slot)] else {
            return .failure(Self.badDescriptor)
        }
        let fault = processes[process].fault
        if fault >= 0,
            inode(at: fault) == file.inode
                || names.contains(where: {
                    $0.inode == file.inode && vocabulary.isStaging($0.name) && fault == vocabulary.mutex
                })
        {
            processes[process].fault = -1
            return .failure(Self.noSpace)
        }
        let old = inodes[Int(file.inode)]!.content
        let start = file.appends ? vocabulary.content(old).count : offset
        inodes[Int(file.inode)]!.content = vocabulary.writing(content, over: old, at: start)
        // Nobody judges a kernel mutex by its time, so it need not make two states of one.
        if setup.isPathMode || file.inode != inode(at: vocabulary.mutex) { inodes[Int(file.inode)]!.modified = tick }
        return .count(vocabulary.content(content).count)
    }

    private mutating func rename(_ old: Int32, _ new: Int32, by process: Int) -> SeamAnswer {
        guard let node = inode(at: old) else { return .failure(Self.noEntry) }
        if old == vocabulary.lock { checkMove(of: node, by: process) }
        if let replaced = inode(at: new) {
            if replaced == node { return .none }
            checkRemoval(of: new, by: process)
            removeName(new, by: process)
        }
        addName(new, node, by: process)
        removeName(old, by: process)
        if new == vocabulary.lock { own(node, by: process) }
        return .none
    }

    private mutating func own(_ node: Int32, by process: Int) {
        processes[process].owned = node
        if setup.looksAtPlans { inodes[Int(node)]!.publishedAt = tick }
        processes[process].callsSinceLoss = -1
        processes[process].lostAt = -1
    }

    private mutating func lock(_ descriptor: CInt, _ kind: KernelLockKind, by process: Int) -> SeamAnswer {
        guard let slot = openFile(process, descriptor), let file = openFiles[Int(slot)] else {
            return .failure(Self.badDescriptor)
        }
        let node = inodes[Int(file.inode)]!
        let mine = UInt64(1) << UInt64(slot)
        guard node.exclusive < 0 || node.exclusive == slot else { return .flag(false) }
        switch kind {
        case .shared:
            inodes[Int(file.inode)]!.exclusive = -1
            inodes[Int(file.inode)]!.shared |= mine
        case .exclusive:
            guard node.shared & ~mine == 0 else { return .flag(false) }
            inodes[Int(file.inode)]!.shared = 0
            inodes[Int(file.inode)]!.exclusive = slot
            inodes[Int(file.inode)]!.lockedAt = tick
        }
        return .flag(true)
    }
}
