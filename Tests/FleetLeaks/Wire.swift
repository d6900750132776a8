internal import CDBus

/// One D-Bus value of an answer.
enum WireValue {
    case text(String)
    case path(String)
    case flag(Bool)
    case signed(Int32)
    case number(UInt32)
    case long(UInt64)
    case texts([String])
    case bytes([UInt8])
    /// No job.
    case job

    private var signature: String {
        switch self {
        case .text: "s"
        case .path: "o"
        case .flag: "b"
        case .signed: "i"
        case .number: "u"
        case .long: "t"
        case .texts: "as"
        case .bytes: "ay"
        case .job: "(uo)"
        }
    }

    func append(to iterator: inout DBusMessageIter) {
        switch self {
        case .text(let text): Wire.basic("s", text, &iterator)
        case .path(let text): Wire.basic("o", text, &iterator)
        case .flag(let flag): Wire.basic("b", UInt32(flag ? 1 : 0), &iterator)
        case .signed(let number): Wire.basic("i", number, &iterator)
        case .number(let number): Wire.basic("u", number, &iterator)
        case .long(let number): Wire.basic("t", number, &iterator)
        case .texts(let texts):
            Wire.within("a", "s", &iterator) { for text in texts { Wire.basic("s", text, &$0) } }
        case .bytes(let bytes):
            Wire.within("a", "y", &iterator) { for byte in bytes { Wire.basic("y", byte, &$0) } }
        case .job:
            Wire.within("r", nil, &iterator) {
                Wire.basic("u", UInt32(0), &$0)
                Wire.basic("o", "/", &$0)
            }
        }
    }

    func appendVariant(to iterator: inout DBusMessageIter) {
        Wire.within("v", signature, &iterator) { append(to: &$0) }
    }
}

/// Messages made and read by hand.
enum Wire {
    static func answer(_ call: OpaquePointer, _ body: (inout DBusMessageIter) -> Void) -> OpaquePointer? {
        filled(dbus_message_new_method_return(call), body)
    }

    static func signal(_ member: String, _ body: (inout DBusMessageIter) -> Void) -> OpaquePointer? {
        filled(dbus_message_new_signal(Peer.root, "org.freedesktop.systemd1.Manager", member), body)
    }

    private static func filled(_ message: OpaquePointer?, _ body: (inout DBusMessageIter) -> Void) -> OpaquePointer? {
        guard let message else { return nil }
        var iterator = DBusMessageIter()
        dbus_message_iter_init_append(message, &iterator)
        body(&iterator)
        return message
    }

    static func dictionary(_ values: [String: WireValue], _ iterator: inout DBusMessageIter) {
        within("a", "{sv}", &iterator) { array in
            for (key, value) in values {
                within("e", nil, &array) { entry in
                    basic("s", key, &entry)
                    value.appendVariant(to: &entry)
                }
            }
        }
    }

    static func processes(_ pids: [UInt32], _ iterator: inout DBusMessageIter) {
        within("a", "(sus)", &iterator) { array in
            for pid in pids {
                within("r", nil, &array) { row in
                    basic("s", "/app.slice", &row)
                    basic("u", pid, &row)
                    basic("s", "tmux", &row)
                }
            }
        }
    }

    /// Rows of `ListUnitsByNames`.
    static func units(_ units: [(name: String, isActive: Bool)], _ iterator: inout DBusMessageIter) {
        within("a", "(ssssssouso)", &iterator) { array in
            for unit in units {
                within("r", nil, &array) { row in
                    let state = unit.isActive ? ("active", "running") : ("inactive", "dead")
                    for text in [unit.name, unit.name, "loaded", state.0, state.1, ""] { basic("s", text, &row) }
                    basic("o", "/unit", &row)
                    basic("u", UInt32(0), &row)
                    basic("s", "", &row)
                    basic("o", "/", &row)
                }
            }
        }
    }

    /// The texts that a call begins with.
    static func texts(of call: OpaquePointer) -> [String] {
        var found: [String] = []
        var iterator = DBusMessageIter()
        guard dbus_message_iter_init(call, &iterator) != 0 else { return [] }
        while dbus_message_iter_get_arg_type(&iterator) == type("s") {
            var text: UnsafePointer<CChar>?
            dbus_message_iter_get_basic(&iterator, &text)
            if let text { found.append(String(cString: text)) }
            dbus_message_iter_next(&iterator)
        }
        return found
    }

    static func within(
        _ kind: Unicode.Scalar, _ signature: String?, _ iterator: inout DBusMessageIter,
        _ body: (inout DBusMessageIter) -> Void
    ) {
        var inner = DBusMessageIter()
        dbus_message_iter_open_container(&iterator, type(kind), signature, &inner)
        body(&inner)
        dbus_message_iter_close_container(&iterator, &inner)
    }

    static func basic(_ kind: Unicode.Scalar, _ text: String, _ iterator: inout DBusMessageIter) {
        text.withCString { basic(kind, Optional($0), &iterator) }
    }

    static func basic<Raw: BitwiseCopyable>(_ kind: Unicode.Scalar, _ value: Raw, _ iterator: inout DBusMessageIter) {
        var value = value
        dbus_message_iter_append_basic(&iterator, type(kind), &value)
    }

    private static func type(_ kind: Unicode.Scalar) -> CInt { CInt(kind.value) }
}
