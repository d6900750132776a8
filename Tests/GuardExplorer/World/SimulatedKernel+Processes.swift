internal import FleetGuard

extension SimulatedKernel {
    func isAlive(_ number: Int32) -> Bool {
        if number >= Self.firstChild {
            let index = Int(number - Self.firstChild)
            return children.indices.contains(index) && children[index] != nil
        }
        let index = Int(number - Self.firstProcess)
        return processes.indices.contains(index) && processes[index].isAlive
    }

    func isStopped(_ number: Int32) -> Bool {
        let index = Int(number - Self.firstProcess)
        return number < Self.firstChild && processes.indices.contains(index) && processes[index].isStopped
    }

    /// Time passes while this one could go on.
    mutating func freeze(_ process: Int) {
        guard !setup.isSlow else { return }
        processes[process].isStopped = true
        processes[process].wasStopped = true
    }

    /// Dying takes no time that a clock could measure.
    var isAnybodyDying: Bool {
        processes.contains { $0.phase == .doomed || $0.phase == .lastGasp || $0.phase == .closing }
            || children.contains { $0?.isDoomed == true }
    }

    func exclusiveHolders(_ inode: Int32) -> [Int32] {
        guard inodes.indices.contains(Int(inode)), let node = inodes[Int(inode)], node.exclusive >= 0 else { return [] }
        var holders: [Int32] = []
        for (index, process) in processes.enumerated() where process.isAlive && process.files.contains(node.exclusive) {
            holders.append(Self.firstProcess + Int32(index))
        }
        for (index, child) in children.enumerated() where child?.files.contains(node.exclusive) == true {
            holders.append(Self.firstChild + Int32(index))
        }
        return holders
    }

    /// Processes with the file open, in a way that satisfies `test`.
    func holders(of inode: Int32, where test: (OpenFile) -> Bool) -> [Int32] {
        func has(_ files: [Int32]) -> Bool {
            files.contains { slot in
                guard slot >= 0, let file = openFiles[Int(slot)] else { return false }
                return file.inode == inode && test(file)
            }
        }
        var holders: [Int32] = []
        for (index, process) in processes.enumerated() where process.isAlive && has(process.files) {
            holders.append(Self.firstProcess + Int32(index))
        }
        for (index, child) in children.enumerated() {
            if let child, has(child.files) { holders.append(Self.firstChild + Int32(index)) }
        }
        return holders
    }

    /// SIGKILL: the victim ends soon, not at once.
    mutating func kill(_ number: Int32, by killer: Int) -> Bool {
        guard isAlive(number) else { return false }
        wasDisturbed = true
        if number >= Self.firstChild {
            children[Int(number - Self.firstChild)]!.isDoomed = true
            return true
        }
        let victim = Int(number - Self.firstProcess)
        checkKill(of: victim, by: killer)
        if processes[victim].phase == .alive { processes[victim].phase = .doomed }
        return true
    }

    /// The end of a process, in the order of the Linux kernel: first the watchers of its files are told, then its
    /// kernel locks go. In between a watcher may look.
    mutating func die(_ process: Int) {
        wasDisturbed = true
        if processes[process].phase != .closing {
            var tells = false
            for slot in processes[process].files where slot >= 0 {
                if let file = openFiles[Int(slot)], file.writes, file.references == 1 {
                    announceClose(of: file.inode)
                    tells = true
                }
            }
            processes[process].phase = .closing
            if tells { return }
        }
        bury(process, as: .dead)
    }

    mutating func bury(_ process: Int, as phase: Phase) {
        let files = processes[process].files
        processes[process] = Process(phase: phase, sawChange: false, sawRelease: false)
        for slot in files where slot >= 0 { drop(slot, by: process, isAnnounced: phase == .dead) }
        if setup.isPathMode { announceUnlock(of: nil) }
        announceRelease(by: process)
    }

    mutating func spawn(from process: Int, inheriting: [Int32], stays: Bool) {
        for slot in inheriting { openFiles[Int(slot)]!.references += 1 }
        let child = Child(
            parent: Int32(process), grant: grant(process), files: inheriting, willAct: !stays, stays: stays)
        if let free = children.firstIndex(where: { $0 == nil }) {
            children[free] = child
        } else {
            children.append(child)
        }
    }

    /// One step of a helper: it acts, then it ends.
    mutating func stepChild(_ index: Int) {
        guard let child = children[index] else { return }
        if child.willAct, !child.isDoomed {
            checkAct(by: child.grant, words: "a command that contender \(child.parent) started")
            children[index]!.willAct = false
            return
        }
        children[index] = nil
        while let last = children.last, last == nil { children.removeLast() }
        for slot in child.files { drop(slot, by: -1) }
        announceRelease(by: -1)
    }

    func grant(_ process: Int) -> Int32 { Int32(process) * 8 + processes[process].grants }

    mutating func pass() {
        tick += 1
        for process in processes where process.isAlive && process.stamped >= 0 {
            inodes[Int(process.stamped)]!.modified = tick
        }
    }

    mutating func perform(_ mark: SeamCall.Mark, wasFenced: Bool, by process: Int) -> SeamAnswer {
        switch mark {
        case .granted:
            processes[process].grants += 1
            granted = grant(process)
        case .act:
            checkAct(by: grant(process), words: "contender \(process)")
            checkFence(of: process, wasFenced: wasFenced)
        case .spawnCommand(let descriptor):
            let inherited = descriptor.flatMap { openFile(process, $0) }
            spawn(from: process, inheriting: inherited.map { [$0] } ?? [], stays: false)
        case .startServer:
            let leaked = setup.inheritsDescriptors ? processes[process].files.filter { $0 >= 0 } : []
            spawn(from: process, inheriting: leaked, stays: true)
        case .awaitCommand, .awaitAgents: break
        case .work, .pause, .watch: break
        case .asked:
            noteWish(of: process)
            beginRolling(process)
        case .lookAtFleet: return lookAtFleet(by: process)
        case .send(let agent, let isRestart):
            checkAct(by: grant(process), words: "contender \(process)")
            checkFence(of: process, wasFenced: wasFenced)
            send(agent, isRestart: isRestart, by: process)
        case .resetFailed(let agent): fleet.resetFailed(agent)
        case .owes(let agents): fleet.owed = agents
        case .pays(let agents): fleet.owed &= ~agents
        case .rolled: checkRolled(by: process)
        case .look:
            processes[process].seenRun = agentRun
            return .agent(isUp: agentIsUp, run: agentRun)
        case .wellDone(let onlyFailed): checkWish(of: process, onlyFailed: onlyFailed)
        case .joined: break
        case .command(let onlyFailed, let joins):
            checkAct(by: grant(process), words: "contender \(process)")
            checkFence(of: process, wasFenced: wasFenced)
            checkNeed(of: process, onlyFailed: onlyFailed, joins: joins)
            agentIsUp = true
            agentRun += 1
        case .hang: break
        case .startStamping(let descriptor):
            if let slot = openFile(process, descriptor) {
                processes[process].stamped = openFiles[Int(slot)]?.inode ?? -1
            }
        case .won(let token): checkWon(token, by: process)
        case .failNextWrite(let name): processes[process].fault = name
        case .exit(let outcome):
            checkExit(of: process, outcome)
            bury(process, as: .exited)
        }
        return .none
    }
}
