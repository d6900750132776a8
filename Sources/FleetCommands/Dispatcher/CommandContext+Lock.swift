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
}
