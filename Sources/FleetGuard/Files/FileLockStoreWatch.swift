internal import SystemPackage

/// Watches the run directory, and the record that is at `restart.lock`: a release or takeover changes the directory,
/// an owner's death closes the record.
final class FileLockStoreWatch: LockStoreWatch {
    private let watch: any LockWatch
    private let directory: RunDirectory
    /// The record that the watch is on. Its token belongs to it: the next owner's record may get the inode number of a
    /// released one, and a watch ends with its file.
    private var followed: (id: FileID, token: String?)?
    private let time: any GuardTime
    /// The kernel tells of a close *before* it drops the closed file's lock, so the check after a dying owner's close
    /// may come too early, and nothing would wake us again. So after every event, and after the beginning of a watch,
    /// there are a few more looks soon, each after three times the time of the one before.
    private var nextLook: Duration?
    private static let firstLook: Duration = .microseconds(200)
    private static let lookAfterFollowing: Duration = .microseconds(600)
    private static let lastLook: Duration = .microseconds(16_200)

    init(_ watch: any LockWatch, directory: RunDirectory, time: any GuardTime) {
        self.watch = watch
        self.directory = directory
        self.time = time
    }

    func wait(after observation: LockObservation, timeout: Duration) throws(FleetError) {
        let isFollowed = followed.map { $0 == (observation.id, observation.record?.token) } ?? false
        if !isFollowed, observation.kind == .regular {
            guard let file = try directory.open(RunDirectory.lockName, .read) else { return }
            let status = try directory.status(of: file, RunDirectory.lockName)
            do throws(Errno) {
                try watch.follow(file)
            } catch {
                // No watch is left for this user: a release still wakes us, a death is seen by the safety net.
            }
            followed = status.id == observation.id ? (observation.id, observation.record?.token) : nil
            // The owner may have gone between the look that led here and this watch: look once more. Or it may be going
            // just now, which is rare, so that look may come a little later.
            nextLook = Self.lookAfterFollowing
            return
        }
        try sleep(nextLook.map { min($0, timeout) } ?? timeout)
    }

    func rest() throws(FleetError) { try sleep(Guard.rest) }

    private func sleep(_ bound: Duration) throws(FleetError) {
        let start = time.now()
        var isHeard = false
        do throws(Errno) {
            isHeard = try watch.wait(timeout: bound)
        } catch .interrupted {
            // A signal: the caller looks at what it was.
        } catch {
            throw directory.failure("watch", ".", error)
        }
        if time.now() - start < bound || isHeard {
            nextLook = Self.firstLook
        } else if let look = nextLook {
            nextLook = look < Self.lastLook ? look * 3 : nil
        }
    }

    func close() { watch.close() }
}
