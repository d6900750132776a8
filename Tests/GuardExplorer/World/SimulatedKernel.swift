/// The whole world as one value: files, names, open file descriptions, kernel locks, watches, processes, the clock.
///
/// Numbers are reused as greedily as a kernel may: the smallest free inode, description and descriptor is taken next.
/// The clock is as coarse as can be: it stands still until the scheduler lets one `tick` pass, and every modification
/// time within a tick is equal.
struct SimulatedKernel {
    struct Inode {
        var content: Int32
        var modified: Int32
        var links: Int32 = 0
        var opens: Int32 = 0
        /// The process that made it.
        var creator: Int32
        /// The open file description that holds the exclusive `flock`, or -1.
        var exclusive: Int32 = -1
        var lockedAt: Int32 = 0
        /// When it became the lock; -1: never, or that is not looked at in this world.
        var publishedAt: Int32 = -1
        /// Descriptions that hold a shared one.
        var shared: UInt64 = 0
    }

    struct OpenFile {
        var inode: Int32
        var writes: Bool
        var appends: Bool
        var references: Int32
    }

    struct Watch {
        var followed: Int32 = -1
        var hasEvent = false
        /// The followed record's kernel lock was dropped, or its owner is gone; nobody tells, but a look would see it.
        var hasChanged = false
    }

    enum Phase: Int32 {
        case alive
        /// SIGKILL was sent; the call that is under way may still take effect.
        case doomed
        /// It did.
        case lastGasp
        /// Its files are being closed: watchers know, the kernel locks are still there.
        case closing
        case dead
        case exited
    }

    struct Process {
        var phase = Phase.alive
        /// Descriptor 3 and up; -1 is free.
        var files: [Int32] = []
        var watches: [Watch?] = []
        /// Something that a sleeping waiter could be waiting for has changed since it last woke.
        var sawChange = true
        /// A kernel lock was released, the mutex's name has changed, or a process is gone: what the mutex waits for.
        var sawRelease = true
        /// Since when it has been at the call that it waits in; -1 while its next call is another.
        var waitsSince: Int32 = -1
        /// The next write of this name fails; -1 for none.
        var fault: Int32 = -1
        /// The inode that a side thread stamps, or -1.
        var stamped: Int32 = -1
        /// How many acquisitions were granted to it.
        var grants: Int32 = 0
        /// The inode of its lock, while it owns it.
        var owned: Int32 = -1
        /// Calls that it made since it lost its lock to somebody else, two for more than that; or -1.
        var callsSinceLoss: Int32 = -1
        /// When that was.
        var lostAt: Int32 = -1
        /// It held the mutex for longer than anybody should, until this tick; or -1.
        var overstayedAt: Int32 = -1
        /// It was frozen by a signal, and has not moved since.
        var isStopped = false
        /// It was, at some time.
        var wasStopped = false
        /// The token of the record that it removed or moved last.
        var removed: Int32 = -1
        /// It removed somebody's lock, and is still inside the mutex.
        var hasVacated = false
        /// Its last call was a fence that held.
        var isFenced = false
        /// The agent's run when its restart was asked for, until that ends; or -1.
        var askedRun: Int32 = -1
        /// And when this one looked, before it waited; -1 while it has not.
        var seenRun: Int32 = -1
        /// Agents that its rolling restart has sent a command for, a bit each.
        var commanded: UInt32 = 0
        /// Agents that it was last told are up in a new run.
        var toldNew: UInt32 = 0
        /// It was told that one of those that it commanded has failed.
        var hasSeenFailure = false
        var isAlive: Bool { phase == .alive || phase == .doomed || phase == .lastGasp || phase == .closing }
    }

    /// A helper process: one that will act once and end, or a server that stays.
    struct Child {
        var parent: Int32
        var grant: Int32
        var files: [Int32]
        var willAct: Bool
        var stays: Bool
        var isDoomed = false
    }

    struct Name {
        var name: Int32
        var inode: Int32
    }

    let vocabulary: Vocabulary
    var setup: WorldSetup
    var checks: Checks { setup.checks }

    var inodes: [Inode?] = []
    var names: [Name] = []
    var openFiles: [OpenFile?] = []
    var processes: [Process] = []
    var children: [Child?] = []
    var tick: Int32 = 0
    /// The process and the number of its grant that owns the right to act.
    var granted: Int32 = -1
    var wonTokens: [Int32] = []
    /// The one agent of this world: is it up, and which run of it is this.
    var agentIsUp = true
    var agentRun: Int32 = 0
    /// The agents of a world of rolling restarts.
    var fleet = SimulatedFleet()
    /// A process died, or time passed while somebody could have gone on.
    var wasDisturbed = false
    /// What the last call broke.
    var violation: String?

    init(vocabulary: Vocabulary, setup: WorldSetup) {
        self.vocabulary = vocabulary
        self.setup = setup
    }

    static let firstDescriptor: CInt = 3
    static let firstProcess: Int32 = 100
    static let firstChild: Int32 = 200

    // MARK: - Finding things

    func inode(at name: Int32) -> Int32? { names.first { $0.name == name }?.inode }

    func openFile(_ process: Int, _ descriptor: CInt) -> Int32? {
        let index = Int(descriptor - Self.firstDescriptor)
        guard processes[process].files.indices.contains(index) else { return nil }
        let file = processes[process].files[index]
        return file < 0 ? nil : file
    }

