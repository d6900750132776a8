/// What systemd reports when a job leaves its queue (`JobRemoved`, or systemctl's exit status).
///
/// Source: job_result_to_string() of systemd 252 to 258; `frozen` came with 256 and `concurrency` with 258.
package enum JobResult: Sendable, Equatable {
    case done, canceled, timeout, failed, dependency, skipped, invalid, assert, unsupported, collected, once, frozen
    case concurrency
    /// A backend that cannot learn the reason (systemctl) knows only that the job did not end well.
    case notDone
    /// The answer was lost (daemon-reexec, bus restart): only the unit's state can tell.
    case lost
    /// A word that this version does not know: a failure.
    case other(String)

    package init(systemdName: String) {
        self = Self.known[systemdName] ?? .other(systemdName)
    }

    /// Each case is called as systemd calls it.
    private static let known: [String: JobResult] = Dictionary(
        uniqueKeysWithValues: [
            done, canceled, timeout, failed, dependency, skipped, invalid, assert, unsupported, collected, once, frozen,
            concurrency,
        ].map { ("\($0)", $0) })
}
