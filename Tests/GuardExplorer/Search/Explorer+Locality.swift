internal import FleetGuard
internal import FleetKit

/// Calls that commute with everything that anybody else can do: their order shows nothing new, so they are made at
/// once. Neither does a crash before such a call differ from one before the next.
///
/// They are told by what the protocol lets others do in this world; a world with a seeded bug gets no such favour.
extension Explorer {
    func localStep(in state: SearchState) -> Int? {
        guard scenario.bug == nil, !scenario.isUnreduced else { return nil }
        return state.world.processes.indices.first { index in
            state.world.processes[index].phase == .alive && isLocal(call(of: index, in: state), of: index, in: state)
        }
    }

    private func isLocal(_ call: SeamCall, of index: Int, in state: SearchState) -> Bool {
        let world = state.world
        // Time passes only when everybody waits, once no freeze is left.
        let isTimeless = state.freezes == 0
        switch call {
        case .now: return isTimeless
        case .mark(.won), .closeWatch: return true
        case .open(let name, .update):
            // It is there for ever, and who has it open is nobody's business.
            return name == vocabulary.mutex && !world.setup.isPathMode && world.inode(at: name) != nil
        case .statusOf(let descriptor):
            return world.isOwnStaging(descriptor, of: index) || world.isMutexHeld(by: index, through: descriptor)
                || world.isUnwritten(descriptor, byOthersThan: index)
        case .lock(let descriptor, .exclusive): return world.isOwnStaging(descriptor, of: index)
        case .write(let descriptor, _, _): return isTimeless && world.isOwnStaging(descriptor, of: index)
        case .read(let descriptor, _, _):
            return world.isMutexHeld(by: index, through: descriptor)
                || world.isUnwritten(descriptor, byOthersThan: index) || world.isFixed(descriptor, of: index)
        case .names: return world.isListingSettled(for: index)
        case .statusAt(let name):
            guard world.isMutexHeld(by: index) else { return false }
            if name == vocabulary.mutex { return true }
            // Nobody else touches the lock's name now; its owner may stamp what is there.
            return name == vocabulary.lock && world.inode(at: name).map { $0 == world.processes[index].owned } ?? true
        case .unlock(let descriptor): return world.isMereProbe(descriptor, of: index)
        case .close(let descriptor): return world.isMereReader(descriptor, of: index)
        default: return false
        }
    }
}

extension SimulatedKernel {
    private func file(_ descriptor: CInt, of process: Int) -> OpenFile? {
        openFile(process, descriptor).flatMap { openFiles[Int($0)] }
    }

    /// A file that has no name but a staging name, and that nobody else has open.
    func isOwnStaging(_ descriptor: CInt, of process: Int) -> Bool {
        guard let file = file(descriptor, of: process), let inode = inodes[Int(file.inode)], inode.opens == 1,
            inode.links == 1
        else { return false }
        return names.contains { $0.inode == file.inode && vocabulary.isStaging($0.name) }
    }

    /// The mutex is ours: nobody writes it, and nobody changes the lock's name. A path mutex is taken from nobody who
    /// has not been killed first.
    func isMutexHeld(by process: Int) -> Bool {
        guard let node = inode(at: vocabulary.mutex), let inode = inodes[Int(node)] else { return false }
        if setup.isPathMode {
            return inode.creator == process
                && processes[process].files.contains { $0 >= 0 && openFiles[Int($0)]?.inode == node }
        }
        return inode.exclusive >= 0 && processes[process].files.contains(inode.exclusive)
    }

    func isMutexHeld(by process: Int, through descriptor: CInt) -> Bool {
        guard let file = file(descriptor, of: process), file.inode == inode(at: vocabulary.mutex) else { return false }
        return isMutexHeld(by: process)
    }

    /// A file that nobody else can write to any more: it is published (so nobody opens it for writing again), and who
    /// else has it open only reads.
    func isUnwritten(_ descriptor: CInt, byOthersThan process: Int) -> Bool {
        guard let file = file(descriptor, of: process), let inode = inodes[Int(file.inode)],
            file.inode != self.inode(at: vocabulary.mutex)
        else { return false }
        if inode.opens == 1 { return true }
        for slot in openFiles.indices {
            guard let other = openFiles[slot], other.inode == file.inode, other.writes else { continue }
            if other.references > 1 || !processes[process].files.contains(Int32(slot)) { return false }
        }
        return true
    }

    /// A published record to which nobody appends in this world.
    func isFixed(_ descriptor: CInt, of process: Int) -> Bool {
        guard setup.hasFixedRecords, let file = file(descriptor, of: process) else { return false }
        return names.contains { name in
            name.inode == file.inode && (name.name == vocabulary.lock || vocabulary.isEvicted(name.name))
        }
    }

    /// Files are staged, and records moved aside, inside the mutex only. But evicted records are removed outside of it.
    func isListingSettled(for process: Int) -> Bool {
        !setup.listsAll && setup.hasMutex && isMutexHeld(by: process)
            && !names.contains { vocabulary.isEvicted($0.name) }
    }

    /// A shared lock on a published record: nobody asks for an exclusive one there any more.
    func isMereProbe(_ descriptor: CInt, of process: Int) -> Bool {
        guard let slot = openFile(process, descriptor), let file = openFiles[Int(slot)],
            let inode = inodes[Int(file.inode)]
        else { return false }
        return inode.shared & (1 << UInt64(slot)) != 0
    }

    /// Closing what was only read; its number must not come free by it.
    func isMereReader(_ descriptor: CInt, of process: Int) -> Bool {
        guard let file = file(descriptor, of: process), let inode = inodes[Int(file.inode)] else { return false }
        return !file.writes && file.references == 1 && inode.links > 0
    }
}
