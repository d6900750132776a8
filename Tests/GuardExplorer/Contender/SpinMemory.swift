/// What `FrozenHolder` and `PathMutexReaper` remember between two tries of the mutex.
struct SpinMemory {
    var content: Int32 = -1
    /// The holder is suspected of having frozen, its removal is claimed, or it is being killed: the rest of this wait is
    /// remembered whole.
    var isDealingWithHolder = false
    /// The looks at files are the reaper's from here on.
    var isReaping = false
    private var seen: (content: Int32, stay: WatchedTicks)?
    private var firstSeen: [(name: Int32, file: FileStatusKey, unchanged: WatchedTicks)] = []
    private var looked: (name: Int32, file: FileStatusKey)?

    var numbers: [Int32] {
        [seen?.content ?? -1, seen?.stay.total ?? -1, seen?.stay.last ?? -1]
            + firstSeen.flatMap {
                [$0.name, $0.file.inode, $0.file.modified, $0.unchanged.total, $0.unchanged.last]
            }
    }

    mutating func sawFile(_ name: Int32, _ answer: SeamAnswer) {
        guard isReaping else { return }
        if case .status(let file) = answer {
            looked = (name, file)
        } else {
            looked = nil
            firstSeen.removeAll { $0.name == name }
        }
    }

    mutating func sawTime(_ tick: Int32, isPathMode: Bool) {
        guard isPathMode else {
            if seen?.content == content { seen?.stay.look(tick) } else { seen = (content, WatchedTicks(since: tick)) }
            return
        }
        guard let looked else { return }
        self.looked = nil
        let same = firstSeen.firstIndex { one in
            one.name == looked.name && one.file.inode == looked.file.inode
                && one.file.modified == looked.file.modified
        }
        if let same {
            firstSeen[same].unchanged.look(tick)
            return
        }
        firstSeen.removeAll { $0.name == looked.name }
        firstSeen.append((looked.name, looked.file, WatchedTicks(since: tick)))
        firstSeen.sort { $0.name < $1.name }
    }
}
