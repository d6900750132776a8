public import FleetGuard
internal import TOMLKit

/// One table of a roster, or of another file of ours, while it is read: typed values by name, and errors with file, line and column.
public struct RosterReader {
    /// What is the same for all tables of one file.
    struct Source {
        var file: String
        var outline: TOMLOutline

        func error(at position: TOMLOutline.Position?, _ message: String, hint: String) -> FleetError {
            let place = position ?? TOMLOutline.Position(line: 1, column: 1)
            return FleetError(
                .badRoster, "\(Printable.oneLine(file)):\(place.line):\(place.column): \(message)", hint: hint)
        }
    }

    let source: Source
    let path: TOMLOutline.Path
    /// As the operator calls it: `[holder]`, `[[agent]] number 2`, `the roster`.
    public let title: String
    private let table: TOMLTable

    init(source: Source, path: TOMLOutline.Path, title: String, table: TOMLTable, known: [String]) throws(FleetError) {
        self.source = source
        self.path = path
        self.title = title
        self.table = table
        // The first in the file, not in the alphabet: errors are read from the top.
        let unknown = table.keys.filter { !known.contains($0) }
            .map { (key: $0, offset: source.outline.keyOffset(path + [.key($0)])) }
        let first = unknown.min { ($0.offset ?? .max) < ($1.offset ?? .max) }
        guard let first else { return }
        let near = Suggestion.near(first.key, in: known)
        throw source.error(
            at: source.outline.key(path + [.key(first.key)]),
            "unknown key '\(Printable.oneLine(first.key))' in \(title)",
            hint: near.isEmpty
                ? "\(title) can have \(Self.list(known))" : "did you mean \(Self.list(near, last: " or "))?")
    }

    /// Whether the key is there, with a value of any type.
    public func has(_ key: String) -> Bool { table.contains(key: key) }

    /// nil where the key is missing.
    /// - Throws: `.badRoster` when the value is not a string.
    public func string(_ key: String) throws(FleetError) -> String? {
        try value(key, "a string", example: "\"…\"") { $0.string }
    }

    /// nil where the key is missing.
    /// - Throws: `.badRoster` when the value is not a whole number.
    public func integer(_ key: String) throws(FleetError) -> Int? {
        try value(key, "a whole number", example: "1") { $0.type == .int ? $0.int : nil }
    }

    /// A whole number or a string, as text.
    func numberOrString(_ key: String) throws(FleetError) -> String? {
        try value(key, "a whole number or a string", example: "500") { node in
            node.type == .int ? node.int.map { "\($0)" } : node.string
        }
    }

    func bool(_ key: String) throws(FleetError) -> Bool? {
        try value(key, "true or false", example: "true") { $0.bool }
    }

    func duration(_ key: String, zeroAllowed: Bool) throws(FleetError) -> Duration? {
        guard let text = try string(key) else { return nil }
        let duration = try placed(key) { () throws(FleetError) in try DurationText.parse(text) }
        guard zeroAllowed || duration > .zero else {
            throw error(key, "\(key) must be longer than 0", hint: "write it like 500ms, 30s or 10m")
        }
        return duration
    }

    /// nil where the key is missing; the array may be empty.
    /// - Throws: `.badRoster` when the value is not an array of strings; the error names the first wrong element.
    public func strings(_ key: String) throws(FleetError) -> [String]? {
        let example = "[\"claude\", \"--continue\"]"
        guard let array = try value(key, "an array of strings", example: example, { $0.array }) else { return nil }
        return try (0..<array.count).map { index throws(FleetError) in
            guard let text = array[index].string else {
                throw source.error(
                    at: source.outline.value(path + [.key(key), .index(index)]),
                    "element \(index + 1) of \(key) in \(title) is \(Self.describe(array[index].type)), "
                        + "but must be a string", hint: "write it like \(key) = \(example)")
            }
            return text
        }
    }

