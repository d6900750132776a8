/// `restart.last`: which restart ended well last.
extension FileLockStore {
    static let completedName = "restart.last"
    private static let completedLimit = 64 << 10

    public func completed() throws(FleetError) -> CompletedRestart? {
        guard let file = try directory.open(Self.completedName, .read) else { return nil }
        defer { directory.calls.close(file) }
        guard try directory.status(of: file, Self.completedName).kind == .regular else { return nil }
        let bytes = try directory.contents(of: file, Self.completedName, limit: Self.completedLimit)
        return CompletedRestart.parse(bytes)
    }

    /// Inside the mutex, because there the fence cannot fall between the look and the rename; and an evicted owner
    /// must not claim that its restart ended well.
    public func recordCompleted(_ restart: CompletedRestart, by lock: OwnedLock) throws(FleetError) {
        try mutex.inside { () throws(FleetError) in
            guard try isOwned(lock) else { return }
            let staged = try Staging.make(try restart.bytes(), in: directory, token: time.token())
            do throws(FleetError) {
                try directory.rename(staged.name, Self.completedName)
            } catch {
                Staging.discard(staged.name, staged.file, in: directory)
                throw error
            }
            directory.calls.close(staged.file)
        }
    }
}
