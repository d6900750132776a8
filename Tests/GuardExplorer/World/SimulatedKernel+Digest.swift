extension SimulatedKernel {
    /// - Parameter nodes: what each contender has been answered so far.
    ///
    /// Open file descriptions have no numbers that anybody could see: they are named by whose descriptors they are, so
    /// that two worlds in which they were only opened in another order are one state.
    func digest(nodes: [Int32]) -> Digest {
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: openFiles.count) { numbers in
            numbers.initialize(repeating: -1)
            var digest = Digest()
            var next: Int32 = 0
            for (index, process) in processes.enumerated() {
                digest.add(Int64(process.phase.rawValue) << 32 | Int64(nodes[index]))
                guard process.isAlive else { continue }
                add(process, to: &digest)
                digest.add(process.files.count)
                for slot in process.files { add(file: slot, to: &digest, numbers, &next) }
            }
            digest.add(children.count)
            for child in children {
                guard let child else {
                    digest.add(-7)
                    continue
                }
                digest.add(Int64(child.parent) << 32 | Int64(child.grant))
                digest.add((child.willAct ? 4 : 0) | (child.stays ? 2 : 0) | (child.isDoomed ? 1 : 0))
                digest.add(child.files.count)
                for slot in child.files { add(file: slot, to: &digest, numbers, &next) }
            }
            addFiles(to: &digest, numbers)
            digest.add(Int64(tick) << 32 | Int64(granted) << 1 | (wasDisturbed ? 1 : 0))
            digest.add(Int64(agentRun) << 1 | (agentIsUp ? 1 : 0))
            for token in wonTokens { digest.add(token) }
            return digest
        }
    }

    private func add(_ process: Process, to digest: inout Digest) {
        digest.add(Int64(process.waitsSince) << 32 | Int64(process.fault))
        digest.add(Int64(process.grants) << 32 | Int64(process.owned))
        digest.add(Int64(process.removed) << 32 | Int64(process.stamped))
        digest.add(Int64(process.overstayedAt) << 32 | Int64(process.lostAt))
        digest.add(Int64(process.callsSinceLoss) << 2 | (process.sawChange ? 2 : 0) | (process.isFenced ? 1 : 0))
        digest.add((process.sawRelease ? 4 : 0) | (process.hasVacated ? 2 : 0) | (process.mayJoin ? 1 : 0))
        digest.add(Int64(process.asked) << 40 | Int64(process.scope) << 32 | Int64(process.askedBefore))
        digest.add(process.watches.count)
        for watch in process.watches {
            digest.add(
                watch.map { Int64($0.followed) << 2 | ($0.hasEvent ? 1 : 0) | ($0.hasChanged ? 2 : 0) } ?? -7)
        }
    }

    private func add(
        file slot: Int32, to digest: inout Digest, _ numbers: UnsafeMutableBufferPointer<Int32>, _ next: inout Int32
    ) {
        guard slot >= 0, let file = openFiles[Int(slot)] else { return digest.add(-1) }
        if numbers[Int(slot)] < 0 {
            numbers[Int(slot)] = next
            next += 1
            digest.add(
                Int64(file.inode) << 32 | Int64(file.references) << 2 | (file.writes ? 2 : 0) | (file.appends ? 1 : 0))
        }
        digest.add(numbers[Int(slot)])
    }

    private func addFiles(to digest: inout Digest, _ numbers: UnsafeMutableBufferPointer<Int32>) {
        digest.add(inodes.count)
        for inode in inodes {
            guard let inode else {
                digest.add(-7)
                continue
            }
            digest.add(Int64(inode.content) << 32 | Int64(inode.modified))
            digest.add(Int64(inode.links) << 40 | Int64(inode.opens) << 20 | Int64(inode.creator))
            // When it was locked matters only as long as it is.
            if inode.exclusive >= 0 { digest.add(Int64(numbers[Int(inode.exclusive)]) << 32 | Int64(inode.lockedAt)) }
            var shared: UInt64 = 0
            var rest = inode.shared
            while rest != 0 {
                shared |= 1 << UInt64(numbers[rest.trailingZeroBitCount])
                rest &= rest - 1
            }
            digest.add(shared)
        }
        digest.add(names.count)
        for name in names { digest.add(Int64(name.name) << 32 | Int64(name.inode)) }
    }
}
