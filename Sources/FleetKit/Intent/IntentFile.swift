public import FleetGuard
internal import Glibc

/// `restart.intents` in the run directory: what restarts owe and what was stopped on purpose, a line for each change.
///
/// A line is one `write` with `O_APPEND`, which the kernel appends whole even with concurrent writers; so a `stop` never
/// waits for a restart, and the file's order is the order of events. The lock's owner alone puts a long file's sum into
/// its place. A writer that was overtaken by that writes its line again.
public final class IntentFile: IntentKeeping, KeptFile {
    /// Inside the run directory, `fleet/run` below the mosaic home.
    public static let name = "restart.intents"
    /// Longer files are summed up; of a file that is longer still, only the end is read.
    private static let tidyLength = 64 << 10
    private static let maximumLength = 1 << 20

    private let home: String
    private var folder: Descriptor?
    /// What was last read, so that an unchanged file costs one look.
    private var known: (file: FileID, size: off_t, intents: Intents)?

    /// - Parameter home: the mosaic home.
    public init(home: String) { self.home = home }

    /// Below the mosaic home as it was given; the file may not exist yet.
    public var path: String { home + "/fleet/run/" + Self.name }
    var remedy: String { "move it away; the next restart begins a new one" }

    // MARK: IntentKeeping

    /// Empty while there is no file. An unchanged file (same inode and size) is not read again.
    /// - Throws: `.unsafeHome`, `.io`.
    public func read() throws(FleetError) -> Intents {
        guard let folder = try openFolder(create: false), let there = try statusAtName(folder) else { return Intents() }
        if let known, known.file == there.id, known.size == there.size { return known.intents }
        guard let file = try open(folder, Self.name, O_RDONLY) else { return Intents() }
        let status = Self.mark(try status(file))
        let intents = Intents(lines: try lines(of: file, upTo: status.size, atMost: Self.maximumLength))
        known = (status.id, status.size, intents)
        return intents
    }

    /// Creates the run directory and the file if necessary, and repeats the write when the file was replaced meanwhile.
    /// - Throws: `.unsafeHome`; `.io`, also when the directory was removed or the file was replaced ten times in a row.
    public func add(_ change: IntentChange) throws(FleetError) {
        guard let folder = try openFolder(create: true) else { throw removed() }
        for _ in 0..<10 {
            guard let file = try open(folder, Self.name, O_RDWR | O_CREAT | O_APPEND) else { throw removed() }
            try append(Array(change.line.utf8), to: file)
            // Summed up between the opening and the write: the line may be in the old file alone.
            if try statusAtName(folder)?.id == Self.mark(status(file)).id { return }
        }
        throw FleetError(.io, "\(shown) keeps being replaced", hint: "find out which process writes it")
    }

    /// Does nothing to a file of 64 KiB or less. Only for the lock's owner.
    /// - Throws: `.unsafeHome`, `.io`.
    public func tidy() throws(FleetError) {
        guard let folder = try openFolder(create: false), let old = try open(folder, Self.name, O_RDONLY) else {
            return
        }
        let size = Self.mark(try status(old)).size
        guard size > Self.tidyLength else { return }
        let sum = Intents(lines: try lines(of: old, upTo: size, atMost: Self.maximumLength)).changes.map(\.line)
            .joined()
        let staged = RunDirectory.stagingPrefix + LockToken.random().rawValue
        let new = try replace(folder, Self.name, staged: staged, with: Array(sum.utf8))
        // What came between the reading and the rename. What comes later, its writer writes again.
        let late = Self.mark(try status(old)).size
        if late > size { try append(try read(old, from: size, atMost: Int(late - size)), to: new) }
    }

    /// Reads the marks `lost-UNIT` in the run directory, not the intent file.
    /// - Throws: `.unsafeHome`, `.io`.
    public func lost(among units: [UnitName]) throws(FleetError) -> Set<UnitName> {
        guard !units.isEmpty else { return [] }
        return try LostAgents(home: MosaicHome(absolute: home)).among(units)
    }

    /// Reads the marks `stopped-UNIT` in the run directory, not the intent file.
    /// - Throws: `.unsafeHome`, `.io`.
    public func askedToEnd(among states: [UnitState]) throws(FleetError) -> Set<UnitName> {
        guard !states.isEmpty else { return [] }
        return try AskedEnds(home: MosaicHome(absolute: home)).among(states)
    }

    // MARK: Steps

    private func openFolder(create: Bool) throws(FleetError) -> CInt? {
        if folder == nil { folder = try RunDirectoryOpener.open(home: home, create: create)?.take() }
        return folder?.number
    }

    private func append(_ line: [UInt8], to file: borrowing Descriptor) throws(FleetError) {
        try write(whole(line, at: status(file).st_size, of: file), to: file)
    }

    private func statusAtName(_ folder: CInt) throws(FleetError) -> (id: FileID, size: off_t)? {
        var there = stat()
        guard fstatat(folder, Self.name, &there, AT_SYMLINK_NOFOLLOW) == 0 else {
            if errno == ENOENT { return nil }
            throw failure("access", errno)
        }
        return Self.mark(there)
    }

    private static func mark(_ status: stat) -> (id: FileID, size: off_t) {
        (FileID(status), status.st_size)
    }

    private func removed() -> FleetError {
        FleetError(.io, "the directory of \(shown) was removed", hint: "run the command again")
    }
}
