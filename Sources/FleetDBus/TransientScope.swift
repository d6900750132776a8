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
        return try message.adding { arguments in
            Message.append(in: &arguments, WireType.array, "(sv)") { properties in
                property("Description", "s", in: &properties) { Message.append(description, to: &$0) }
                    && property("CollectMode", "s", in: &properties) { Message.append("inactive-or-failed", to: &$0) }
                    && property("PIDs", "au", in: &properties) { value in
                        Message.append(in: &value, WireType.array, "u") { numbers in
                            var number = UInt32(bitPattern: pid)
                            return dbus_message_iter_append_basic(&numbers, WireType.uint32, &number) != 0
                        }
                    }
            } && Message.append(in: &arguments, WireType.array, "(sa(sv))") { _ in true }
        }
    }

    private static func property(
        _ name: String, _ signature: String, in properties: inout DBusMessageIter,
        _ value: (inout DBusMessageIter) -> Bool
    ) -> Bool {
        Message.append(in: &properties, WireType.structure, nil) { pair in
            Message.append(name, to: &pair) && Message.append(in: &pair, WireType.variant, signature, value)
        }
    }
}
