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
                digest.add(process.phase.rawValue, nodes[index])
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
                digest.add(child.parent, child.grant)
                digest.add((child.willAct ? 4 : 0) | (child.stays ? 2 : 0) | (child.isDoomed ? 1 : 0))
                digest.add(child.files.count)
                for slot in child.files { add(file: slot, to: &digest, numbers, &next) }
            }
            addFiles(to: &digest, numbers)
            digest.add(tick, granted)
            digest.add(wasDisturbed)
            digest.add(Int64(agentRun) << 1 | (agentIsUp ? 1 : 0))
            for token in wonTokens { digest.add(token) }
            fleet.add(to: &digest)
            return digest
        }
    }

    /// What is left of a world in which all are gone, in its own words: vocabularies number names and contents in the order
    /// of their first use, which is another one in each exploration.
    var fingerprint: UInt64 {
        var digest = Digest()
        for name in names.map({ (vocabulary.name($0.name), $0.inode) }).sorted(by: { $0.0 < $1.0 }) {
            for byte in name.0.utf8 { digest.add(byte) }
            digest.add(name.1)
        }
        for inode in inodes {
            guard let inode else {
                digest.add(-7)
                continue
            }
            for byte in vocabulary.content(inode.content) { digest.add(byte) }
            digest.add(inode.modified, inode.creator)
        }
        digest.add(tick, granted)
        digest.add(agentRun << 1 | (agentIsUp ? 1 : 0), wasDisturbed ? 1 : 0)
        fleet.add(to: &digest)
        for token in wonTokens.map({ vocabulary.name($0) }).sorted() { for byte in token.utf8 { digest.add(byte) } }
        return digest.low
    }

    private func add(_ process: Process, to digest: inout Digest) {
        digest.add(process.waitsSince, process.fault)
        digest.add(process.grants, process.owned)
        digest.add(process.removed, process.stamped)
        digest.add(process.overstayedAt, process.lostAt)
        digest.add((process.isStopped ? 2 : 0) | (process.wasStopped ? 1 : 0))
        digest.add(Int64(process.callsSinceLoss) << 2 | (process.sawChange ? 2 : 0) | (process.isFenced ? 1 : 0))
        digest.add((process.sawRelease ? 4 : 0) | (process.hasVacated ? 2 : 0))
        digest.add(process.askedRun, process.seenRun)
        digest.add(Int64(process.toldNew) << 32 | Int64(process.commanded) << 1 | (process.hasSeenFailure ? 1 : 0))
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
            digest.add(file.inode, file.references << 2 | (file.writes ? 2 : 0) | (file.appends ? 1 : 0))
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
            digest.add(inode.content, inode.modified)
            digest.add(inode.publishedAt)
            digest.add(inode.links << 16 | inode.opens, inode.creator)
            // When it was locked matters only as long as it is.
            if inode.exclusive >= 0 { digest.add(numbers[Int(inode.exclusive)], inode.lockedAt) }
            var shared: UInt64 = 0
            var rest = inode.shared
            while rest != 0 {
                shared |= 1 << UInt64(numbers[rest.trailingZeroBitCount])
                rest &= rest - 1
            }
            digest.add(shared)
        }
        digest.add(names.count)
        for name in names { digest.add(name.name, name.inode) }
    }
}
