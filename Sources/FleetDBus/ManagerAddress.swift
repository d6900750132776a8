internal import CDBus
internal import FleetGuard
internal import FleetKit
internal import Glibc

/// Where a manager may be reached. Computed here, because libdbus's own lookup may start a bus daemon of its own
/// (autolaunch) and reports failures in terms of X11.
struct ManagerAddress: Equatable {
    /// A D-Bus address, such as `unix:path=/run/user/1000/bus`.
    var address: String
    /// systemd's private socket: no bus daemon in between, so no Hello and no match rules.
    var isPeerToPeer: Bool

    /// The places to try, in order.
    ///
    /// The private socket comes first: it works without a bus daemon, and it is faster (a restart of 21 units took
    /// 274 ms on it and 309 ms on the bus). It closes on a daemon-reexec; the bus drops its subscriptions then just
    /// as well, so both need the same recovery and the bus has no advantage. Only root may open the system
    /// manager's.
    static func candidates(
        scope: ManagerScope, environment: [String: String], userID: UInt32 = geteuid()
    ) throws(FleetError) -> [ManagerAddress] {
        switch scope {
        case .user: try user(environment, userID)
        case .system: system(environment, userID)
        }
    }

    private static func user(
        _ environment: [String: String], _ userID: UInt32
    ) throws(FleetError) -> [ManagerAddress] {
        // cron, sudo and su usually leave XDG_RUNTIME_DIR unset. The XDG specification says that a relative path is
        // to be ignored.
        let named = environment["XDG_RUNTIME_DIR"].flatMap { $0.begins(with: "/") ? $0 : nil }
        let folder = named ?? "/run/user/\(userID)"
        let found = [
            socket(folder + "/systemd/private", isPeerToPeer: true), bus(environment["DBUS_SESSION_BUS_ADDRESS"]),
            socket(folder + "/bus", isPeerToPeer: false),
        ].compactMap(\.self)
        guard !found.isEmpty else {
            // access(2) says "permission denied" of a directory that belongs to another user, as after su and sudo.
            for path in [folder + "/systemd/private", folder + "/bus"] where access(path, F_OK) != 0 && errno != ENOENT
            {
                throw FleetError(
                    .noServiceManager,
                    "no user service manager: \(Printable.oneLine(path)): \(String(cString: strerror(errno)))",
                    hint: "export XDG_RUNTIME_DIR=/run/user/\(userID)")
            }
            let why =
                named == nil
                ? "XDG_RUNTIME_DIR is not set to an absolute path, and \(folder)" : "XDG_RUNTIME_DIR (\(folder))"
            throw FleetError(
                .noServiceManager,
                "no user service manager: \(Printable.oneLine(why, limit: 4096)) has neither systemd/private nor bus",
                hint: "run 'loginctl enable-linger' as this user (it starts the manager without a login) and try again")
        }
        return found.removingRepeats()
    }

    private static func system(_ environment: [String: String], _ userID: UInt32) -> [ManagerAddress] {
        let own = userID == 0 ? socket("/run/systemd/private", isPeerToPeer: true) : nil
        let usual = ManagerAddress(address: "unix:path=/run/dbus/system_bus_socket", isPeerToPeer: false)
        return [own, bus(environment["DBUS_SYSTEM_BUS_ADDRESS"]), usual].compactMap(\.self).removingRepeats()
    }

    /// The address of the socket at `path`, or nil when nothing is there.
    private static func socket(_ path: String, isPeerToPeer: Bool) -> ManagerAddress? {
        guard !path.utf8.contains(0), access(path, F_OK) == 0, let escaped = dbus_address_escape_value(path) else {
            return nil
        }
        defer { dbus_free(escaped) }
        return ManagerAddress(address: "unix:path=" + String(cString: escaped), isPeerToPeer: isPeerToPeer)
    }

    /// A bus address from the environment, without the entries that would start a bus instead of finding one.
    private static func bus(_ text: String?) -> ManagerAddress? {
        guard let text, !text.utf8.contains(0) else { return nil }
        let entries = text.parts(at: ";").filter { !$0.begins(with: "autolaunch:") }
        let address = entries.joined(separator: ";")
        var list: UnsafeMutablePointer<OpaquePointer?>?
        var count: CInt = 0
        guard !address.isEmpty, dbus_parse_address(address, &list, &count, nil) != 0 else { return nil }
        dbus_address_entries_free(list)
        return ManagerAddress(address: address, isPeerToPeer: false)
    }
}

extension [ManagerAddress] {
    fileprivate func removingRepeats() -> [ManagerAddress] {
        reduce(into: []) { kept, next in
            if !kept.contains(where: { $0.address == next.address }) { kept.append(next) }
        }
    }
}
