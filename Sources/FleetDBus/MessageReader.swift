internal import CDBus
internal import FleetGuard
internal import FleetKit

/// Reads a message's arguments one after the other. The peer is not trusted: an argument of another type, or none,
/// is an error that names what was being read, never a trap.
struct MessageReader {
    /// The iterator points into the message, so the message must live as long as the reader.
    private let message: Message
    private var iterator: DBusMessageIter
    private let what: String

    /// - Parameter what: names the answer in errors, such as `StartUnit's answer`.
    init(_ message: Message, _ what: String) {
        self.message = message
        self.what = what
        self.iterator = DBusMessageIter()
        // FALSE means "no arguments"; the iterator is valid anyway and says so itself.
        _ = dbus_message_iter_init(message.raw, &iterator)
    }

    private init(_ parent: MessageReader, _ iterator: DBusMessageIter, _ what: String) {
        self.message = parent.message
        self.iterator = iterator
        self.what = what
    }

    mutating func string() throws(FleetError) -> String {
        try text(WireType.string)
    }

    mutating func objectPath() throws(FleetError) -> String {
        try text(WireType.objectPath)
    }

    mutating func boolean() throws(FleetError) -> Bool {
        // DBusBasicValue's dbus_bool_t is 32 bits wide.
        try basic(WireType.boolean, UInt32(0)) != 0
    }

    mutating func int32() throws(FleetError) -> Int32 { try basic(WireType.int32, Int32(0)) }
    mutating func uint32() throws(FleetError) -> UInt32 { try basic(WireType.uint32, UInt32(0)) }
    mutating func uint64() throws(FleetError) -> UInt64 { try basic(WireType.uint64, UInt64(0)) }

    mutating func variant(_ name: String) throws(FleetError) -> MessageReader {
        try container(WireType.variant, name)
    }

    mutating func structure() throws(FleetError) -> MessageReader {
        try container(WireType.structure, what)
    }

    mutating func bytes() throws(FleetError) -> [UInt8] {
        try array { (reader) throws(FleetError) in try reader.basic(WireType.byte, UInt8(0)) }
    }

    mutating func strings() throws(FleetError) -> [String] {
        try array { (reader) throws(FleetError) in try reader.string() }
    }

    /// Every element must move the reader on, so a message's size bounds the loop.
    mutating func array<Element>(
        _ element: (inout MessageReader) throws(FleetError) -> Element
    ) throws(FleetError) -> [Element] {
        var inner = try container(WireType.array, what)
        var elements: [Element] = []
        while !inner.isAtEnd { elements.append(try element(&inner)) }
        return elements
    }

    /// Calls `visit` for each entry of an `a{sv}` with the key and a reader of its value.
    mutating func properties(
        _ visit: (String, inout MessageReader) throws(FleetError) -> Void
    ) throws(FleetError) {
        var inner = try container(WireType.array, what)
        while !inner.isAtEnd {
            var entry = try inner.container(WireType.dictEntry, what)
            let key = try entry.string()
            var value = try entry.variant(key)
            try visit(key, &value)
        }
    }

    var isAtEnd: Bool {
        var copy = iterator
        return dbus_message_iter_get_arg_type(&copy) == WireType.invalid
    }

    private mutating func container(_ type: CInt, _ name: String) throws(FleetError) -> MessageReader {
        try expect(type)
        var inner = DBusMessageIter()
        dbus_message_iter_recurse(&iterator, &inner)
        dbus_message_iter_next(&iterator)
        return MessageReader(self, inner, name)
    }

    private mutating func text(_ type: CInt) throws(FleetError) -> String {
        // libdbus hands out a pointer into the message, which dies with it: copy.
        let pointer = try basic(type, UnsafePointer<CChar>?.none)
        return pointer.map { String(cString: $0) } ?? ""
    }

    private mutating func basic<Value: BitwiseCopyable>(_ type: CInt, _ empty: Value) throws(FleetError) -> Value {
        try expect(type)
        var value = empty
        dbus_message_iter_get_basic(&iterator, &value)
        dbus_message_iter_next(&iterator)
        return value
    }

    private mutating func expect(_ type: CInt) throws(FleetError) {
        let found = dbus_message_iter_get_arg_type(&iterator)
        guard found == type else {
            throw WireError.unreadable("\(Printable.oneLine(what)) holds \(Self.name(found)), not \(Self.name(type))")
        }
    }

    private static func name(_ type: CInt) -> String {
        guard let byte = UInt8(exactly: type), byte != 0 else { return "nothing" }
        return "type '\(Character(UnicodeScalar(byte)))'"
    }
}
