public import FleetGuard
public import FleetKit
internal import FoundationEssentials
internal import Glibc

/// Slots as files in the run directory of one station, for all rollouts that are started there.
///
/// A mutex makes a look and a change one step; it is a kernel lock, held for a few system calls, so a killed process frees it.
public final class FileSlotStore: SlotStore {
    private let home: MosaicHome
    private let folder: String
    private let station: String
    private let clock: any OperationClock
    private var alive: CInt = -1

    /// A process that is stopped inside holds it for ever; that is told instead of waited for.
    private static let mutexPatience = Duration.seconds(10)
    private static let sizeLimit = 1 << 14

    /// - Parameter station: a fresh UUID for each run.
    public init(home: MosaicHome, station: String, clock: any OperationClock = SystemClock()) {
        self.home = home
        folder = home.runDirectory + "/slots"
        self.station = station
        self.clock = clock
    }

    deinit { withdraw() }

    public func announce(atOnce: Int) throws(FleetError) -> Int {
        try withMutex { () throws(FleetError) in
            let path = alivePath(station)
            let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard descriptor >= 0 else { throw failure("write", path) }
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                let problem = failure("lock", path)
                close(descriptor)
                throw problem
            }
            alive = descriptor
        }
        return atOnce
    }

    public func withdraw() {
        guard alive >= 0 else { return }
        unlink(alivePath(station))
        close(alive)
        alive = -1
    }

    /// A kernel lock is there as long as its process.
    public func confirm() throws(FleetError) {}

    public func agreed() throws(FleetError) -> Int? { nil }

    public func agree(on atOnce: Int) throws(FleetError) {
        throw FleetError(
            .usage, "--agree is for slots in etcd", hint: "change at_once in hosts.toml")
    }

    public func slots() throws(FleetError) -> [StoredSlot] {
        guard try home.hasSafeRunDirectory(create: false), access(folder, F_OK) == 0 else { return [] }
        return try withMutex { () throws(FleetError) in try read() }
    }

    public func take(_ slot: Slot, limit: Int) throws(FleetError) -> TakeAnswer {
        try withMutex { () throws(FleetError) -> TakeAnswer in
            let held = try read()
            guard held.count < limit, !held.contains(where: { $0.slot.identity.isExactly(slot.identity) }) else {
                return held.contains { $0.slot.token.isExactly(slot.token) } ? .taken : .refused(held)
            }
            try write(slot)
            return .taken
        }
    }

    public func giveBack(_ slot: Slot, _ evidence: SlotEvidence) throws(FleetError) -> ReturnAnswer {
        guard evidence.operation.isExactly(slot.operation) else {
            throw FleetError(.usage, "the evidence is about another operation", hint: "report this as a bug")
        }
        return try breakSlot(slot)
    }

    public func breakSlot(_ slot: Slot) throws(FleetError) -> ReturnAnswer {
        try withMutex { () throws(FleetError) -> ReturnAnswer in
            guard try read().contains(where: { $0.slot.token.isExactly(slot.token) }) else { return .gone }
            guard unlink(slotPath(slot.identity)) == 0 else { throw failure("remove", slotPath(slot.identity)) }
            try sync()
            return .done
        }
    }

    // MARK: Files; under the mutex

    private func read() throws(FleetError) -> [StoredSlot] {
        var found: [StoredSlot] = []
        for name in try names() {
            guard let identity = name.after("slot-"), HostIdentity.isOne(String(identity)) else { continue }
            let path = "\(folder)/\(name)"
            let slot: Slot
            do {
                slot = try JSONDecoder().decode(Slot.self, from: Data(try bytes(of: path)))
            } catch let error as FleetError {
                throw error
            } catch {
                // A slot that cannot be read is held all the same.
                throw FleetError(
                    .io, "\(Printable.oneLine(path)) cannot be read as a slot",
                    hint: "someone has changed it; if its host is healthy, remove the file")
            }
            guard slot.identity.utf8.elementsEqual(identity.utf8) else {
                throw FleetError(
                    .io, "\(Printable.oneLine(path)) names another host than its file does",
                    hint: "someone has changed it; if its host is healthy, remove the file")
            }
            found.append(StoredSlot(slot, isStationAlive: isAlive(slot.station)))
        }
        return found.sorted { ($0.slot.host, $0.slot.token) < ($1.slot.host, $1.slot.token) }
    }

    private func write(_ slot: Slot) throws(FleetError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text: [UInt8]
        do { text = Array(try encoder.encode(slot)) } catch {
            throw FleetError(.io, "a slot cannot be written as JSON: \(error)", hint: "report this as a bug")
        }
        let staged = "\(folder)/.staged"
        guard unlink(staged) == 0 || errno == ENOENT else { throw failure("write", staged) }
        let descriptor = open(staged, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure("write", staged) }
        let count = text.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        let isWritten = count == text.count && fsync(descriptor) == 0
        let problem = failure("write", staged)
        close(descriptor)
        guard isWritten else { throw problem }
        guard rename(staged, slotPath(slot.identity)) == 0 else { throw failure("write", slotPath(slot.identity)) }
        try sync()
    }

    private func sync() throws(FleetError) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("write", folder) }
    }

    private func isAlive(_ station: String) -> Bool {
        guard HostOperationID(station) != nil else { return false }
        let descriptor = open(alivePath(station), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0
    }

    private func bytes(of path: String) throws(FleetError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure("open", path) }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: Self.sizeLimit)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw failure("read", path) }
        return Array(bytes[..<count])
    }

    private func names() throws(FleetError) -> [String] {
        guard let stream = opendir(folder) else { throw failure("list", folder) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                })
        }
        return names
    }

    private func withMutex<Value>(_ body: () throws(FleetError) -> Value) throws(FleetError) -> Value {
        try makeFolder()
        let path = folder + "/mutex"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure("open", path) }
        defer { close(descriptor) }
        let end = clock.now() + Self.mutexPatience
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else { throw failure("lock", path) }
            guard clock.now() < end else {
                throw FleetError(
                    .io,
                    "another process has held \(Printable.oneLine(path)) for \(DurationText.canonical(Self.mutexPatience))",
                    hint: "see with 'fuser \(path)' which one, and continue or end it")
            }
            clock.sleep(for: .milliseconds(10))
        }
        return try body()
    }

    private func makeFolder() throws(FleetError) {
        _ = try home.hasSafeRunDirectory(create: true)
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw failure("make the directory", folder) }
        var status = stat()
        guard lstat(folder, &status) == 0 else { throw failure("look at", folder) }
        guard status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid(), status.st_mode & 0o022 == 0 else {
            throw FleetError(
                .unsafeHome, "\(Printable.oneLine(folder)) is not a directory of this user alone",
                hint: "see 'ls -ld \(folder)'; slots in it may be others' doing")
        }
    }

    private func slotPath(_ identity: String) -> String { "\(folder)/slot-\(identity)" }
    private func alivePath(_ station: String) -> String { "\(folder)/alive-\(station)" }

    private func failure(_ what: String, _ path: String) -> FleetError {
        FleetError(
            .io, "cannot \(what) \(Printable.oneLine(path)): \(String(cString: strerror(errno)))",
            hint: "check who owns it and its directories, and the space on the disk")
    }
}
