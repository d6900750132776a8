internal import CDBus
internal import FleetGuard
internal import FleetKit

/// How one method call ended.
enum Reply {
    case answer(Message)
    /// `sender`: the bus name of who refused.
    case refusal(name: String, text: String, sender: String? = nil)

    init(_ message: Message) {
        guard message.kind == DBUS_MESSAGE_TYPE_ERROR else {
            self = .answer(message)
            return
        }
        var reader = MessageReader(message, "an error")
        // An error need not carry a text; the name alone decides.
        var text = ""
        do throws(FleetError) { text = try reader.string() } catch {}
        self = .refusal(name: message.errorName, text: text, sender: message.sender)
    }

    /// The answer, where a refusal has no meaning of its own.
    func get(_ what: String) throws(FleetError) -> Message {
        switch self {
        case .answer(let message): return message
        case .refusal(let name, let text, _): throw Self.error(what, name, text)
        }
    }

    static func error(_ what: String, _ name: String, _ text: String) -> FleetError {
        FleetError(
            .noServiceManager,
            "the service manager refused \(what): \(Printable.oneLine(text.isEmpty ? name : text))",
            hint: "the D-Bus error was \(Printable.oneLine(name)); systemctl may say more")
    }

    /// The bus could not deliver the call at all: the manager has certainly not seen it.
    var isUndelivered: Bool {
        isRefused("org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner")
    }

    /// The manager left before it answered, and may have seen the call or not.
    var isUnanswered: Bool {
        isRefused(
            "org.freedesktop.DBus.Error.NoReply", "org.freedesktop.DBus.Error.Disconnected",
            "org.freedesktop.DBus.Error.Timeout", "org.freedesktop.DBus.Error.TimedOut")
    }

    /// The manager knows no unit behind a path, or no such unit can be (a template without an instance).
    var isNoSuchUnit: Bool {
        isRefused(
            "org.freedesktop.DBus.Error.UnknownObject", "org.freedesktop.DBus.Error.InvalidArgs",
            "org.freedesktop.systemd1.NoSuchUnit")
    }

    var isNoSuchProperty: Bool {
        isNoSuchUnit
            || isRefused("org.freedesktop.DBus.Error.UnknownProperty", "org.freedesktop.DBus.Error.UnknownInterface")
    }

    private func isRefused(_ names: String...) -> Bool {
        guard case .refusal(let name, _, _) = self else { return false }
        return names.contains(name)
    }
}
