package import FleetGuard
internal import Glibc
internal import SystemPackage

/// `<mosaic home>/fleet/events`: undelivered events, as files, until the event service takes them.
///
/// `init` makes the folder where the roster has `[events]`, and removes it where it has not. So whether events are told
/// costs one check, and a sender never waits: it writes a file, which systemd notices
/// (`mosaic-event.path`).
///
/// | name | what it is |
/// | --- | --- |
/// | `new/TIME-ID.json` | an event that the command was not told yet |
/// | `units/UNIT` | the last handled failure of the unit, see `UnitFailure` |
/// | `problem` | why the command could not be told last; absent while it can |
package struct EventFolder: Sendable {
    static let queue = "new"
    static let units = "units"
    static let problem = "problem"
    /// More are not kept for a command that is not run, or is too slow for what happens.
    static let limit = 1000
    static let sizeLimit = 64 << 10

    private let home: MosaicHome

    package init(home: MosaicHome) { self.home = home }

    package var path: String { home.fleetDirectory + "/events" }
    var queuePath: String { path + "/" + Self.queue }

    // MARK: init

    /// - Returns: whether something was made.
    @discardableResult
    func make() throws(FleetError) -> Bool {
        let isNew = try open() == nil
        guard let opened = try RunDirectoryOpener.openEvents(home: home.path, create: true) else {
            throw FleetError(.io, "\(Printable.oneLine(path)) was removed", hint: "run the command again")
        }
        let folder = opened.number
        for name in [Self.queue, Self.units] where mkdirat(folder, name, 0o700) != 0 && errno != EEXIST {
            throw failure("make \(name) in")
        }
        return isNew
    }

    var isThere: Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// With all undelivered events.
    func remove() throws(FleetError) {
        guard let opened = try open() else { return }
        let folder = opened.number
        for name in [Self.queue, Self.units] {
            guard let inner = try open(folder, name) else { continue }
            for entry in try names(inner.number) where unlinkat(inner.number, entry, 0) != 0 {
                throw failure("empty")
            }
            guard unlinkat(folder, name, AT_REMOVEDIR) == 0 else { throw failure("empty") }
        }
        for entry in try names(folder) where unlinkat(folder, entry, 0) != 0 {
            throw failure("empty")
        }
        guard rmdir(path) == 0 else { throw failure("remove") }
    }

    // MARK: Telling

    /// Leaves the event for the event service. Waits for nothing but the file system, and not for its disk.
    /// - Returns: false where the fleet has no event command, or too many events wait for it.
    /// - Throws: `.unsafeHome`, `.io`.
    @discardableResult
    package func post(_ event: FleetEvent) throws(FleetError) -> Bool {
        guard let opened = try open() else { return false }
        let folder = opened.number
        guard let queue = try open(folder, Self.queue), try names(queue.number).count < Self.limit else { return false }
        // Published complete: readers of the queue never find a partial one.
        try write(event.text(), to: event.fileName, in: queue.number, from: folder)
        return true
    }

    /// Names of the events that wait, the oldest first.
    func waiting() throws(FleetError) -> [String] {
        guard let queue = try place(Self.queue) else { return [] }
        return try names(queue.number)
    }

    /// Takes one event out of the queue: from now on it is the caller's to tell, once.
    /// - Returns: a descriptor to read it from; nil where it is gone, or no file of ours.
    func take(_ name: String) throws(FleetError) -> CInt? {
        guard let folder = try place(Self.queue) else { return nil }
        let queue = folder.number
        let result = openat(queue, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        let file = Descriptor(result: result)
        guard unlinkat(queue, name, 0) == 0 || errno == ENOENT || unlinkat(queue, name, AT_REMOVEDIR) == 0 else {
            throw failure("take \(Printable.oneLine(name)) out of")
        }
        var status = stat()
        guard fstat(result, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid(),
            status.st_size <= Self.sizeLimit, let file
        else { return nil }
        return file.take()
    }

    // MARK: Small texts

    /// - Parameter name: relative to the folder.
    func text(_ name: String, in inner: String? = nil) throws(FleetError) -> String? {
        guard let place = try place(inner) else { return nil }
        let flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
        guard let file = Descriptor(result: openat(place.number, name, flags)) else {
            if errno == ENOENT { return nil }
            throw failure("read \(name) in")
        }
        let bytes = try FilePart.read(file.number, atMost: 4096) { _ in failure("read \(name) in") }
        return String(decoding: bytes, as: UTF8.self)
    }

    func setText(_ text: String?, _ name: String, in inner: String? = nil) throws(FleetError) {
        guard let folder = try open(), let place = try place(inner) else { return }
        if let text { return try write(Array(text.utf8), to: name, in: place.number, from: folder.number) }
        guard unlinkat(place.number, name, 0) == 0 || errno == ENOENT else { throw failure("remove \(name) in") }
    }

    // MARK: Steps

    private func open() throws(FleetError) -> Descriptor? {
        try RunDirectoryOpener.openEvents(home: home.path, create: false)
    }

    private func place(_ inner: String?) throws(FleetError) -> Descriptor? {
        guard let opened = try open() else { return nil }
        guard let inner else { return opened }
        return try open(opened.number, inner)
    }

    private func open(_ folder: CInt, _ name: String) throws(FleetError) -> Descriptor? {
        let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW
        if let inner = Descriptor(result: openat(folder, name, flags)) { return inner }
        guard errno == ENOENT else { throw failure("open \(name) in") }
        return nil
    }

    private func names(_ folder: CInt) throws(FleetError) -> [String] {
        do throws(Errno) { return try DirectoryEntries.names(in: folder).sorted() } catch {
            errno = error.rawValue
            throw failure("list")
        }
    }

    /// - Parameter folder: where the file is made, before it is moved to its place.
    private func write(_ bytes: [UInt8], to name: String, in place: CInt, from folder: CInt) throws(FleetError) {
        let temporary = "." + LockToken.random().rawValue
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
        guard let file = Descriptor(result: openat(folder, temporary, flags, 0o600)) else {
            throw failure("write into")
        }
        var written = -1
        repeat { written = Glibc.write(file.number, bytes, bytes.count) } while written < 0 && errno == EINTR
        if written >= 0, written < bytes.count { errno = ENOSPC }
        guard written == bytes.count, renameat(folder, temporary, place, name) == 0 else {
            let problem = failure("write into")
            unlinkat(folder, temporary, 0)
            throw problem
        }
    }

    private func failure(_ verb: String) -> FleetError {
        FleetError(
            .io, "cannot \(verb) \(Printable.oneLine(path)): \(Errno(rawValue: errno).description)",
            hint: "check that directory; 'mosaic fleet init' creates it again")
    }
}
