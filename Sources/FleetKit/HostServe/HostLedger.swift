public import FleetGuard
internal import FoundationEssentials
internal import Glibc

/// The operations that stations have begun on this host, one file each below `<mosaic home>/fleet/operations`.
///
/// A file appears, complete and on the disk, *before* its operation acts, and there is one of a name once and for all: so
/// a station that lost the answer asks again by id, and a request that arrives late or twice is refused. The kernel lock
/// on the file is held by whoever runs the operation and by its program; once it is free, the operation has ended, also
/// where nobody was left to write down how.
///
/// Old files are removed by generations, never by a clock alone: every `begin` names the generation that the host's hello
/// said beforehand, and the files of a generation go only after the horizon beyond it is on the disk. A `begin` from before
/// the horizon is refused, so an id that is forgotten can no more be done than one that is known.
public struct HostLedger {
    /// What stands in an operation's file.
    public struct Entry: Codable, Sendable, Equatable {
        /// The text of a `HostOperationID`, and the file's name.
        public var id: String
        /// As the station named itself (`alice@station`); not verified.
        public var author: String
        /// Arguments of `mosaic fleet`; empty for an operation that was settled before it was begun.
        public var command: [String]
        package var isVoid: Bool
        /// The host's when it was written down; absent in files of versions before it: 0.
        public var generation: Int?
    }

    let path: String
    /// Operations of one generation; with those of the one before it they are kept.
    let size: Int
    let time: () -> Double

    /// - Parameters:
    ///   - size: of a generation; twice as many operations are kept at most.
    ///   - time: seconds since 1970.
    public init(home: MosaicHome, size: Int = 256, time: @escaping () -> Double = { SystemTime().wallClock() }) {
        path = home.fleetDirectory + "/operations"
        self.size = size
        self.time = time
    }

    /// An operation that was written down; its descriptor holds the kernel lock.
    public struct Accepted: ~Copyable {
        /// Names the operation to `end(_:status:)`.
        public let id: HostOperationID
        /// At its end, so that a program which gets it as standard input reads nothing.
        let descriptor: Descriptor
    }

    /// What became of a request to begin an operation.
    public enum Answer: ~Copyable {
        /// Written down just now: the caller runs it.
        case accepted(Accepted)
        /// Then nothing may be done for it.
        case known
    }

    /// - Parameter generation: as this host's hello said it to the station beforehand.
    /// - Throws: `.io`; `.usage` for a generation that this host no longer, or not yet, knows. Nothing may be done then.
    package func accept(
        _ id: HostOperationID, author: String, command: [String], generation: Int
    ) throws(FleetError) -> Answer {
        let generations = try turnedGenerations()
        guard generation <= generations.current else {
            throw FleetError(
                .usage,
                "the station expects a newer record of operations than this host has in \(Printable.oneLine(path))",
                hint: "check whether that directory was removed on the host, then begin again")
        }
        guard generation >= generations.horizon else {
            guard access(file(id), F_OK) != 0 else { return .known }
            throw isTooOld
        }
        let entry = Entry(
            id: id.rawValue, author: author, command: command, isVoid: false, generation: generations.current)
        guard let descriptor = try write(entry, id) else { return .known }
        let accepted = Accepted(id: id, descriptor: descriptor)
        // Asked after the file is there: an earlier one of this id went only after the horizon had moved.
        guard generation >= (try readGenerations()).horizon else { throw isTooOld }
        return .accepted(accepted)
    }

    private var isTooOld: FleetError {
        FleetError(
            .usage,
            "the request is older than this host's record of operations in \(Printable.oneLine(path)); nothing was done",
            hint: "begin again")
    }

    /// Makes sure that the operation is not begun from now on.
    /// - Returns: what became of it; `.void` where it had not been begun.
    public func settle(_ id: HostOperationID, author: String) throws(FleetError) -> (HostOperationState, Int32?) {
        let entry = Entry(
            id: id.rawValue, author: author, command: [], isVoid: true, generation: try turnedGenerations().current)
        _ = try write(entry, id)
        return try state(of: id)
    }

