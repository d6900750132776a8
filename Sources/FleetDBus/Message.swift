internal import CDBus
internal import FleetGuard
internal import FleetKit

/// One reference to a D-Bus message, given back when the last user lets go.
///
/// libdbus aborts the process on text that is not UTF-8 and on malformed paths and names, and cuts text at a NUL.
/// So everything passes `dbus_validate_*` here, before libdbus sees it.
final class Message {
    let raw: OpaquePointer

    /// Takes over a reference that the caller owns.
    init(adopting raw: OpaquePointer) {
        self.raw = raw
    }

    deinit {
        dbus_message_unref(raw)
    }

    /// A method call that never starts a service: a manager that is away for a daemon-reexec must be an error at
    /// once, not an activation that hangs until libdbus's own 25 s are over.
    static func call(
        _ member: String, of interface: String, at path: String, to destination: String
    ) throws(FleetError) -> Message {
        guard isPlain(member), isPlain(interface), isPlain(path), isPlain(destination),
            dbus_validate_member(member, nil) != 0, dbus_validate_interface(interface, nil) != 0,
            dbus_validate_path(path, nil) != 0, dbus_validate_bus_name(destination, nil) != 0
        else {
            throw FleetError(
                .usage, "'\(Printable.oneLine("\(interface).\(member) at \(path)"))' is not a valid D-Bus call",
                hint: "report this as a bug")
        }
        guard let raw = dbus_message_new_method_call(destination, path, interface, member) else {
            throw WireError.outOfMemory
        }
        dbus_message_set_auto_start(raw, 0)
        return Message(adopting: raw)
    }

    @discardableResult
    func adding(_ text: String) throws(FleetError) -> Message {
        try Self.check(text)
        return try adding { Self.append(text, to: &$0) }
    }

    @discardableResult
    func adding(_ flag: Bool) throws(FleetError) -> Message {
        // dbus_bool_t is 32 bits wide.
        var value: UInt32 = flag ? 1 : 0
        return try adding { dbus_message_iter_append_basic(&$0, WireType.boolean, &value) != 0 }
    }

    @discardableResult
    func adding(_ number: Int32) throws(FleetError) -> Message {
        var value = number
        return try adding { dbus_message_iter_append_basic(&$0, WireType.int32, &value) != 0 }
    }

    @discardableResult
    func adding(_ texts: [String]) throws(FleetError) -> Message {
        for text in texts { try Self.check(text) }
        return try adding { arguments in
            Self.append(in: &arguments, WireType.array, "s") { array in
                texts.allSatisfy { Self.append($0, to: &array) }
            }
        }
    }

    /// - Parameter append: false when there is no memory left, which makes the message useless: it is dropped with its
    ///   reference.
    func adding(_ append: (inout DBusMessageIter) -> Bool) throws(FleetError) -> Message {
        var arguments = DBusMessageIter()
        dbus_message_iter_init_append(raw, &arguments)
        guard append(&arguments) else { throw WireError.outOfMemory }
        return self
    }

    var kind: CInt { dbus_message_get_type(raw) }
    var replySerial: UInt32 { dbus_message_get_reply_serial(raw) }
    var sender: String? { dbus_message_get_sender(raw).map { String(cString: $0) } }
    var path: String? { dbus_message_get_path(raw).map { String(cString: $0) } }
    var errorName: String { dbus_message_get_error_name(raw).map { String(cString: $0) } ?? "" }

    /// The arguments as they came over the wire; empty when there is no memory for them.
    var body: [UInt8] {
        var start: UnsafeMutablePointer<CChar>?
        var count: CInt = 0
        guard dbus_message_marshal(raw, &start, &count) != 0, let start else { return [] }
        defer { dbus_free(start) }
        let whole = [UInt8](UnsafeRawBufferPointer(start: start, count: max(0, Int(count))))
        // The header: byte order, type, flags, version, then the length of the body.
        guard whole.count >= 16 else { return [] }
        let length = whole[4..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
        let bigEndian = whole[4..<8].reduce(0) { $0 << 8 | Int($1) }
        return whole.suffix(whole[0] == UInt8(ascii: "l") ? length : bigEndian)
    }

    func isSignal(_ member: String, of interface: String) -> Bool {
        dbus_message_is_signal(raw, interface, member) != 0
    }

    private static func isPlain(_ text: String) -> Bool { !text.utf8.contains(0) }

    static func check(_ text: String) throws(FleetError) {
        guard isPlain(text), dbus_validate_utf8(text, nil) != 0 else {
            throw FleetError(
                .usage, "'\(Printable.oneLine(text))' cannot be sent over D-Bus: it contains a NUL byte",
                hint: "remove the control characters")
        }
    }

    static func append(_ text: String, to iterator: inout DBusMessageIter) -> Bool {
        text.withCString { pointer in
            var argument: UnsafePointer<CChar>? = pointer
            return dbus_message_iter_append_basic(&iterator, WireType.string, &argument) != 0
        }
    }

    static func append(
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

/// D-Bus type codes; libdbus's own macros are casts, which Swift cannot import.
enum WireType {
    static let invalid: CInt = 0
    static let byte = CInt(UInt8(ascii: "y"))
    static let boolean = CInt(UInt8(ascii: "b"))
    static let int32 = CInt(UInt8(ascii: "i"))
    static let uint32 = CInt(UInt8(ascii: "u"))
    static let uint64 = CInt(UInt8(ascii: "t"))
    static let string = CInt(UInt8(ascii: "s"))
    static let objectPath = CInt(UInt8(ascii: "o"))
    static let array = CInt(UInt8(ascii: "a"))
    static let variant = CInt(UInt8(ascii: "v"))
    static let structure = CInt(UInt8(ascii: "r"))
    static let dictEntry = CInt(UInt8(ascii: "e"))
}
