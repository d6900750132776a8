internal import CDBus

@testable internal import FleetDBus
@testable internal import FleetGuard
@testable internal import FleetKit

extension FuzzTarget {
    /// Bytes as a peer sends them: libdbus's own demarshalling, then every decoder of ours.
    static func dbusWire(_ bytes: [UInt8]) throws {
        var bytes = bytes
        let count = Int32(bytes.count)
        let raw = bytes.withUnsafeMutableBytes { buffer in
            buffer.withMemoryRebound(to: CChar.self) { dbus_message_demarshal($0.baseAddress, count, nil) }
        }
        guard let raw else { return }
        try decodeAsEverything(Message(adopting: raw))
    }

    /// Well-formed messages with any values in any nesting: what libdbus lets through.
    static func dbusValues(_ bytes: [UInt8]) throws {
        var source = ByteSource(bytes)
        guard let message = source.message() else { return }
        try decodeAsEverything(message)
    }

    private static func decodeAsEverything(_ message: Message) throws {
        let unit = try UnitName("x.service")
        func attempt(_ body: () throws(FleetError) -> Void) throws(Broken) {
            do throws(FleetError) {
                try body()
            } catch {
                try hold(error.code == .noServiceManager, "\(error.code): \(error.message)")
                let isPlain = error.message.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
                try hold(isPlain && !error.hint.isEmpty, "not printable: \(error.message)")
            }
        }
        var states: [UnitState] = []
        try attempt { () throws(FleetError) in
            var properties = UnitProperties(unit)
            try properties.read(all: message)
            states.append(try properties.unitState())
        }
        var settings = UnitSettings(name: unit)
        try attempt { () throws(FleetError) in try settings.read(message) }
        if !states.isEmpty { try show(states: states, settings: [settings]) }
        for field in UnitProperties.Field.allCases {
            try attempt { () throws(FleetError) in
                var properties = UnitProperties(unit)
                try properties.read(field, in: message)
            }
        }
        for name in [nil, ":1.4"] { _ = ManagerSignal(message, managerName: name) }
        let reply = Reply(message)
        _ = (reply.isUndelivered, reply.isUnanswered, reply.isNoSuchUnit, reply.isNoSuchProperty)
        try attempt { () throws(FleetError) in _ = try reply.get("to be fuzzed") }
        try attempt { () throws(FleetError) in
            var reader = MessageReader(message, "a list")
            let names = try reader.array { (row) throws(FleetError) in
                var fields = try row.structure()
                return try fields.string()
            }
            _ = names.compactMap(UnitName.init(known:))
        }
        try attempt { () throws(FleetError) in
            var reader = MessageReader(message, "strings")
            while !reader.isAtEnd { _ = try reader.strings() }
        }
    }
}

/// Makes a message out of the fuzzer's bytes.
private struct ByteSource {
    private var rest: ArraySlice<UInt8>
    /// Values at the top of the message or in structures: each of them lengthens the message's signature.
    private var valuesInSignature = 0
    init(_ bytes: [UInt8]) { rest = bytes[...] }

    /// A signature has at most 255 codes (D-Bus specification, "Valid Signatures"). libdbus checks that only for what
    /// comes from a peer; while one builds a message, a longer one overruns its memory. One value here has at most
    /// five codes, so this many values, and what is still owed to open structures, stay below.
    private static let mostValues = 30

