internal import FleetGuard
internal import Glibc
internal import SystemPackage

/// A file below the mosaic home that commands keep for later ones. One that another user could have written is refused.
protocol KeptFile {
    var path: String { get }
    /// What to do about one that is refused.
    var remedy: String { get }
}

extension KeptFile {
    var shown: String { Printable.oneLine(path) }

    /// - Returns: nil where there is no such file and `flags` do not make it.
    /// - Throws: `.unsafeHome` unless it is the caller's own, a regular file and reached without a link; `.io`.
    func open(_ folder: CInt, _ name: String, _ flags: CInt) throws(FleetError) -> Descriptor? {
        // O_NONBLOCK: a named pipe must not block us.
        let result = openat(folder, name, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
        guard let file = Descriptor(result: result) else {
            if errno == ENOENT && flags & O_CREAT == 0 { return nil }
            guard errno != ELOOP else { throw unsafe("is a symbolic link") }
            throw failure("open", errno)
        }
        let status = try status(file)
        guard status.st_mode & S_IFMT == S_IFREG else { throw unsafe("is not a regular file") }
        guard status.st_uid == geteuid() else { throw unsafe("belongs to user \(status.st_uid)") }
        guard status.st_mode & 0o022 == 0 else { throw unsafe("is group- or world-writable") }
        return file
    }

    /// Puts a new file with these bytes into the place of the one of that name.
    /// - Parameter staged: its name until then.
    /// - Returns: the new file, open for appending.
    /// - Throws: `.io`; nothing has changed then.
    func replace(
        _ folder: CInt, _ name: String, staged: String, with bytes: [UInt8]
    ) throws(FleetError) -> Descriptor {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW
        guard let file = Descriptor(result: openat(folder, staged, flags, 0o600)) else { throw failure("write", errno) }
        do throws(FleetError) {
            try write(bytes, to: file)
            guard renameat(folder, staged, folder, name) == 0 else { throw failure("replace", errno) }
        } catch {
            unlinkat(folder, staged, 0)
            throw error
        }
        return file
    }

    /// In one call, which the kernel appends whole where the file was opened for that.
    func write(_ bytes: [UInt8], to file: borrowing Descriptor) throws(FleetError) {
        guard !bytes.isEmpty else { return }
        var written = -1
        repeat { written = Glibc.write(file.number, bytes, bytes.count) } while written < 0 && errno == EINTR
        guard written == bytes.count else { throw failure("write", written < 0 ? errno : ENOSPC) }
    }

    /// A line as it is to be appended at `end`: one that a full disk tore must not swallow it, and an empty line is none.
    func whole(_ line: [UInt8], at end: off_t, of file: borrowing Descriptor) throws(FleetError) -> [UInt8] {
        let newline = UInt8(ascii: "\n")
        var last = newline
        // A file that is open for writing alone has just been written, and is whole.
        if end > 0, pread(file.number, &last, 1, end - 1) != 1, errno != EBADF { throw failure("read", errno) }
        return last == newline ? line : [newline] + line
    }

    func read(
        _ file: borrowing Descriptor, from start: off_t, atMost limit: Int
    ) throws(FleetError) -> [UInt8] {
        try FilePart.read(file.number, from: start, atMost: limit) { failure("read", $0) }
    }

    /// The last lines before `end`, in `limit` bytes at most. The first line of a file that was cut may be half of one.
    func lines(of file: borrowing Descriptor, upTo end: off_t, atMost limit: Int) throws(FleetError) -> [UInt8] {
        let start = max(0, end - off_t(limit))
        let bytes = try read(file, from: start, atMost: Int(end - start))
        guard start > 0 else { return bytes }
        return bytes.firstIndex(of: UInt8(ascii: "\n")).map { Array(bytes[($0 + 1)...]) } ?? []
    }

    func status(_ file: borrowing Descriptor) throws(FleetError) -> stat {
        var status = stat()
        guard fstat(file.number, &status) == 0 else { throw failure("access", errno) }
        return status
    }

    func unsafe(_ why: String) -> FleetError { FleetError(.unsafeHome, "\(shown) \(why)", hint: remedy) }

    func failure(_ verb: String, _ number: CInt) -> FleetError {
        let hint =
            switch number {
            case ENOSPC, EDQUOT: "free some space there"
            case EROFS: "the file system is read-only: mount it writable, or set --mosaic-home"
            default: "check the file and its directory"
            }
        return FleetError(
            .io, "cannot \(verb) \(shown): \(Errno(rawValue: number).description)", hint: hint, errno: number)
    }
}
