/// Where each key and each value of a TOML text stands.
///
/// The TOML library tells positions of syntax errors only, so this walks a text that it has *accepted* and notes the
/// position of every key and value, also through several `[[agent]]` tables, comments and strings that look like keys.
/// On a text that was not accepted the positions may be wrong, but the walk always ends.
struct TOMLOutline {
    /// Both count from 1; columns are Unicode scalars, as in the library's own errors.
    struct Position: Equatable, Comparable {
        var line: Int
        var column: Int
        static func < (left: Position, right: Position) -> Bool {
            (left.line, left.column) < (right.line, right.column)
        }
    }

    enum Step: Hashable {
        case key(String)
        case index(Int)
    }
    typealias Path = [Step]

    /// No path of a roster is longer. Places further inside are not kept: each would carry its whole path, and a text
    /// of 1 MiB could ask for gigabytes.
    private static let longestPath = 6

    /// Byte offsets: a position costs a walk through the text, so it is made only when an error needs it.
    private var keys: [Path: Int] = [:]
    private var values: [Path: Int] = [:]

    /// A `[…]` or `[[…]]` header with the pairs below it. Byte offsets, from the header's first bracket to behind its last
    /// value.
    struct Section {
        var path: Path
        var start: Int
        var end: Int
    }
    /// In the order of the text; what stands before the first header is in none.
    private(set) var sections: [Section] = []

    /// How many `[[…]]` headers each array of tables has had.
    private var tables: [Path: Int] = [:]
    private var scanner: TOMLScanner
    private var emptyHeader: Int?
    private var oddScalar: Int?

    init(_ text: [UInt8]) {
        scanner = TOMLScanner(text)
        var table: Path = []
        while let byte = scanner.peekPastBlanks(newlines: true) {
            let start = scanner.offset
            if byte == UInt8(ascii: "[") {
                table = header()
                sections.append(Section(path: table, start: start, end: scanner.offset))
            } else {
                pair(in: table, depth: 0)
                if !sections.isEmpty { sections[sections.count - 1].end = scanner.offset }
            }
            // A text that TOML does not allow must not hold the walk in one place.
            if scanner.offset == start { scanner.skip() }
        }
    }

    func key(_ path: Path) -> Position? { keys[path].map(scanner.position) }
    /// To compare many keys: each position would cost a walk through the text.
    func keyOffset(_ path: Path) -> Int? { keys[path] }
    func value(_ path: Path) -> Position? { values[path].map(scanner.position) }
    /// The first string with `\u0000` in it: legal TOML, but the library cuts strings there.
    var firstNUL: Position? { scanner.firstNUL.map(scanner.position) }

    /// The first `[…]` header that does not begin with a key. The library asserts on most of them, and so would abort
    /// the process (found by fuzzing): such a text must not reach it.
    var firstEmptyHeader: Position? { emptyHeader.map(scanner.position) }

    /// The first value that is no string, array, table, number or boolean. A roster has no dates, and on some texts
    /// that begin like one the library asserts (found by fuzzing).
    var firstOddScalar: Position? { oddScalar.map(scanner.position) }

    private static func isPlainScalar(_ text: String) -> Bool {
        let word = text.first == "+" || text.first == "-" ? text.dropFirst() : text[...]
        if ["true", "false", "inf", "nan"].contains(word) { return true }
        guard word.utf8.first?.isASCIIDigit == true else { return false }
        // Whether it really is a number, the library says; what makes a date of it is not among these.
        var before: UInt8 = 0
        for byte in word.utf8 {
            let isSign = byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
            if isSign && (before | 0x20) != UInt8(ascii: "e") { return false }
            let isWord = byte.isASCIIDigit || byte.isASCIILetter || "_.".utf8.contains(byte)
            guard isSign || isWord else { return false }
            before = byte
        }
        return true
    }

    private mutating func header() -> Path {
        let isArray = scanner.matches("[[")
        scanner.skip(isArray ? 2 : 1)
        var path: Path = []
        let start = scanner.offset
        let parts = dottedKey()
        if parts.isEmpty, emptyHeader == nil { emptyHeader = start }
        for (index, part) in parts.enumerated() {
            path.append(.key(part.text))
            guard path.count < Self.longestPath else { return skipHeaderEnd(path) }
            if keys[path] == nil { keys[path] = part.offset }
            if isArray, index == parts.count - 1 {
                tables[path, default: 0] += 1
            }
            if let count = tables[path] {
                path.append(.index(count - 1))
                if keys[path] == nil { keys[path] = part.offset }
            }
            if values[path] == nil { values[path] = part.offset }
        }
        return skipHeaderEnd(path)
    }

    private mutating func skipHeaderEnd(_ path: Path) -> Path {
        while let byte = scanner.peek(), byte == UInt8(ascii: "]") { scanner.skip() }
        return path
    }

    private mutating func pair(in table: Path, depth: Int) {
        var path = table
        for part in dottedKey() where path.count < Self.longestPath {
            path.append(.key(part.text))
            if keys[path] == nil { keys[path] = part.offset }
            if values[path] == nil { values[path] = part.offset }
        }
        guard scanner.peekPastBlanks(newlines: false) == UInt8(ascii: "=") else { return }
        scanner.skip()
        value(at: path, depth: depth)
    }

    private mutating func value(at path: Path, depth: Int) {
        // The library stops at 256 levels; this only has to survive what it refuses.
        guard depth < 300, let byte = scanner.peekPastBlanks(newlines: false) else { return }
        let isTooDeep = path.count >= Self.longestPath
        if !isTooDeep { values[path] = scanner.offset }
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): _ = scanner.string()
        case UInt8(ascii: "["):
            scanner.skip()
            elements(until: UInt8(ascii: "]"), depth: depth) { outline, index in
                outline.value(at: isTooDeep ? path : path + [.index(index)], depth: depth + 1)
            }
        case UInt8(ascii: "{"):
            scanner.skip()
            elements(until: UInt8(ascii: "}"), depth: depth) { outline, _ in outline.pair(in: path, depth: depth + 1) }
        default:
            let start = scanner.offset
            if !Self.isPlainScalar(scanner.scalar()), oddScalar == nil { oddScalar = start }
        }
    }

    private mutating func elements(
        until end: UInt8, depth: Int, element: (inout TOMLOutline, Int) -> Void
    ) {
        var index = 0
        while let byte = scanner.peekPastBlanks(newlines: true), byte != end {
            let start = scanner.offset
            if byte == UInt8(ascii: ",") {
                scanner.skip()
            } else {
                element(&self, index)
                index += 1
            }
            if scanner.offset == start { return }
        }
        scanner.skip()
    }

    private mutating func dottedKey() -> [(text: String, offset: Int)] {
        var parts: [(text: String, offset: Int)] = []
        while let byte = scanner.peekPastBlanks(newlines: false) {
            let offset = scanner.offset
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                parts.append((scanner.string(), offset))
            } else {
                let word = scanner.bareKey()
                guard !word.isEmpty else { break }
                parts.append((word, offset))
            }
            guard scanner.peekPastBlanks(newlines: false) == UInt8(ascii: ".") else { break }
            scanner.skip()
        }
        return parts
    }
}
