package import FleetGuard
internal import Glibc

/// `<mosaic home>/fleet/history.jsonl`: one line for each record, the newest last.
///
/// A line is one `write` with `O_APPEND`, so the kernel appends whole even with concurrent writers; `flock` on the
/// file is for what takes two steps: a new file when this one is full, and taking back a line that the disk had no
/// room for. A writer that cannot get that lock soon (its holder is stopped) appends without it. What a crash
/// of the machine tore is ended by the next writer, so it costs one line.
package struct HistoryFile: Sendable, KeptFile {
    package static let name = "history.jsonl"
    /// The one before.
    package static let oldName = "history.jsonl.1"
    /// A file that would become larger is put aside.
    package static let maximumBytes = 1 << 20

    /// The mosaic home.
    let home: String
    private let limit: Int
    private static let patience: Duration = .milliseconds(250)
    private static let step: Duration = .milliseconds(1)

    /// - Parameter limit: bytes of one file.
    package init(home: String, limit: Int = HistoryFile.maximumBytes) {
        self.home = home
        self.limit = limit
    }

    package var path: String { home + "/fleet/" + Self.name }
    var remedy: String { "move it away; the next restart begins a new one" }

    /// Adds the record, or nothing of it.
    /// - Throws: `.unsafeHome` for a file that another user could have put there; `.io`.
    package func append(_ record: HistoryRecord) throws(FleetError) {
        let line = try record.line()
        let removed = FleetError(
            .io, "\(shown) cannot be written: its directory was removed", hint: "run the command again")
        guard let opened = try RunDirectoryOpener.openFleet(home: home, create: true) else { throw removed }
        let folder = opened.number
        // Somebody may put the file aside between its opening and its lock.
        for _ in 0..<10 {
            guard let file = try open(folder, Self.name, O_RDWR | O_CREAT | O_APPEND) else { throw removed }
            let isLocked = lock(file)
            if isLocked {
                guard isStill(file, folder) else { continue }
                let size = try status(file).st_size
                if size > 0, Int(size) > limit - line.count {
                    try countOlder(folder)
                    guard renameat(folder, Self.name, folder, Self.oldName) == 0 else {
                        throw failure("rotate", errno)
                    }
                    continue
                }
            }
            return try write(line, to: file, isLocked: isLocked)
        }
        throw FleetError(.io, "\(shown) keeps being replaced", hint: "find out which process writes it")
    }

    /// Content of the older file and of this one, in this order, each at most its last `limit` bytes and whole lines.
    /// - Throws: `.unsafeHome`, `.io`.
    func contents(atMost limit: Int) throws(FleetError) -> [[UInt8]] {
        guard let opened = try RunDirectoryOpener.openFleet(home: home, create: false) else { return [] }
        let folder = opened.number
        var contents: [[UInt8]] = []
        for name in [Self.oldName, Self.name] {
            guard let file = try open(folder, name, O_RDONLY) else { continue }
            contents.append(try read(file, atMost: limit))
        }
        return contents
    }

    // MARK: Steps

    /// - Returns: false if another process keeps it for long, or there are no such locks here.
    func lock(_ file: borrowing Descriptor) -> Bool {
        let clock = SystemClock()
        let deadline = clock.now() + Self.patience
        while flock(file.number, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR, clock.now() < deadline else { return false }
            clock.sleep(for: Self.step)
        }
        return true
    }

    private func isStill(_ file: borrowing Descriptor, _ folder: CInt) -> Bool {
        var mine = stat()
        var there = stat()
        guard fstat(file.number, &mine) == 0, fstatat(folder, Self.name, &there, AT_SYMLINK_NOFOLLOW) == 0 else {
            return false
        }
        return (mine.st_dev, mine.st_ino) == (there.st_dev, there.st_ino)
    }

    private func write(_ line: [UInt8], to file: borrowing Descriptor, isLocked: Bool) throws(FleetError) {
        let size = try status(file).st_size
        let bytes = try whole(line, at: size, of: file)
        var written = -1
        repeat { written = Glibc.write(file.number, bytes, bytes.count) } while written < 0 && errno == EINTR
        guard written != bytes.count else { return }
        let number = written < 0 ? errno : ENOSPC
        // Only ours: without the lock, another writer's line may follow it.
        if isLocked, written > 0, try status(file).st_size - off_t(written) == size { ftruncate(file.number, size) }
        throw failure("write", number)
    }

    func read(_ file: borrowing Descriptor, atMost limit: Int) throws(FleetError) -> [UInt8] {
        try lines(of: file, upTo: status(file).st_size, atMost: limit)
    }
}
