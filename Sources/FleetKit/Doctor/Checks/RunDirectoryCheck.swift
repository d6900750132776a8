internal import FleetGuard
internal import Glibc

/// The run directory and those above it: ours alone, no links.
struct RunDirectoryCheck: HealthCheck {
    let name = "run-directory"

    func examine(_ fleet: HealthContext) throws(FleetError) -> Diagnosis {
        let home = fleet.home
        let run = Printable.oneLine(home.runDirectory)
        var open: [String] = []
        for (path, isHome) in [(home.path, true), (home.fleetDirectory, false), (home.runDirectory, false)] {
            var status = stat()
            // The home itself may be a link, dotfiles often are.
            guard (isHome ? stat(path, &status) : lstat(path, &status)) == 0 else {
                guard errno == ENOENT else { break }
                guard open.isEmpty else { break }
                return .ok(
                    "\(run) does not exist yet; the first restart creates it",
                    repair: Repair("made \(run)") { () throws(FleetError) in
                        _ = try RunDirectoryOpener.open(home: home.path, create: true)
                    })
            }
            guard status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid() else { break }
            let isRun = path == home.runDirectory
            if status.st_mode & (isRun ? 0o077 : 0o022) != 0 { open.append(path) }
        }
        let repair = open.isEmpty ? nil : Self.closing(open, home.runDirectory)
        do throws(FleetError) {
            _ = try RunDirectoryOpener.open(home: home.path, create: false)
        } catch {
            // A foreign owner or a link is for the operator to decide.
            return .failure(error.message, advice: error.hint, repair: repair)
        }
        guard let repair else { return .ok("\(run) is private to this user") }
        return .warning("\(run) can be read by other users", advice: "chmod 700 '\(run)'", repair: repair)
    }

    /// Takes group's and others' rights away, by descriptor, from directories that are this user's own.
    private static func closing(_ paths: [String], _ run: String) -> Repair {
        Repair("removed other users' permissions from \(HealthContext.list(paths))") { () throws(FleetError) in
            for path in paths {
                let follow = paths.first == path && path != run ? 0 : O_NOFOLLOW
                var status = stat()
                guard let folder = Descriptor(result: open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | follow)),
                    fstat(folder.number, &status) == 0, status.st_uid == geteuid(),
                    fchmod(folder.number, status.st_mode & (path == run ? 0o700 : 0o7755)) == 0
                else {
                    throw FleetError(
                        .io,
                        "cannot change the mode of \(Printable.oneLine(path)): \(String(cString: strerror(errno)))",
                        hint: "chmod go-w '\(Printable.oneLine(path))'")
                }
            }
        }
    }
}