    private mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }
    private mutating func number() -> UInt64 { (0..<8).reduce(0) { value, _ in value << 8 | UInt64(byte()) } }

    mutating func message() -> Message? {
        let raw: OpaquePointer?
        switch byte() % 6 {
        case 0: raw = dbus_message_new_signal("/a", Manager.interface, "JobRemoved")
        case 1: raw = dbus_message_new_signal("/a", "org.freedesktop.DBus.Properties", "PropertiesChanged")
        case 2: raw = dbus_message_new_signal("/a", Manager.interface, "Reloading")
        case 3: raw = dbus_message_new(DBUS_MESSAGE_TYPE_ERROR)
        default: raw = dbus_message_new(DBUS_MESSAGE_TYPE_METHOD_RETURN)
        }
        guard let raw else { return nil }
        let message = Message(adopting: raw)
        var iterator = DBusMessageIter()
        dbus_message_iter_init_append(raw, &iterator)
        while !rest.isEmpty, valuesInSignature < Self.mostValues { value(in: &iterator, depth: 0) }
        return message
    }

    /// Appends one value; in arrays of variants and in structures it calls itself.
    private mutating func value(in iterator: inout DBusMessageIter, depth: Int) {
        valuesInSignature += 1
        switch byte() % 12 {
        case 0: basic(WireType.uint32, UInt32(truncatingIfNeeded: number()), &iterator)
        case 1: basic(WireType.uint64, number(), &iterator)
        case 2: basic(WireType.boolean, UInt32(byte() & 1), &iterator)
        case 3: basic(WireType.int32, Int32(truncatingIfNeeded: number()), &iterator)
        case 4: text(&iterator)
        case 5: text(&iterator, path: true)
        case 6:
            within(WireType.array, "s", &iterator) { source, inner in
                for _ in 0..<source.byte() % 8 { source.text(&inner) }
            }
        case 7:
            within(WireType.array, "y", &iterator) { source, inner in
                for _ in 0..<source.byte() % 32 { source.basic(WireType.byte, source.byte(), &inner) }
            }
        case 8 where depth < 8 && valuesInSignature < Self.mostValues:
            within(WireType.structure, nil, &iterator) { source, inner in
                for _ in 0...source.byte() % 3 { source.value(in: &inner, depth: depth + 1) }
            }
        case 9:
            within(WireType.variant, "u", &iterator) { source, inner in
                source.basic(WireType.uint32, UInt32(truncatingIfNeeded: source.number()), &inner)
            }
        case 10:
            within(WireType.array, "{sv}", &iterator) { source, array in
                for _ in 0..<source.byte() % 24 { source.property(&array) }
            }
        default:
            within(WireType.array, "(su)", &iterator) { source, array in
                for _ in 0..<source.byte() % 8 {
                    source.within(WireType.structure, nil, &array) { source, row in
                        source.text(&row)
                        source.basic(WireType.uint32, UInt32(truncatingIfNeeded: source.number()), &row)
                    }
                }
            }
        }
    }

    private mutating func property(_ array: inout DBusMessageIter) {
        let fields = UnitProperties.Field.allCases
        let key = fields[Int(byte()) % fields.count].rawValue
        within(WireType.dictEntry, nil, &array) { source, entry in
            Self.append(key, &entry)
            let kind = source.byte() % 8
            let signature = ["u", "t", "b", "i", "s", "as", "ay", "(uo)"][Int(kind)]
            source.within(WireType.variant, signature, &entry) { source, value in
                switch kind {
                case 0: source.basic(WireType.uint32, UInt32(truncatingIfNeeded: source.number()), &value)
                case 1: source.basic(WireType.uint64, source.number(), &value)
                case 2: source.basic(WireType.boolean, UInt32(source.byte() & 1), &value)
                case 3: source.basic(WireType.int32, Int32(truncatingIfNeeded: source.number()), &value)
                case 4: source.text(&value)
                case 5:
                    source.within(WireType.array, "s", &value) { source, inner in
                        for _ in 0..<source.byte() % 8 { source.text(&inner) }
                    }
                case 6:
                    source.within(WireType.array, "y", &value) { source, inner in
                        for _ in 0..<source.byte() % 32 { source.basic(WireType.byte, source.byte(), &inner) }
                    }
                default:
                    source.within(WireType.structure, nil, &value) { source, inner in
                        source.basic(WireType.uint32, UInt32(truncatingIfNeeded: source.number()), &inner)
                        source.text(&inner, path: true)
                    }
                }
            }
        }
    }

    private mutating func text(_ iterator: inout DBusMessageIter, path: Bool = false) {
        let bytes = (0..<byte() % 16).map { _ in byte() }
        var text = String(decoding: bytes.filter { $0 != 0 }, as: UTF8.self)
        guard path else { return Self.append(text, &iterator) }
        if dbus_validate_path(text, nil) == 0 { text = "/" }
        text.withCString { pointer in
            var argument: UnsafePointer<CChar>? = pointer
            dbus_message_iter_append_basic(&iterator, WireType.objectPath, &argument)
        }
    }

    private static func append(_ text: String, _ iterator: inout DBusMessageIter) {
        _ = Message.append(text, to: &iterator)
    }

    private func basic<Raw: BitwiseCopyable>(_ type: CInt, _ value: Raw, _ iterator: inout DBusMessageIter) {
        var value = value
        dbus_message_iter_append_basic(&iterator, type, &value)
    }

    private mutating func within(
        _ type: CInt, _ signature: String?, _ iterator: inout DBusMessageIter,
        _ body: (inout ByteSource, inout DBusMessageIter) -> Void
    ) {
        var inner = DBusMessageIter()
        guard dbus_message_iter_open_container(&iterator, type, signature, &inner) != 0 else { return }
        body(&self, &inner)
        dbus_message_iter_close_container(&iterator, &inner)
    }
}