    // MARK: - Making and dropping things

    mutating func makeInode(content: Int32, by process: Int) -> Int32 {
        let inode = Inode(content: content, modified: tick, creator: Int32(process))
        if let free = inodes.firstIndex(where: { $0 == nil }) {
            inodes[free] = inode
            return Int32(free)
        }
        inodes.append(inode)
        return Int32(inodes.count - 1)
    }

    mutating func open(_ inode: Int32, writes: Bool, appends: Bool, by process: Int) -> CInt {
        let file = OpenFile(inode: inode, writes: writes, appends: appends, references: 1)
        let slot: Int
        if let free = openFiles.firstIndex(where: { $0 == nil }) {
            openFiles[free] = file
            slot = free
        } else {
            openFiles.append(file)
            slot = openFiles.count - 1
        }
        inodes[Int(inode)]!.opens += 1
        if let free = processes[process].files.firstIndex(of: -1) {
            processes[process].files[free] = Int32(slot)
            return Self.firstDescriptor + CInt(free)
        }
        processes[process].files.append(Int32(slot))
        return Self.firstDescriptor + CInt(processes[process].files.count - 1)
    }

    /// Drops one reference; with the last one the kernel locks go.
    mutating func drop(_ slot: Int32, by process: Int, isAnnounced: Bool = false) {
        openFiles[Int(slot)]!.references -= 1
        guard openFiles[Int(slot)]!.references == 0, let file = openFiles[Int(slot)] else { return }
        if file.writes, !isAnnounced { announceClose(of: file.inode) }
        unlock(slot, by: process)
        openFiles[Int(slot)] = nil
        while let last = openFiles.last, last == nil { openFiles.removeLast() }
        inodes[Int(file.inode)]!.opens -= 1
        forgetIfUnused(file.inode)
    }

    mutating func unlock(_ slot: Int32, by process: Int) {
        guard let file = openFiles[Int(slot)] else { return }
        inodes[Int(file.inode)]!.shared &= ~(1 << UInt64(slot))
        if inodes[Int(file.inode)]!.exclusive == slot {
            inodes[Int(file.inode)]!.exclusive = -1
            announceUnlock(of: file.inode)
            if process >= 0, file.inode == inode(at: vocabulary.mutex) {
                processes[process].hasVacated = false
                if inodes[Int(file.inode)]!.lockedAt < tick { processes[process].overstayedAt = tick }
            }
            announceRelease(by: process)
        }
    }

    mutating func forgetIfUnused(_ inode: Int32) {
        guard let node = inodes[Int(inode)], node.links == 0, node.opens == 0 else { return }
        inodes[Int(inode)] = nil
        while let last = inodes.last, last == nil { inodes.removeLast() }
    }

    mutating func addName(_ name: Int32, _ inode: Int32, by process: Int) {
        names.append(Name(name: name, inode: inode))
        names.sort { $0.name < $1.name }
        inodes[Int(inode)]!.links += 1
        announceName(name, by: process)
    }

    mutating func removeName(_ name: Int32, by process: Int) {
        guard let index = names.firstIndex(where: { $0.name == name }) else { return }
        let inode = names[index].inode
        names.remove(at: index)
        inodes[Int(inode)]!.links -= 1
        if name == vocabulary.lock { wakeWatches(by: process) }
        announceName(name, by: process)
        forgetIfUnused(inode)
    }

    /// What a crash left in a staged file is nobody's business: it is only ever removed.
    mutating func blankStagedFiles() {
        for name in names where vocabulary.isStaging(name.name) && inodes[Int(name.inode)]?.links == 1 {
            inodes[Int(name.inode)]!.content = vocabulary.empty
        }
    }

    // MARK: - Telling those who wait

    mutating func announceName(_ name: Int32, by process: Int) {
        guard !vocabulary.isStaging(name) else { return }
        if name == vocabulary.mutex || vocabulary.isClaim(name) {
            announceRelease(by: process)
            if process >= 0 { processes[process].sawRelease = true }
        } else {
            announceChange(by: process)
        }
    }

    /// The lock's name is gone, or is another file's now. Of a name that was absent before, nobody is told.
    private mutating func wakeWatches(by process: Int) {
        for index in processes.indices where index != process {
            for watch in processes[index].watches.indices where processes[index].watches[watch] != nil {
                processes[index].watches[watch]!.hasEvent = true
            }
        }
    }

    mutating func announceRelease(by process: Int) {
        announceChange(by: process)
        for index in processes.indices where index != process { processes[index].sawRelease = true }
    }

    mutating func announceChange(by process: Int) {
        for index in processes.indices where index != process { processes[index].sawChange = true }
    }

    mutating func announceClose(of inode: Int32) {
        for index in processes.indices {
            for watch in processes[index].watches.indices where processes[index].watches[watch]?.followed == inode {
                processes[index].watches[watch]!.hasEvent = true
            }
        }
    }

    /// - Parameter inode: nil when a process is gone, whichever record is its own.
    mutating func announceUnlock(of inode: Int32?) {
        for index in processes.indices {
            for watch in processes[index].watches.indices {
                guard let followed = processes[index].watches[watch]?.followed else { continue }
                if inode == nil || inode == followed { processes[index].watches[watch]!.hasChanged = true }
            }
        }
    }
}