    /// The entries of a table whose keys are the operator's, in the order of the names.
    func strings(in key: String) throws(FleetError) -> [(name: String, text: String)] {
        let example = "{ NAME = \"value\" }"
        guard let inner = try value(key, "a table", example: example, { $0.table }) else { return [] }
        return try inner.sorted { $0.0 < $1.0 }.map { name, value throws(FleetError) in
            guard let text = value.string else {
                throw error(
                    at: [key, name],
                    "\(Printable.oneLine(name)) in \(key) of \(title) is \(Self.describe(value.type)), "
                        + "but must be a string", hint: "write it like \(key) = \(example)")
            }
            return (name, text)
        }
    }

    /// The table `[key]`; nil where it is missing.
    /// - Parameter known: the keys that it may have.
    /// - Throws: `.badRoster` when the value is not a table, or has an unknown key.
    public func table(_ key: String, known: [String]) throws(FleetError) -> RosterReader? {
        guard let inner = try value(key, "a table", header: "[\(key)]", { $0.table }) else { return nil }
        return try RosterReader(source: source, path: path + [.key(key)], title: "[\(key)]", table: inner, known: known)
    }

    /// The tables `[[key]]` in the order of the file; empty where there is none.
    /// - Parameter known: the keys that each may have.
    /// - Throws: `.badRoster` when the value is not an array of tables, or one has an unknown key.
    public func tables(_ key: String, known: [String]) throws(FleetError) -> [RosterReader] {
        guard let array = try value(key, "an array of tables", header: "[[\(key)]]", { $0.array }) else { return [] }
        return try (0..<array.count).map { index throws(FleetError) in
            let place = path + [.key(key), .index(index)]
            guard let inner = array[index].table else {
                throw source.error(
                    at: source.outline.value(place),
                    "\(key) number \(index + 1) is \(Self.describe(array[index].type))",
                    hint: "begin each with a line [[\(key)]]")
            }
            return try RosterReader(
                source: source, path: place, title: "[[\(key)]] number \(index + 1)", table: inner, known: known)
        }
    }

    /// An error at the value of `key`, or at the table's head where the key is missing.
    public func error(_ key: String, _ message: String, hint: String) -> FleetError {
        error(at: [key], message, hint: hint)
    }

    /// An error at a value further inside.
    func error(at keys: [String], _ message: String, hint: String) -> FleetError {
        let place = source.outline.value(path + keys.map { .key($0) }) ?? source.outline.key(path)
        return source.error(at: place, message, hint: hint)
    }

    /// Runs a check and, where it complains, puts file, line and column of `key`'s value in front.
    public func placed<Value>(_ key: String, _ check: () throws(FleetError) -> Value) throws(FleetError) -> Value {
        do {
            return try check()
        } catch {
            throw self.error(key, "\(key): \(error.message)", hint: error.hint)
        }
    }

    /// - Parameters:
    ///   - header: of what begins with one; everything else has an example.
    ///   - read: nil for a value of another type.
    /// - Returns: nil where the key is missing.
    private func value<Value>(
        _ key: String, _ wanted: String, example: String = "", header: String? = nil,
        _ read: (any TOMLValueConvertible) -> Value?
    ) throws(FleetError) -> Value? {
        guard let node = table[key] else { return nil }
        if let value = read(node) { return value }
        throw error(
            key, "\(key) in \(title) is \(Self.describe(node.type)), but must be \(wanted)",
            hint: header.map { "begin it with a line \($0)" } ?? "write it like \(key) = \(example)")
    }

    private static func list(_ words: [String], last: String = " and ") -> String {
        guard let final = words.last, words.count > 1 else { return words.first ?? "nothing" }
        return words.dropLast().joined(separator: ", ") + last + final
    }

    private static func describe(_ type: TOMLType) -> String {
        switch type {
        case .table: "a table"
        case .array: "an array"
        case .string: "a string"
        case .int: "a whole number"
        case .double: "a floating-point number"
        case .bool: "true or false"
        case .date, .time, .dateTime: "a date or time"
        }
    }
}
