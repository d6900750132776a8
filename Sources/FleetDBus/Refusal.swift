internal import FleetGuard
internal import FleetKit

/// What the manager's refusal to make a job means. Names: systemd's bus-common-errors.h.
enum Refusal {
    static func judge(
        _ command: UnitCommand, name: String, text: String, after: UnitState
    ) -> UnitOutcome.Result {
        switch name {
        case "org.freedesktop.systemd1.NoSuchUnit":
            // ResetFailedUnit does not load units. One that is not in memory has nothing to reset.
            command.verb == .resetFailed && !after.isNotFound ? .done : .notFound
        case "org.freedesktop.systemd1.UnitMasked": .masked
        case "org.freedesktop.systemd1.LoadFailed", "org.freedesktop.systemd1.BadUnitSetting":
            .loadFailed(after.loadState)
        default: .refused(Printable.oneLine("\(name): \(text)"))
        }
    }
}
