package import FleetGuard
internal import Glibc
internal import SystemPackage

/// `<mosaic home>/fleet/history.jsonl`: one line for each record, the newest last.
///
/// A line is one `write` with `O_APPEND`, so the kernel appends whole even with concurrent writers; `flock` on the
/// file is for what takes two steps: a new file when this one is full, and taking back a line that the disk had no
/// room for. A writer that cannot get that lock soon (its holder is stopped) appends without it. What a crash
/// of the machine tore is ended by the next writer, so it costs one line.
package struct HistoryFile: Sendable {
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

    /// Adds the record, or nothing of it.
    /// - Throws: `.unsafeHome` for a file that another user could have put there; `.io`.
    package func append(_ record: HistoryRecord) throws(FleetError) {
        let line = try record.line()
        guard let opened = try RunDirectoryOpener.openFleet(home: home, create: true) else {
            throw FleetError(
                .io, "\(shown) cannot be written: its directory was removed", hint: "run the command again")
        }
        let folder = opened.number
        // Somebody may put the file aside between its opening and its lock.
        for _ in 0..<10 {
            let file = try open(folder, Self.name, O_RDWR | O_CREAT | O_APPEND)
            defer { close(file) }
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
            guard faccessat(folder, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0 else { continue }
            let file = try open(folder, name, O_RDONLY)
            defer { close(file) }
            contents.append(try read(file, atMost: limit))
        }
        return contents
    }

    // MARK: Steps

    private var shown: String { Printable.oneLine(path) }

    /// Opens and checks it: the caller's own, a file, and not through a link.
    func open(_ folder: CInt, _ name: String, _ flags: CInt) throws(FleetError) -> CInt {
        // A named pipe must not block us.
        let file = openat(folder, name, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
        guard file >= 0 else {
            guard errno != ELOOP else { throw unsafe("is a symbolic link") }
            throw failure("open", errno)
        }
        do throws(FleetError) {
            let status = try status(file)
            guard status.st_mode & S_IFMT == S_IFREG else { throw unsafe("is not a regular file") }
            guard status.st_uid == geteuid() else { throw unsafe("belongs to user \(status.st_uid)") }
            guard status.st_mode & 0o022 == 0 else { throw unsafe("is group- or world-writable") }
            return file
        } catch {
            close(file)
            throw error
        }
    }

    /// - Returns: false if another process keeps it for long, or there are no such locks here.
    func lock(_ file: CInt) -> Bool {
        let clock = SystemClock()
        let deadline = clock.now() + Self.patience
        while flock(file, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR, clock.now() < deadline else { return false }
            clock.sleep(for: Self.step)
        }
        return true
    }

    private func isStill(_ file: CInt, _ folder: CInt) -> Bool {
        var mine = stat()
        var there = stat()
        guard fstat(file, &mine) == 0, fstatat(folder, Self.name, &there, AT_SYMLINK_NOFOLLOW) == 0 else {
            return false
        }
        return (mine.st_dev, mine.st_ino) == (there.st_dev, there.st_ino)
    }

    private func write(_ line: [UInt8], to file: CInt, isLocked: Bool) throws(FleetError) {
        let size = try status(file).st_size
        var last = UInt8(ascii: "\n")
        if size > 0, pread(file, &last, 1, size - 1) != 1 { throw failure("read", errno) }
        // A torn line must not swallow this one; an empty line is none.
        let bytes = last == UInt8(ascii: "\n") ? line : [UInt8(ascii: "\n")] + line
        var written = -1
        repeat { written = Glibc.write(file, bytes, bytes.count) } while written < 0 && errno == EINTR
        guard written != bytes.count else { return }
        let number = written < 0 ? errno : ENOSPC
        // Only ours: without the lock, another writer's line may follow it.
        if isLocked, written > 0, try status(file).st_size - off_t(written) == size { ftruncate(file, size) }
        throw failure("write", number)
    }

    func read(_ file: CInt, atMost limit: Int) throws(FleetError) -> [UInt8] {
        let size = Int(try status(file).st_size)
        var offset = max(0, size - limit)
        let isCut = offset > 0
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        while bytes.count < limit {
            let count = pread(file, &buffer, min(buffer.count, limit - bytes.count), off_t(offset))
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw failure("read", errno) }
            if count == 0 { break }
            bytes += buffer[..<count]
            offset += count
        }
        guard isCut, let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return bytes }
        return Array(bytes[(end + 1)...])
    }

    func status(_ file: CInt) throws(FleetError) -> stat {
        var status = stat()
        guard fstat(file, &status) == 0 else { throw failure("access", errno) }
        return status
    }

    private func unsafe(_ why: String) -> FleetError {
        FleetError(.unsafeHome, "\(shown) \(why)", hint: "move it away; the next restart begins a new one")
    }

    func failure(_ verb: String, _ number: CInt) -> FleetError {
        FleetError(
            .io, "cannot \(verb) \(shown): \(Errno(rawValue: number).description)",
            hint: number == ENOSPC || number == EDQUOT ? "free some space there" : "check the file and its directory")
    }
}
