internal import FleetGuard
internal import FleetKit

/// `enable` and `disable` in words.
struct BootText {
    let change: BootLinks.Change
    let command: String

    func render() -> String {
        guard command != "disable" else {
            return change.isChange
                ? "Disabled: \(Self.count(change.disabled.count)) will no longer start at boot. Nothing was stopped."
                : "The fleet does not start at boot."
        }
        let agents = change.enabled.count - 1
        let what = "the holder and \(agents) \(agents == 1 ? "agent" : "agents")"
        guard change.isChange else { return "Already enabled: \(what) start at boot." }
        let less = change.disabled.isEmpty ? "" : "; \(Self.count(change.disabled.count)) no longer will"
        return "Enabled: \(what) start at boot\(less). Nothing was started."
    }

    /// What still keeps the fleet from starting at boot.
    static func warning(_ linger: Linger) -> String? {
        switch linger {
        case .off(let user):
            "the service manager of \(Printable.oneLine(user, limit: 64)) starts at the first login, not at boot, and"
                + " ends with the last one; run: loginctl enable-linger"
        case .unknown: "this user has no account: cannot tell whether its service manager is started at boot"
        case .on, .notNeeded: nil
        }
    }

    private static func count(_ units: Int) -> String { "\(units) \(units == 1 ? "unit" : "units")" }
}

extension JSONObject {
    /// `enable --json`, `disable --json`.
    /// - Parameter heal: how often the fleet is healed; nil where it is not.
    static func boot(_ change: BootLinks.Change, command: String, linger: Linger, heal: Duration?) -> Self {
        let lingers =
            switch linger {
            case .on: "on"
            case .off: "off"
            case .notNeeded: "not-needed"
            case .unknown: "unknown"
            }
        return [
            "schemaVersion": 1, "ok": true, "command": command, "changed": change.isChange,
            "enabled": change.enabled.map(\.rawValue), "disabled": change.disabled.map(\.rawValue),
            "linger": lingers, "healEverySeconds": heal?.inSeconds,
        ]
    }
}
