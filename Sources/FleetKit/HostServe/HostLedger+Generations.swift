public import FleetGuard
internal import Glibc

/// How old operations are forgotten.
extension HostLedger {
    /// Seconds after which a generation with anything in it is over, too: 30 days.
    static let age = 30.0 * 86_400

    struct Generations: Equatable {
        var current = 0
        /// A `begin` of an earlier generation is refused.
        var horizon = 0
    }

    private var generationsFile: String { path + "/.generations" }

    /// What a hello says.
    /// - Throws: `.io`.
    public func generation() throws(FleetError) -> Int { try readGenerations().current }

    func readGenerations() throws(FleetError) -> Generations {
        guard access(generationsFile, F_OK) == 0 else {
            if errno == ENOENT { return Generations() }
            throw failure("look at", generationsFile)
        }
        guard let text = SmallFile.text(generationsFile, limit: 64) else { throw failure("read", generationsFile) }
        let words = text.parts(at: "\n").first?.parts(at: " ").map { Int($0) } ?? []
        guard words.count == 2, let current = words[0], let horizon = words[1], horizon >= 0,
            horizon <= current, current < Int.max
        else {
            throw FleetError(
                .io, "\(Printable.oneLine(generationsFile)) cannot be read as two numbers",
                hint: "someone has changed it; no operation is begun until it is restored")
        }
        return Generations(current: current, horizon: horizon)
    }

    /// Begins a new generation where this one is full or old, and then removes the files of those before the last.
    /// - Returns: the generation that counts now.
    func turnedGenerations() throws(FleetError) -> Generations {
        try makeFolder()
        var generations = try readGenerations()
        guard try isOver(generations) else { return generations }
        // One at a time, or the horizon could go back. Where another one is at it, or hangs in it, nothing is removed.
        let pruning = path + "/.pruning"
        guard let lock = Descriptor(result: open(pruning, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)) else {
            throw failure("open", pruning)
        }
        guard flock(lock.number, LOCK_EX | LOCK_NB) == 0 else { return generations }
        generations = try readGenerations()
        guard try isOver(generations) else { return generations }
        generations = Generations(current: generations.current + 1, horizon: generations.current)
        try PublishedFile.replace(generationsFile, "\(generations.current) \(generations.horizon)\n")
        try remove(before: generations.horizon)
        return generations
    }

    private func isOver(_ generations: Generations) throws(FleetError) -> Bool {
        let ids = try names().filter { HostOperationID($0) != nil }
        guard !ids.isEmpty else { return false }
        // Up to twice its size: those of the generation before it are there as well.
        let kept = generations.current == generations.horizon ? 1 : 2
        if ids.count >= kept * size { return true }
        // The file is as old as the generation; before the first there is none.
        let begin =
            access(generationsFile, F_OK) == 0
            ? modified(generationsFile) : ids.map { modified(path + "/" + $0) }.min() ?? time()
        return time() - begin >= Self.age
    }

    private func remove(before horizon: Int) throws(FleetError) {
        for name in try names() {
            let file = path + "/" + name
            if HostOperationID(name) != nil {
                guard let bytes = SmallFile.read(file, limit: HostRequest.sizeLimit * 2),
                    let entry = Self.entry(bytes), entry.generation ?? 0 < horizon, hasEnded(file)
                else { continue }
                // The id last: as long as it is there, nothing of it is missing.
                for part in [file + ".end", file + ".words", file] where unlink(part) != 0 && errno != ENOENT {
                    throw failure("remove", part)
                }
            } else if name.begins(with: "."), name.utf8.count > 37, time() - modified(file) > Self.age {
                unlink(file)  // of one that was killed while it wrote; the next time will do as well
            }
        }
    }

    /// How many operations are under way. One that waits for idle agents holds no lock, and is seen here alone.
    public func running() throws(FleetError) -> Int {
        guard access(path, F_OK) == 0 else { return 0 }
        let names = Set(try names())
        var count = 0
        for name in names where !names.contains(name + ".end") {
            guard let id = HostOperationID(name) else { continue }
            // A damaged one is told to whoever asks for it.
            if (try? state(of: id).0) == .running { count += 1 }
        }
        return count
    }

    private func hasEnded(_ file: String) -> Bool {
        guard let file = Descriptor(result: open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) else { return false }
        return flock(file.number, LOCK_SH | LOCK_NB) == 0
    }

    /// Now for what cannot be looked at: nothing goes for that.
    private func modified(_ file: String) -> Double {
        var status = stat()
        guard lstat(file, &status) == 0 else { return time() }
        return Double(status.st_mtim.tv_sec)
    }

    private func names() throws(FleetError) -> [String] {
        guard let names = FolderEntries.names(path, withHidden: true) else { throw failure("list", path) }
        return names
    }
}
