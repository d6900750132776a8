internal import FleetGuard
internal import FleetKit

extension CommandContext {
    /// The lock as it is, judged as a restart that is started now would.
    func inspectLock() throws(FleetError) -> LockInspection {
        let settings: Roster.GuardSettings
        do throws(FleetError) {
            settings = try guardSettings()
        } catch {
            // A broken roster must not prevent an inspection of the lock.
            output.warning("\(error.message); the lock is judged by the defaults of [guard]")
            settings = Roster.GuardSettings()
        }
        return try LockInspector(
            store: openLockForReading(), path: lockPath, time: time, processes: processes,
            policy: WaitPolicy(settings)
        ).inspect()
    }

    /// The token that a `lock run` gave to its command, or a forged one; nil without one.
    var lockToken: String? {
        guard let token = environment["MOSAIC_LOCK_TOKEN"], !token.isEmpty else { return nil }
        return token
    }

    /// The lock of the `lock run` that this process is inside of; nil when it is in none.
    ///
    /// A token that does not hold what it promises is said, and then this process waits like any other.
    func outerLock(_ theGuard: Guard) throws(FleetError) -> LockObservation? {
        guard let token = lockToken else { return nil }
        switch try theGuard.nesting(token) {
        case .inside(let observation):
            output.detail("using the lock of the enclosing lock run: \(LockWords.ownerInFull(observation))")
            return observation
        case .outside(let why):
            output.note("MOSAIC_LOCK_TOKEN is ignored: \(why)")
            return nil
        }
    }
}