    /// - Returns: with the exit status of one that has ended, where that is known.
    public func state(of id: HostOperationID) throws(FleetError) -> (HostOperationState, Int32?) {
        guard let descriptor = Descriptor(result: open(file(id), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) else {
            if errno == ENOENT { return (.unknown, nil) }
            throw failure("open", file(id))
        }
        guard let bytes = SmallFile.read(file(id), limit: HostRequest.sizeLimit * 2) else {
            throw failure("read", file(id))
        }
        guard let entry = Self.entry(bytes) else {
            throw FleetError(
                .io, "\(Printable.oneLine(file(id))) cannot be read as an operation",
                hint: "someone has changed it; look at it and at 'mosaic fleet history' on this host")
        }
        if entry.isVoid { return (.void, nil) }
        // Asked before the end is looked for: it is written while the lock is held.
        let isHeld = flock(descriptor.number, LOCK_SH | LOCK_NB) != 0
        if isHeld && errno != EWOULDBLOCK { throw failure("look at the kernel lock of", file(id)) }
        if let end = SmallFile.text(file(id) + ".end", limit: 64) {
            return (.ended, Int32(end.parts(at: "\n").first ?? ""))
        }
        return (isHeld ? .running : .ended, nil)
    }

    static func entry(_ bytes: [UInt8]) -> Entry? {
        try? JSONDecoder().decode(Entry.self, from: Data(bytes))  // nil says all that there is to say
    }

    /// - Throws: `.io`.
    public func end(_ operation: borrowing Accepted, status: Int32) throws(FleetError) {
        let name = file(operation.id) + ".end"
        try PublishedFile.replace(name, "\(status)\n")
    }

    /// Where the operation's last words are kept, for a station that was away.
    func wordsFile(_ id: HostOperationID) -> String { file(id) + ".words" }

    /// What is left of it for a station that was away; empty when nothing was kept.
    /// - Throws: `.io`.
    public func lastWords(_ id: HostOperationID) throws(FleetError) -> [String] {
        guard access(wordsFile(id), F_OK) == 0 else { return [] }
        guard let text = SmallFile.text(wordsFile(id), limit: 1 << 19) else { throw failure("read", wordsFile(id)) }
        return text.parts(at: "\n").suffix(40).map(String.init)
    }

    /// - Returns: nil when there is a file of that id.
    private func write(_ entry: Entry, _ id: HostOperationID) throws(FleetError) -> Descriptor? {
        try makeFolder()
        let staged = "\(path)/.\(id).\(getpid())"
        let flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
        guard let descriptor = Descriptor(result: open(staged, flags, 0o600)) else { throw failure("write", staged) }
        defer { unlink(staged) }
        guard flock(descriptor.number, LOCK_EX | LOCK_NB) == 0 else { throw failure("lock", staged) }
        let bytes: Data
        do { bytes = try JSONEncoder().encode(entry) } catch {
            throw FleetError(.io, "an operation cannot be written as JSON: \(error)", hint: "report this as a bug")
        }
        let count = bytes.withUnsafeBytes { Glibc.write(descriptor.number, $0.baseAddress, $0.count) }
        guard count == bytes.count, fsync(descriptor.number) == 0 else { throw failure("write", staged) }
        // The name and its content at once, and only where there is none.
        guard link(staged, file(id)) == 0 else {
            if errno == EEXIST { return nil }
            throw failure("write", file(id))
        }
        guard let folder = Descriptor(result: open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) else {
            throw failure("open the directory", path)
        }
        guard fsync(folder.number) == 0 else { throw failure("write", path) }
        return descriptor
    }

    func makeFolder() throws(FleetError) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure("make the directory", path) }
    }

    private func file(_ id: HostOperationID) -> String { "\(path)/\(id)" }

    func failure(_ what: String, _ file: String) -> FleetError {
        FleetError(
            .io, "cannot \(what) \(Printable.oneLine(file)): \(String(cString: strerror(errno)))",
            hint: "check who owns that directory on the host, and the space on its disk")
    }
}
