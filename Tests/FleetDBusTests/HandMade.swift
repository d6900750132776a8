internal import CDBus
internal import FleetKit

@testable internal import FleetDBus

/// One D-Bus value for messages made by hand.
enum Value {
    case string(String)
    case path(String)
    case bool(Bool)
    case int32(Int32)
    case uint32(UInt32)
    case uint64(UInt64)
    case strings([String])
    case bytes([UInt8])
    case job(UInt32, String)
    /// Rows of `ListUnitsByNames`, each of the unit with these properties.
    case rows([(name: String, properties: [String: Value])])
    /// Of `GetUnitProcesses`: no row.
    case noProcesses

    var signature: String {
        switch self {
        case .string: "s"
        case .path: "o"
        case .bool: "b"
        case .int32: "i"
        case .uint32: "u"
        case .uint64: "t"
        case .strings: "as"
        case .bytes: "ay"
        case .job: "(uo)"
        case .rows: "a(ssssssouso)"
        case .noProcesses: "a(sus)"
        }
    }

    func append(to iterator: inout DBusMessageIter) {
        switch self {
        case .string(let text): Self.basic(WireType.string, text, &iterator)
        case .path(let text): Self.basic(WireType.objectPath, text, &iterator)
        case .bool(let flag): Self.basic(WireType.boolean, UInt32(flag ? 1 : 0), &iterator)
        case .int32(let number): Self.basic(WireType.int32, number, &iterator)
        case .uint32(let number): Self.basic(WireType.uint32, number, &iterator)
        case .uint64(let number): Self.basic(WireType.uint64, number, &iterator)
        case .strings(let texts):
            Self.within(WireType.array, "s", &iterator) { inner in
                for text in texts { Self.basic(WireType.string, text, &inner) }
            }
        case .bytes(let bytes):
            Self.within(WireType.array, "y", &iterator) { inner in
                for byte in bytes { Self.basic(WireType.byte, byte, &inner) }
            }
        case .job(let id, let path):
            Self.within(WireType.structure, nil, &iterator) { inner in
                Self.basic(WireType.uint32, id, &inner)
                Self.basic(WireType.objectPath, path, &inner)
            }
        case .rows(let rows):
            Self.within(WireType.array, "(ssssssouso)", &iterator) { inner in
                for row in rows { Self.append(row.name, row.properties, to: &inner) }
            }
        case .noProcesses: Self.within(WireType.array, "(sus)", &iterator) { _ in }
        }
    }

    private static func append(_ name: String, _ unit: [String: Value], to rows: inout DBusMessageIter) {
        within(WireType.structure, nil, &rows) { row in
            basic(WireType.string, name, &row)
            for field in ["Description", "LoadState", "ActiveState", "SubState", "Following"] {
                (unit[field] ?? .string("")).append(to: &row)
            }
            basic(WireType.objectPath, "/u", &row)
            var job: (id: UInt32, path: String) = (0, "/")
            if case .job(let id, let path) = unit["Job"] { job = (id, path) }
            basic(WireType.uint32, job.id, &row)
            basic(WireType.string, job.id == 0 ? "" : "start", &row)
            basic(WireType.objectPath, job.path, &row)
        }
    }

    func appendVariant(to iterator: inout DBusMessageIter) {
        Self.within(WireType.variant, signature, &iterator) { append(to: &$0) }
    }

    static func within(
        _ type: CInt, _ signature: String?, _ iterator: inout DBusMessageIter,
        _ body: (inout DBusMessageIter) -> Void
    ) {
        var inner = DBusMessageIter()
        dbus_message_iter_open_container(&iterator, type, signature, &inner)
        body(&inner)
        dbus_message_iter_close_container(&iterator, &inner)
    }

    private static func basic(_ type: CInt, _ text: String, _ iterator: inout DBusMessageIter) {
        text.withCString { basic(type, Optional($0), &iterator) }
    }

    private static func basic<Raw: BitwiseCopyable>(_ type: CInt, _ value: Raw, _ iterator: inout DBusMessageIter) {
        var value = value
        dbus_message_iter_append_basic(&iterator, type, &value)
    }
}

extension Message {
    /// A method return with these arguments, as if to call number 1.
    static func answer(_ values: Value...) -> Message { make { for value in values { value.append(to: &$0) } } }

    static func variantAnswer(_ value: Value) -> Message { make { value.appendVariant(to: &$0) } }

    static func propertiesAnswer(_ properties: [String: Value]) -> Message {
        make { appendProperties(properties, to: &$0) }
    }

    static func signal(_ member: String, _ values: Value...) -> Message {
        let message = Message(
            adopting: dbus_message_new_signal(UnitPath.manager, Manager.interface, member))
        var iterator = DBusMessageIter()
        dbus_message_iter_init_append(message.raw, &iterator)
        for value in values { value.append(to: &iterator) }
        return message
    }

    static func conditionSignal(path: String, held: Bool, time: UInt64) -> Message {
        let message = Message(
            adopting: dbus_message_new_signal(path, "org.freedesktop.DBus.Properties", "PropertiesChanged"))
        var iterator = DBusMessageIter()
        dbus_message_iter_init_append(message.raw, &iterator)
        Value.string(Manager.unitInterface).append(to: &iterator)
        appendProperties(
            ["ConditionResult": .bool(held), "ConditionTimestampMonotonic": .uint64(time)], to: &iterator)
        Value.strings([]).append(to: &iterator)
        return message
    }

    static func error(_ name: String, _ text: String) -> Message {
        let message = Message(adopting: dbus_message_new(DBUS_MESSAGE_TYPE_ERROR))
        dbus_message_set_error_name(message.raw, name)
        dbus_message_set_reply_serial(message.raw, 1)
        var iterator = DBusMessageIter()
        dbus_message_iter_init_append(message.raw, &iterator)
        Value.string(text).append(to: &iterator)
        return message
    }

    private static func make(_ body: (inout DBusMessageIter) -> Void) -> Message {
        let message = Message(adopting: dbus_message_new(DBUS_MESSAGE_TYPE_METHOD_RETURN))
        dbus_message_set_reply_serial(message.raw, 1)
        var iterator = DBusMessageIter()
        dbus_message_iter_init_append(message.raw, &iterator)
        body(&iterator)
        return message
    }

    private static func appendProperties(_ properties: [String: Value], to iterator: inout DBusMessageIter) {
        Value.within(WireType.array, "{sv}", &iterator) { array in
            for (key, value) in properties {
                Value.within(WireType.dictEntry, nil, &array) { entry in
                    Value.string(key).append(to: &entry)
                    value.appendVariant(to: &entry)
                }
            }
        }
    }
}
