internal import Glibc
internal import SystemPackage

/// Opens `<mosaic home>/fleet/run` step by step, and refuses what another user could have prepared.
///
/// Each step is relative to the descriptor of the one before, so that nothing can be swapped in between. The home
/// itself may be a symbolic link (dotfiles often are); `fleet` and `run` may not.
package enum RunDirectoryOpener {
    package struct Opened: ~Copyable {
        package let descriptor: Descriptor
        package let path: String

        package consuming func take() -> Descriptor { descriptor }
    }

    /// - Parameter create: create missing directories, mode 0700.
    /// - Returns: nil when something is missing and `create` is false.
    /// - Throws: `.unsafeHome` for a foreign owner, a symbolic link, or write permission for group or others; `.io`.
    package static func open(home: String, create: Bool) throws(FleetError) -> Opened? {
        if create { try makeHome(home) }
        guard let root = try openChecked(AT_FDCWD, home, path: home, follow: true) else { return nil }
        let fleetPath = home + "/fleet"
        guard let fleet = try step(root.number, "fleet", path: fleetPath, create: create) else { return nil }
        let runPath = fleetPath + "/run"
        guard let run = try step(fleet.number, "run", path: runPath, create: create) else { return nil }
        return Opened(descriptor: run, path: runPath)
    }

    /// The folder above the run directory, under the same rules.
    package static func openFleet(home: String, create: Bool) throws(FleetError) -> Descriptor? {
        if create { try makeHome(home) }
        guard let root = try openChecked(AT_FDCWD, home, path: home, follow: true) else { return nil }
        return try step(root.number, "fleet", path: home + "/fleet", create: create)
    }

    /// The directory of events that were not delivered yet, under the same rules.
    package static func openEvents(home: String, create: Bool) throws(FleetError) -> Descriptor? {
        guard let fleet = try openFleet(home: home, create: create) else { return nil }
        return try step(fleet.number, "events", path: home + "/fleet/events", create: create)
    }

    private static func step(
        _ parent: CInt, _ name: String, path: String, create: Bool
    ) throws(FleetError) -> Descriptor? {
        if create, mkdirat(parent, name, 0o700) != 0, errno != EEXIST { throw failure("create", path, errno) }
        return try openChecked(parent, name, path: path, follow: false)
    }

    private static func openChecked(
        _ parent: CInt, _ name: String, path: String, follow: Bool
    ) throws(FleetError) -> Descriptor? {
        let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW)
        guard let descriptor = Descriptor(result: openat(parent, name, flags)) else {
            let number = errno
            switch number {
            case ENOENT: return nil
            case ELOOP, ENOTDIR:
                throw FleetError(
                    .unsafeHome, "\(Printable.oneLine(path)) is a symbolic link or not a directory",
                    hint: "move it away; mosaic creates its own directory there", errno: number)
            case EACCES:
                throw FleetError(
                    .unsafeHome, "\(Printable.oneLine(path)) cannot be read: permission denied",
                    .unreadable, errno: number)
            default: throw failure("open", path, number)
            }
        }
        try checkSafe(descriptor.number, path)
        return descriptor
    }

    private static func checkSafe(_ descriptor: CInt, _ path: String) throws(FleetError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("access", path, errno) }
        let shown = Printable.oneLine(path)
        guard status.st_uid == geteuid() else {
            throw FleetError(
                .unsafeHome, "\(shown) belongs to user \(status.st_uid), not to user \(geteuid())", .foreign)
        }
        guard status.st_mode & 0o022 == 0 else {
            throw FleetError(
                .unsafeHome, "\(shown) is group- or world-writable",
                hint: "chmod go-w '\(shown)'")
        }
    }

    /// `mkdir -p` for the home: its parents are the user's own business.
    private static func makeHome(_ home: String) throws(FleetError) {
        guard mkdir(home, 0o700) != 0, errno != EEXIST else { return }
        guard errno == ENOENT else { throw failure("create", home, errno) }
        let parent = FilePath(home).removingLastComponent().string
        guard parent != home, !parent.isEmpty else { throw failure("create", home, ENOENT) }
        try makeHome(parent)
        guard mkdir(home, 0o700) == 0 || errno == EEXIST else { throw failure("create", home, errno) }
    }

    private static func failure(_ verb: String, _ path: String, _ number: CInt) -> FleetError {
        let what = "cannot \(verb) \(Printable.oneLine(path)): \(Errno(rawValue: number).description)"
        return switch number {
        case EMFILE, ENFILE: FleetError(.io, what, hint: "raise the limit of open files (ulimit -n)", errno: number)
        case ENOSPC, EDQUOT:
            FleetError(.io, what, hint: "free some space there, then run the command again", errno: number)
        default: FleetError(.io, what, number == EROFS ? .readOnly : .unusable, errno: number)
        }
    }
}
