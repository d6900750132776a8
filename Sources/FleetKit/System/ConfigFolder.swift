internal import FleetGuard
internal import Glibc
internal import SystemPackage

/// One folder of configuration files, held by a descriptor. Files change by a temporary file and a rename, so a reader
/// (systemd) sees the old text or the new one; a symbolic link in a file's place is never followed.
final class ConfigFolder {
    enum Entry: Equatable {
        case absent
        case file([UInt8])
        /// A symbolic link (a masked unit is one), a folder, a device, or more than any configuration file has.
        case other(String)
    }

    let path: String
    private let descriptor: Descriptor

    /// Larger files are not unit files.
    private static let sizeLimit = 1 << 20

    private init(path: String, descriptor: consuming Descriptor) {
        self.path = path
        self.descriptor = descriptor
    }

    /// Opens the folder; a missing one is made, with all above it, when `create` is set.
    ///
    /// - Returns: nil when it is missing and not to be made.
    static func open(_ path: String, create: Bool) throws(FleetError) -> ConfigFolder? {
        if create { try makeAll(path) }
        guard let descriptor = Descriptor(result: Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) else {
            if errno == ENOENT, !create { return nil }
            throw failure("open the directory", path)
        }
        return ConfigFolder(path: path, descriptor: descriptor)
    }

    /// A folder directly in this one; a symbolic link in its place is refused.
    func folder(_ name: String, create: Bool, mode: mode_t = 0o755) throws(FleetError) -> ConfigFolder? {
        let full = "\(path)/\(name)"
        if create, mkdirat(descriptor.number, name, mode) != 0, errno != EEXIST {
            throw Self.failure("create the directory", full)
        }
        let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW
        guard let inner = Descriptor(result: openat(descriptor.number, name, flags)) else {
            if errno == ENOENT, !create { return nil }
            throw Self.failure("open the directory", full)
        }
        return ConfigFolder(path: full, descriptor: inner)
    }

    func read(_ name: String) throws(FleetError) -> Entry {
        let full = "\(path)/\(name)"
        let flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
        guard let file = Descriptor(result: openat(descriptor.number, name, flags)) else {
            if errno == ENOENT { return .absent }
            if errno == ELOOP { return .other("a symbolic link") }
            throw Self.failure("open", full)
        }
        var status = stat()
        guard fstat(file.number, &status) == 0 else { throw Self.failure("access", full) }
        guard status.st_mode & S_IFMT == S_IFREG else { return .other("not a regular file") }
        let bytes = try FilePart.read(file.number, atMost: Self.sizeLimit + 1) { _ in Self.failure("read", full) }
        return bytes.count > Self.sizeLimit ? .other("larger than \(Self.sizeLimit) bytes") : .file(bytes)
    }

    /// The kind of what has this name (`S_IFREG`, `S_IFLNK`, …), which is neither opened nor followed; nil: nothing has it.
    func kind(_ name: String) throws(FleetError) -> mode_t? {
        var status = stat()
        if fstatat(descriptor.number, name, &status, AT_SYMLINK_NOFOLLOW) == 0 { return status.st_mode & S_IFMT }
        guard errno == ENOENT else { throw Self.failure("access", "\(path)/\(name)") }
        return nil
    }

    /// Puts `text` in the file's place in one step.
    func write(_ name: String, _ text: String, mode: mode_t = 0o644) throws(FleetError) {
        try write(name, Array(text.utf8), mode: mode)
    }

    func write(_ name: String, _ bytes: [UInt8], mode: mode_t) throws(FleetError) {
        try stage(name, bytes, mode: mode)
        guard publish(name) else {
            let failure = Self.failure("write", "\(path)/\(name)")
            discard(name)
            throw failure
        }
    }

    /// This process's next text of the file.
    private func temporary(_ name: String) -> String { ".\(name).\(getpid()).new" }

    /// Puts what was staged in the file's place.
    /// - Returns: false, with `errno`, where that failed or nothing is staged.
    func publish(_ name: String) -> Bool {
        renameat(descriptor.number, temporary(name), descriptor.number, name) == 0
    }

    /// Forgets what was staged.
    func discard(_ name: String) { unlinkat(descriptor.number, temporary(name), 0) }

