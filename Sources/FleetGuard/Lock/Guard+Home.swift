extension Guard {
    /// The guard over the lock below a home directory of this user: `HOME/fleet/run/restart.lock`. Every process that
    /// names the same home is kept apart. Missing directories are made, with mode 0700.
    ///
    /// - Parameters:
    ///   - mutex: the same for all of them.
    ///   - interruption: asked while one waits; an error ends the wait with it.
    ///   - report: what happens while one waits; on the caller's thread.
    /// - Throws: `.unsafeHome` where another user could have prepared the files; `.io`.
    public convenience init(
        home: String, mutex: MutexChoice = .auto, interruption: @escaping () -> FleetError? = { nil },
        report: @escaping (GuardEvent) -> Void = { _ in }
    ) throws(FleetError) {
        let time = SystemTime()
        let processes = try ProcFileSystem()
        let store = try FileLockStore.open(home: home, mutex: mutex, time: time, processes: processes)
        store.interruption = interruption
        self.init(store: store, time: time, processes: processes, interruption: interruption, report: report)
    }
}
