package import FleetGuard

/// A check of one thing that the fleet needs. A new check is one file in `Checks/` and one line in `HealthChecks`.
///
/// A check changes nothing, leaves nothing behind and never waits for long; its diagnosis says what can be repaired.
package protocol HealthCheck: Sendable {
    /// Stable, for scripts that read `--json`: `run-directory`.
    var name: String { get }

    /// - Throws: what kept it from looking; that counts as a failure.
    func examine(_ fleet: HealthContext) throws(FleetError) -> Diagnosis
}
