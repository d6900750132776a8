internal import CDBus
internal import FleetGuard
internal import FleetKit

/// The signals that a batch of commands listens to. A malformed one is ignored: the jobs are asked for anyway.
enum ManagerSignal: Equatable {
    case jobRemoved(id: UInt32, result: JobResult)
    /// A daemon-reload begins (true) or ends (false).
    case reloading(Bool)
    /// The result of the last start's check of the unit's conditions. systemd sends this before
    /// the `JobRemoved` of the job that it belongs to.
    case condition(unitPath: String, held: Bool)
    /// The manager's bus name was released or changed its owner: a daemon-reexec.
    case managerLeft

    /// - Parameter managerName: the unique bus name that the manager's signals must come from; any client of a bus
    ///   can send us a signal that merely looks like one. nil on a private socket, which has no other clients.
    init?(_ message: Message, managerName: String?) {
        guard message.kind == DBUS_MESSAGE_TYPE_SIGNAL else { return nil }
        var reader = MessageReader(message, "a signal")
        do throws(FleetError) {
            if message.isSignal("NameOwnerChanged", of: "org.freedesktop.DBus") {
                guard managerName != nil, message.sender == "org.freedesktop.DBus" else { return nil }
                guard try reader.string() == Manager.name else { return nil }
                let old = try reader.string()
                guard old == managerName else { return nil }
                self = .managerLeft
                return
            }
            guard managerName == nil || message.sender == managerName else { return nil }
            if message.isSignal("JobRemoved", of: Manager.interface) {
                let id = try reader.uint32()
                _ = try reader.objectPath()
                _ = try reader.string()
                self = .jobRemoved(id: id, result: JobResult(systemdName: try reader.string()))
            } else if message.isSignal("Reloading", of: Manager.interface) {
                self = .reloading(try reader.boolean())
            } else if message.isSignal("PropertiesChanged", of: "org.freedesktop.DBus.Properties") {
                guard let path = message.path, try reader.string() == Manager.unitInterface else { return nil }
                var properties = UnitProperties.Conditions()
                try properties.read(&reader)
                guard let held = properties.held else { return nil }
                self = .condition(unitPath: path, held: held)
            } else {
                return nil
            }
        } catch {
            return nil
        }
    }
}
