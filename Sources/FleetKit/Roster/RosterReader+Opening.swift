public import FleetGuard
internal import TOMLKit

extension RosterReader {
    /// More parts than any key of ours has, and far fewer than the library's recursion survives.
    private static let keyPartLimit = 64

    /// The bytes of a file that a person writes.
    /// - Parameter correction: what to do where something else than a file has its name.
    /// - Returns: nil when there is no such file.
    /// - Throws: `.badRoster`.
    public static func read(_ path: String, correction: String) throws(FleetError) -> [UInt8]? {
        try Roster.read(path, correction: correction)
    }

    /// The top of a file of ours, checked for all that the TOML library would not survive.
    ///
    /// - Parameters:
    ///   - title: as the operator calls the file: `the roster`.
    ///   - example: headers that it has: `[holder] or [[agent]]`.
    ///   - correction: what to do about a line that is no TOML.
    ///   - known: the keys at its top.
    /// - Throws: `.badRoster`, with file, line and column.
    public static func open(
        _ bytes: [UInt8], file: String, title: String, example: String, correction: String, known: [String]
    ) throws(FleetError) -> RosterReader {
        let bare = RosterReader.Source(file: file, outline: TOMLOutline([]))
        if let zero = bytes.firstIndex(of: 0) {
            throw bare.error(
                at: TOMLScanner(bytes).position(zero), "a NUL byte", hint: "this file is text in UTF-8: remove it")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw bare.error(
                at: TOMLScanner(bytes).position(firstInvalid(bytes)), "not valid UTF-8",
                hint: "save the file in UTF-8")
        }
        if let place = TOMLScanner.firstOverlongKey(in: bytes, limit: keyPartLimit) {
            throw bare.error(
                at: place, "a key with more than \(keyPartLimit) parts", hint: "the keys of this file have one part")
        }
        if let place = TOMLScanner.firstForbidden(in: bytes) {
            throw bare.error(
                at: place, "a character that is allowed only in strings and comments",
                hint: "put quotes around a text, and remove invisible characters")
        }
        let outline = TOMLOutline(bytes)
        if let place = outline.firstEmptyHeader {
            throw bare.error(at: place, "a table header without a name", hint: "write it like \(example)")
        }
        if let place = outline.firstOddScalar {
            throw bare.error(
                at: place, "a value that is not a string, number, true or false", hint: "put quotes around a text")
        }
        let table: TOMLTable
        do {
            table = try TOMLTable(string: text)
        } catch let error as TOMLParseError {
            let begin = error.source.begin
            throw bare.error(
                at: .init(line: max(1, begin.line), column: max(1, begin.column)),
                Printable.oneLine(lowercasedFirst(error.description)),
                hint: correction)
        } catch {
            throw bare.error(at: nil, "not TOML: \(Printable.oneLine("\(error)"))", hint: "see https://toml.io")
        }
        let source = RosterReader.Source(file: file, outline: outline)
        if let place = source.outline.firstNUL {
            throw source.error(at: place, "a string has a NUL character in it", hint: "remove the \\u0000")
        }
        return try RosterReader(source: source, path: [], title: title, table: table, known: known)
    }

    /// The length of the longest valid beginning.
    private static func firstInvalid(_ bytes: [UInt8]) -> Int {
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var offset = 0
        while case .scalarValue(let scalar) = decoder.decode(&iterator) { offset += UTF8.width(scalar) }
        return offset
    }

    private static func lowercasedFirst(_ text: String) -> String { text.prefix(1).lowercased() + text.dropFirst() }
}
