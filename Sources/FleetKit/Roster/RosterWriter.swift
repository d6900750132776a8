package import FleetGuard
internal import Glibc

/// Replaces the roster by an edited text, in one step: a reader sees the old roster or the new one.
///
/// Where the roster is a symbolic link (people keep such files in a repository of their own), the link stays and its
/// target is replaced. Two of these never lose each other's edit: the folder is locked meanwhile. What another program
/// wrote since the text was read is not overwritten either.
package final class RosterWriter {
    /// The roster's own path, for messages.
    private let path: String
    /// Where the file really is.
    private let target: String
    private let folder: ConfigFolder
    private let mode: mode_t
    /// As it was read, under the lock.
    package let bytes: [UInt8]

    private static let patience = Duration.seconds(5)

    /// Locks the roster's folder and reads the roster; the lock goes with this object.
    ///
    /// - Throws: `.badRoster` when there is no roster or it cannot be read; `.busy` when another edit does not end; `.io`.
    package init(home: MosaicHome, clock: any OperationClock = SystemClock()) throws(FleetError) {
        path = home.rosterPath
        let shown = Printable.oneLine(path)
        guard let real = realpath(path, nil) else {
            throw errno == ENOENT
                ? FleetError(
                    .badRoster, "there is no roster \(shown)", hint: "run 'mosaic fleet init', which writes one")
                : Self.failure("cannot find", path)
        }
        target = String(cString: real)
        free(real)
        let parent = String(target[..<(target.lastPlace(of: "/") ?? target.startIndex)])
        guard let folder = try ConfigFolder.open(parent.isEmpty ? "/" : parent, create: false) else {
            throw Self.failure("cannot open the directory of", path)
        }
        guard folder.lock(atMost: Self.patience, clock) else {
            throw FleetError(
                .busy, "another process has been editing \(shown) for \(DurationText.human(Self.patience))",
                hint: "find it with: fuser -v \(ShellWord.line([path]))")
        }
        guard let bytes = try Roster.read(target) else { throw Self.failure("cannot read", path) }
        var status = stat()
        mode = stat(target, &status) == 0 ? status.st_mode & 0o777 : 0o600
        self.bytes = bytes
        self.folder = folder
    }

    private var name: String { String(target.parts(at: "/").last ?? "") }

    /// Writes the text beside the roster, so that a later `replace` needs no space on the disk any more.
    /// - Throws: `.io`.
    package func stage(_ text: [UInt8]) throws(FleetError) -> StagedRoster {
        // Of its own, so that it outlives this object's lock.
        guard let place = try ConfigFolder.open(folder.path, create: false) else {
            throw Self.failure("cannot open the directory of", path)
        }
        try place.stage(name, text, mode: mode)
        return StagedRoster(bytes: text, name: name, folder: place)
    }

    /// - Parameter staged: used if it is still the same text.
    /// - Throws: `.busy` if the file was changed meanwhile; `.io`, and then the old text stays.
    package func replace(by text: [UInt8], _ staged: StagedRoster? = nil) throws(FleetError) {
        guard try Roster.read(target) == bytes else {
            throw FleetError(
                .busy, "\(Printable.oneLine(path)) was changed meanwhile; nothing was written", hint: "run this again")
        }
        if let staged, staged.bytes == text, folder.publish(name) { return }
        try folder.write(name, text, mode: mode)
    }

    private static func failure(_ what: String, _ path: String) -> FleetError {
        FleetError(
            .io, "\(what) \(Printable.oneLine(path)): \(String(cString: strerror(errno)))",
            hint: "check the owner of the file and its directory, and the free space")
    }
}

/// The roster's next text, on the disk under a hidden name, which goes with this object.
package final class StagedRoster {
    fileprivate let bytes: [UInt8]
    private let name: String
    private let folder: ConfigFolder

    fileprivate init(bytes: [UInt8], name: String, folder: ConfigFolder) {
        self.bytes = bytes
        self.name = name
        self.folder = folder
    }

    deinit { folder.discard(name) }
}
