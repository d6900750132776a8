/// What `Patience` and `FileLockStoreWatch` remember between two looks at the lock.
struct WaiterMemory {
    var observed: FileStatusKey?
    var content: Int32 = -1
    var watch: CInt = -1
    var waitedSince: Int32 = -1
    var isHeard = false
    private var seen: (status: FileStatusKey, token: Int32)?
    private var clock: WatchedTicks
    private var owner: Int32 = 0
    private var unchanged: Int32 = 0
    private var followed: (inode: Int32, token: Int32) = (-1, -1)
    /// In steps of 200 µs; 0: with the safety net.
    private var nextLook: Int32 = 0

    /// - Parameter tick: when the wait began.
    init(since tick: Int32) { clock = WatchedTicks(since: tick) }

    var numbers: [Int32] {
        [
            seen?.status.inode ?? -1, seen?.status.modified ?? -1, seen?.token ?? -1, clock.total, clock.last, owner,
            unchanged, watch, followed.inode, followed.token, nextLook,
        ]
    }

    mutating func sawLock(at tick: Int32, _ vocabulary: Vocabulary) {
        guard let observed, content >= 0 else { return }
        let token = vocabulary.token(ofContent: content)
        let passed = clock.look(tick)
        let isSame =
            seen.map {
                $0.status.inode == observed.inode && $0.token == token
                    && (token >= 0 || $0.status.modified == observed.modified)
            } ?? false
        let isUnreadable = seen.map { $0.token < 0 && token < 0 } ?? false
        owner = isSame || isUnreadable ? owner + passed : 0
        unchanged = isSame && seen?.status.modified == observed.modified ? unchanged + passed : 0
        seen = (observed, token)
    }

    mutating func follows(_ status: FileStatusKey?, _ vocabulary: Vocabulary) {
        nextLook = 3
        guard let status, let seen, status.inode == seen.status.inode else {
            followed = (-1, -1)
            return
        }
        followed = (seen.status.inode, seen.token)
    }

    /// The clock is so coarse that a wait which time ended lasted longer than any bound.
    mutating func woke(at tick: Int32) {
        guard waitedSince >= 0 else { return }
        if tick == waitedSince || isHeard {
            nextLook = 1
        } else {
            nextLook = nextLook == 0 || nextLook >= 81 ? 0 : nextLook * 3
        }
        waitedSince = -1
    }
}

/// `WatchedTime` in ticks: a longer gap between two looks counts as one.
struct WatchedTicks {
    private(set) var total: Int32 = 0
    private(set) var last: Int32

    init(since tick: Int32) { last = tick }

    /// - Returns: what this look added.
    @discardableResult
    mutating func look(_ tick: Int32) -> Int32 {
        let added = min(tick - last, 1)
        last = tick
        total += added
        return added
    }
}
