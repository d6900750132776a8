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
    private let folder: CInt
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
        let folder = open(parent.isEmpty ? "/" : parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw Self.failure("cannot open the directory of", path) }
        do throws(FleetError) {
            try Self.lock(folder, path, clock)
            guard let bytes = try Roster.read(target) else { throw Self.failure("cannot read", path) }
            self.bytes = bytes
        } catch {
            close(folder)
            throw error
        }
        var status = stat()
        mode = stat(target, &status) == 0 ? status.st_mode & 0o777 : 0o600
        self.folder = folder
    }

    deinit { close(folder) }

    /// - Throws: `.busy` if the file was changed meanwhile; `.io`, and then the old text stays.
    package func replace(by text: [UInt8]) throws(FleetError) {
        guard try Roster.read(target) == bytes else {
            throw FleetError(
                .busy, "\(Printable.oneLine(path)) was changed meanwhile; nothing was written", hint: "run this again")
        }
        let name = String(target.parts(at: "/").last ?? "")
        let temporary = ".\(name).\(getpid()).new"
        if unlinkat(folder, temporary, 0) != 0, errno != ENOENT { throw Self.failure("cannot write", path) }
        let file = openat(folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Self.failure("cannot write", path) }
        var problem: FleetError?
        var written = 0
        while written < text.count, problem == nil {
            let count = text[written...].withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            if count > 0 { written += count } else { problem = Self.failure("cannot write", path) }
        }
        if problem == nil, fchmod(file, mode) != 0 || fsync(file) != 0 { problem = Self.failure("cannot write", path) }
        close(file)
        if problem == nil, renameat(folder, temporary, folder, name) != 0 {
            problem = Self.failure("cannot write", path)
        }
        guard let problem else { return }
        unlinkat(folder, temporary, 0)
        throw problem
    }

    /// A file system without such locks is left to the look before the rename.
    private static func lock(_ folder: CInt, _ path: String, _ clock: any OperationClock) throws(FleetError) {
        let end = clock.now() + patience
        while flock(folder, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else { return }
            guard clock.now() < end else {
                throw FleetError(
                    .busy,
                    "another process has been editing \(Printable.oneLine(path)) for \(DurationText.human(patience))",
                    hint: "find it with: fuser -v \(ShellWord.line([path]))")
            }
            clock.sleep(for: .milliseconds(20))
        }
    }

    private static func failure(_ what: String, _ path: String) -> FleetError {
        FleetError(
            .io, "\(what) \(Printable.oneLine(path)): \(String(cString: strerror(errno)))",
            hint: "check the owner of the file and its directory, and the free space")
    }
}
