internal import FleetGuard
internal import FleetKit

/// The names of systemd's D-Bus interface (org.freedesktop.systemd1(5)) and the calls that are made on it.
enum Manager {
    static let name = "org.freedesktop.systemd1"
    static let interface = "org.freedesktop.systemd1.Manager"
    static let unitInterface = "org.freedesktop.systemd1.Unit"
    static let serviceInterface = "org.freedesktop.systemd1.Service"

    static func call(_ member: String) throws(FleetError) -> Message {
        try .call(member, of: interface, at: UnitPath.manager, to: name)
    }

    static func get(_ property: String, of interface: String, at path: String) throws(FleetError) -> Message {
        try .call("Get", of: "org.freedesktop.DBus.Properties", at: path, to: name)
            .adding(interface).adding(property)
    }

    static func getAll(of interface: String, at path: String) throws(FleetError) -> Message {
        try .call("GetAll", of: "org.freedesktop.DBus.Properties", at: path, to: name).adding(interface)
    }

    static func command(_ command: UnitCommand) throws(FleetError) -> Message {
        let unit = command.unit.rawValue
        // "replace" is systemctl's default: a conflicting job that is queued already is canceled.
        return switch command.verb {
        case .start: try call("StartUnit").adding(unit).adding("replace")
        case .stop: try call("StopUnit").adding(unit).adding("replace")
        case .restart: try call("RestartUnit").adding(unit).adding("replace")
        case .resetFailed: try call("ResetFailedUnit").adding(unit)
        }
    }

    static func bus(_ member: String) throws(FleetError) -> Message {
        try .call(
            member, of: "org.freedesktop.DBus", at: "/org/freedesktop/DBus", to: "org.freedesktop.DBus")
    }

    /// What a bus must pass on. A private socket passes on everything by itself.
    static let matches =
        ["JobRemoved", "Reloading"].map {
            "type='signal',sender='\(name)',path='\(UnitPath.manager)',interface='\(interface)',member='\($0)'"
        } + [
            "type='signal',sender='org.freedesktop.DBus',path='/org/freedesktop/DBus',"
                + "interface='org.freedesktop.DBus',member='NameOwnerChanged',arg0='\(name)'"
        ]

    /// One unit's own changes; all units' would be a burden on a large restart.
    static func match(unitPath: String) -> String {
        "type='signal',sender='\(name)',path='\(unitPath)',interface='org.freedesktop.DBus.Properties',"
            + "member='PropertiesChanged',arg0='\(unitInterface)'"
    }
}
