internal import CDBus
internal import FleetGuard
internal import FleetKit

/// The one call whose arguments are structures: `StartTransientUnit(s, s, a(sv), a(sa(sv)))`, org.freedesktop.systemd1(5).
enum TransientScope {
    /// A scope around a running process. `CollectMode` lets systemd forget it once it is empty.
    static func call(_ scope: UnitName, pid: Int32, description: String) throws(FleetError) -> Message {
        // "fail": the name carries our own pid, so a unit of that name is not ours to replace.
        let message = try Manager.call("StartTransientUnit").adding(scope.rawValue).adding("fail")
        try Message.check(description)
        var arguments = DBusMessageIter()
        dbus_message_iter_init_append(message.raw, &arguments)
        let isWhole =
            append(in: &arguments, WireType.array, "(sv)") { properties in
                property("Description", "s", in: &properties) { Message.append(description, to: &$0) }
                    && property("CollectMode", "s", in: &properties) { Message.append("inactive-or-failed", to: &$0) }
                    && property("PIDs", "au", in: &properties) { value in
                        append(in: &value, WireType.array, "u") { numbers in
                            var number = UInt32(bitPattern: pid)
                            return dbus_message_iter_append_basic(&numbers, WireType.uint32, &number) != 0
                        }
                    }
            } && append(in: &arguments, WireType.array, "(sa(sv))") { _ in true }
        // A container that could not be filled leaves the message useless; it is dropped with its reference.
        guard isWhole else { throw WireError.outOfMemory }
        return message
    }

    private static func property(
        _ name: String, _ signature: String, in properties: inout DBusMessageIter,
        _ value: (inout DBusMessageIter) -> Bool
    ) -> Bool {
        append(in: &properties, WireType.structure, nil) { pair in
            Message.append(name, to: &pair) && append(in: &pair, WireType.variant, signature, value)
        }
    }

    private static func append(
        in parent: inout DBusMessageIter, _ type: CInt, _ signature: String?,
        _ fill: (inout DBusMessageIter) -> Bool
    ) -> Bool {
        var container = DBusMessageIter()
        guard dbus_message_iter_open_container(&parent, type, signature, &container) != 0 else { return false }
        guard fill(&container) else {
            dbus_message_iter_abandon_container(&parent, &container)
            return false
        }
        return dbus_message_iter_close_container(&parent, &container) != 0
    }
}
