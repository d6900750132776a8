public import FleetGuard

/// One thing that the fleet needs, looked at. A new check is one file in `Checks/` and one line in `HealthChecks`.
///
/// A check changes nothing, leaves nothing behind and never waits for long; what can be repaired, its diagnosis says.
public protocol HealthCheck: Sendable {
    /// Stable, for scripts that read `--json`: `run-directory`.
    var name: String { get }

    /// - Throws: what kept it from looking; that counts as a failure.
    func examine(_ fleet: HealthContext) throws(FleetError) -> Diagnosis
}
