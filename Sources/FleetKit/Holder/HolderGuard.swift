package import FleetGuard

/// Lets one mosaic home at a time act on a holder. Comes after the home's own lock and its burial, which excludes everyone
/// else of the same home.
package struct HolderGuard {
    private let holder: UnitName
    /// The manager's runtime directory.
    private let directory: String
    private let home: String
    private let place: FileID
    private let store: any LockStore
    private let time: any GuardTime
    private let processes: any ProcessTable
    private let interruption: () -> FleetError?
    private let warn: (String) -> Void

    private static let step: Duration = .milliseconds(5)
    private static let stampEvery: Duration = .seconds(1)
    /// A claim is written directly after the lock is taken.
    private static let unknownLimit: Duration = .seconds(2)
    private static let killGrace: Duration = .seconds(5)

    /// - Parameters:
    ///   - place: of the home's directory.
    ///   - warn: called with warnings for the operator while it continues.
    package init(
        holder: UnitName, directory: String, home: String, place: FileID, store: any LockStore, time: any GuardTime,
        processes: any ProcessTable, interruption: @escaping () -> FleetError?, warn: @escaping (String) -> Void
    ) {
        self.holder = holder
        self.directory = directory
        self.home = home
        self.place = place
        self.store = store
        self.time = time
        self.processes = processes
        self.interruption = interruption
        self.warn = warn
    }

    /// - Parameter grace: how long an evicted process of this home may take to stop before it is killed.
    /// - Returns: the lock, which lasts as long as the value; nil where this process goes on without: inside a `lock run`
    ///   that has it, or after a warning, because a process of this home that lost the home's lock cannot be ended.
    /// - Throws: `.unsafeHome`, naming both homes, where another home has it; `.evicted`; `.io`; an interruption.
    package func take(under lock: HeldLock, grace: Duration) throws(FleetError) -> HolderLock? {
        let claim = HolderClaim(
            home: home, place: place, token: lock.record.token, process: processes.me, command: lock.record.command)
        let start = time.now()
        var stamped = start
        var isKilled = false
        while true {
            let waited = time.now() - start
            switch try HolderLock.attempt(in: directory, holder: holder, claim: claim, processes: processes) {
            case .mine(let mine): return mine
            case .unknown(let pids):
                guard waited < Self.unknownLimit else { throw refusedByUnknown(pids) }
            case .taken(let other):
                if other.token == lock.outer?.token { return nil }
                guard other.place == place else { throw refused(other) }
                // This home's lock is ours, so that process has lost it. The burial has tried all that can be tried.
                if try store.evicted().contains(where: { $0.observation.record?.token == other.token }) {
                    return nil
                }
                if waited >= grace && !isKilled {
                    isKilled = true
                    if processes.kill(other.process) {
                        warn("killed process \(other.process.pid), which lost this lock")
                    }
                }
                guard waited < grace + Self.killGrace else {
                    warn(
                        "continuing, although process \(other.process.pid) of this home, which lost the lock, may still act:"
                            + " it cannot be ended")
                    return nil
                }
            }
            try lock.checkFence()
            if let interrupted = interruption() { throw interrupted }
            if time.now() - stamped >= Self.stampEvery {
                try lock.stamp()
                stamped = time.now()
            }
            time.sleep(for: Self.step)
        }
    }

    private func refused(_ other: HolderClaim) -> FleetError {
        FleetError(
            .unsafeHome,
            "\(holder) is in use by another mosaic home, \(Printable.oneLine(other.home)): pid \(other.process.pid)"
                + " (\(Printable.oneLine(other.command))); this command belongs to mosaic home \(Printable.oneLine(home))",
            hint: "a holder belongs to one mosaic home: wait until that command has ended, and use --mosaic-home"
                + " \(ShellWord.quoted(other.home)) from now on")
    }

    private func refusedByUnknown(_ pids: [Int32]) -> FleetError {
        let who = pids.isEmpty ? "a process of another user" : "pid \(pids.map(String.init).joined(separator: ", "))"
        return FleetError(
            .unsafeHome,
            "\(holder) is in use by \(who), whose mosaic home is not known; this command belongs to mosaic home"
                + " \(Printable.oneLine(home))",
            hint: "wait until that process has ended, then run this again")
    }
}
