internal import FleetKit
internal import FleetTestSupport
internal import Testing

enum Backend: String, Sendable, CaseIterable { case dbus, systemctl, fake }

/// One row of the conformance table: units, and what is done to them in order.
struct Scenario: Sendable, CustomTestStringConvertible {
    /// What somebody else does while a job of ours is awaited.
    enum Accident: Sendable {
        case stop(String)
        case daemonReload, daemonReexec
        case busDies
    }

    enum Step: Sendable {
        /// One batch; one expected result for each command. `during` happens once the first unit's job runs.
        case perform([(UnitCommand.Verb, String)], expect: [UnitOutcome.Result], during: Accident? = nil)
        /// Waits until the unit is in that sub state.
        case await(String, subState: String)
        /// How the unit must be now.
        case check(String, activeState: String)
        /// A command that must give the unit a new InvocationID, or must leave it the one it has.
        case runs(UnitCommand.Verb, String, anew: Bool)
        /// Somebody else does something while the unit is watched: it must be heard where the backend can hear, and seen
        /// in any case.
        case hears(String, Accident, activeState: String)
    }

    var name: String
    var units: [UnitSpec]
    var steps: [Step]
    /// Disturbs the manager, or would be disturbed by another scenario's daemon-reload (which forgets start limits).
    var needsOwnManager = false
    /// The client must not have systemd's private socket.
    var needsTheBus = false
    /// Why a backend cannot be asked this; nothing is left out without a reason.
    var inexpressible: [Backend: String] = [:]

    var testDescription: String { name }

    /// Why this backend cannot be asked this on this system; nil where it can.
    func reason(against backend: Backend) -> String? {
        inexpressible[backend] ?? (backend == .systemctl && needsTheBus ? SystemFacts.noBusForSystemctl : nil)
    }

    static func one(
        _ verb: UnitCommand.Verb, _ stem: String, _ result: UnitOutcome.Result, during: Accident? = nil
    ) -> Step {
        .perform([(verb, stem)], expect: [result], during: during)
    }
}