    /// Writes the file's next text to the disk under a hidden name; what this process staged before is replaced.
    func stage(_ name: String, _ bytes: [UInt8], mode: mode_t) throws(FleetError) {
        let temporary = temporary(name)
        let full = "\(path)/\(name)"
        // Left by a process of the same number that was killed in the middle.
        if unlinkat(descriptor.number, temporary, 0) != 0, errno != ENOENT { throw Self.failure("write", full) }
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        guard let file = Descriptor(result: openat(descriptor.number, temporary, flags, mode)) else {
            throw Self.failure("write", full)
        }
        do throws(FleetError) {
            var written = 0
            while written < bytes.count {
                let count = bytes[written...].withUnsafeBytes { Glibc.write(file.number, $0.baseAddress, $0.count) }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw Self.failure("write", full) }
                written += count
            }
            // The umask may have taken the reading bits, which another user's manager (system scope) needs.
            guard fchmod(file.number, mode) == 0, fsync(file.number) == 0 else { throw Self.failure("write", full) }
        } catch {
            unlinkat(descriptor.number, temporary, 0)
            throw error
        }
    }

    /// Gives the file a second name, `NAME.bak` or the first free of `NAME.bak.1`, `NAME.bak.2`, …
    ///
    /// - Returns: that name.
    func backUp(_ name: String) throws(FleetError) -> String {
        for number in 0..<1000 {
            let backup = number == 0 ? "\(name).bak" : "\(name).bak.\(number)"
            if linkat(descriptor.number, name, descriptor.number, backup, 0) == 0 { return backup }
            guard errno == EEXIST else { break }
        }
        throw Self.failure("keep a copy of", "\(path)/\(name)")
    }

    func remove(_ name: String) throws(FleetError) {
        guard unlinkat(descriptor.number, name, 0) == 0 else { throw Self.failure("remove", "\(path)/\(name)") }
    }

    /// What the body adds or removes does not show in the folder's own time, from which others conclude that something did.
    func keepingTime<Value>(_ body: () throws(FleetError) -> Value) throws(FleetError) -> Value {
        var status = stat()
        guard fstat(descriptor.number, &status) == 0 else { throw Self.failure("access", path) }
        let value = try body()
        // Where it cannot be set, a unit is called outdated that is not.
        var times = [status.st_atim, status.st_mtim]
        futimens(descriptor.number, &times)
        return value
    }

    /// Removes a folder in this one when nothing is left in it.
    func removeFolderIfEmpty(_ name: String) throws(FleetError) {
        guard unlinkat(descriptor.number, name, AT_REMOVEDIR) != 0 else { return }
        guard errno == ENOTEMPTY || errno == EEXIST else {
            throw Self.failure("remove the directory", "\(path)/\(name)")
        }
    }

    /// Names of everything in the folder, in order.
    func names() throws(FleetError) -> [String] {
        do throws(Errno) {
            guard let copy = Descriptor(result: openat(descriptor.number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC))
            else {
                throw Errno(rawValue: errno)
            }
            return try DirectoryEntries.names(in: copy.number).sorted()
        } catch {
            errno = error.rawValue
            throw Self.failure("list", path)
        }
    }

    /// Waits for the lock of the folder itself, which goes with this object.
    /// - Returns: false where another process keeps it for all of this time. A file system without such locks has none.
    func lock(atMost patience: Duration, _ clock: any OperationClock) -> Bool {
        let end = clock.now() + patience
        while flock(descriptor.number, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else { return true }
            guard clock.now() < end else { return false }
            clock.sleep(for: .milliseconds(20))
        }
        return true
    }

    private static func makeAll(_ path: String) throws(FleetError) {
        var prefix = ""
        for part in path.parts(at: "/") {
            prefix += "/" + part
            if mkdir(prefix, 0o755) != 0, errno != EEXIST { throw failure("create the directory", prefix) }
        }
    }

    private static func failure(_ what: String, _ path: String) -> FleetError {
        let reason = String(cString: strerror(errno))
        return FleetError(
            .io, "cannot \(what) \(Printable.oneLine(path)): \(reason)",
            hint: "check the owner of the file and its directories, and the free space")
    }
}
