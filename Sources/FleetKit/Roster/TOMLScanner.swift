/// Reads TOML's smallest pieces: blanks, comments, strings and bare words.
struct TOMLScanner {
    private let text: [UInt8]
    private(set) var offset = 0
    /// Offset of the first string with an escaped NUL.
    private(set) var firstNUL: Int?

    init(_ text: [UInt8]) {
        self.text = text
        // A byte order mark is no column.
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { offset = 3 }
    }

    func peek() -> UInt8? { offset < text.count ? text[offset] : nil }

    func matches(_ word: StaticString) -> Bool {
        word.withUTF8Buffer { text[min(offset, text.count)...].starts(with: $0) }
    }

    mutating func skip(_ count: Int = 1) { offset = min(offset + count, text.count) }

    /// The next byte that is no blank; `newlines` says whether line ends and comments are blanks too.
    mutating func peekPastBlanks(newlines: Bool) -> UInt8? {
        while let byte = peek() {
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"): skip()
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                guard newlines else { return byte }
                skip()
            case UInt8(ascii: "#"):
                guard newlines else { return byte }
                while let next = peek(), next != UInt8(ascii: "\n") { skip() }
            default: return byte
            }
        }
        return nil
    }

    mutating func bareKey() -> String {
        let start = offset
        while let byte = peek(), Self.isBare(byte) { skip() }
        return String(decoding: text[start..<offset], as: UTF8.self)
    }

    /// Skips numbers, booleans, dates, and whatever else stands there.
    /// - Returns: the text, without blanks at its end.
    mutating func scalar() -> String {
        let start = offset
        while let byte = peek(), byte >= 0x20 || byte == UInt8(ascii: "\t"), !"#,]}".utf8.contains(byte) { skip() }
        var text = text[start..<offset]
        while let last = text.last, last == UInt8(ascii: " ") || last == UInt8(ascii: "\t") { text.removeLast() }
        return String(decoding: text, as: UTF8.self)
    }

    /// Skips a string of any of the four kinds and returns its content. Escapes are decoded as far as keys need it.
    mutating func string() -> String {
        let start = offset
        guard let quote = peek() else { return "" }
        let isLong = matches("\"\"\"") || matches("'''")
        skip(isLong ? 3 : 1)
        var content: [UInt8] = []
        while let byte = peek() {
            if byte == quote, !isLong || endsLongString(quote) {
                skip(isLong ? 3 : 1)
                // Up to two quotes may stand directly before the closing three.
                while isLong, peek() == quote { skip() }
                break
            }
            if byte == UInt8(ascii: "\n"), !isLong { break }
            skip()
            guard byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") else {
                content.append(byte)
                continue
            }
            escape(into: &content, stringStart: start)
        }
        return String(decoding: content, as: UTF8.self)
    }

    private func endsLongString(_ quote: UInt8) -> Bool {
        offset + 2 < text.count && text[offset + 1] == quote && text[offset + 2] == quote
    }

    private mutating func escape(into content: inout [UInt8], stringStart: Int) {
        guard let kind = peek() else { return }
        skip()
        let short: [UInt8: UInt8] = [
            UInt8(ascii: "b"): 8, UInt8(ascii: "t"): 9, UInt8(ascii: "n"): 10, UInt8(ascii: "f"): 12,
            UInt8(ascii: "r"): 13, UInt8(ascii: "e"): 27,
        ]
        let digits: Int
        switch kind {
        case UInt8(ascii: "x"): digits = 2
        case UInt8(ascii: "u"): digits = 4
        case UInt8(ascii: "U"): digits = 8
        default:
            content.append(short[kind] ?? kind)
            return
        }
        let hex = String(decoding: text[offset..<min(offset + digits, text.count)], as: UTF8.self)
        guard let number = UInt32(hex, radix: 16), let scalar = Unicode.Scalar(number) else { return }
        skip(digits)
        if number == 0, firstNUL == nil { firstNUL = stringStart }
        content.append(contentsOf: Array(String(Character(scalar)).utf8))
    }

    func position(_ offset: Int) -> TOMLOutline.Position {
        var line = 1
        var column = 1
        let start = text.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        guard start < offset else { return TOMLOutline.Position(line: 1, column: 1) }
        for byte in text[start..<min(offset, text.count)] {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        return TOMLOutline.Position(line: line, column: column)
    }

    /// The first place where a line has more than `limit` dots outside strings and comments.
    ///
    /// The library recurses once for each part of a dotted key and overflows the stack on some ten thousand of them
    /// (seen: SIGSEGV with 100,000), so such a text must not reach it.
    static func firstOverlongKey(in text: [UInt8], limit: Int) -> TOMLOutline.Position? {
        var scanner = TOMLScanner(text)
        var dots = 0
        while let byte = scanner.peek() {
            switch byte {
            case UInt8(ascii: "\n"): dots = 0
            case UInt8(ascii: "#"):
                _ = scanner.peekPastBlanks(newlines: true)
                dots = 0
                continue
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                _ = scanner.string()
                continue
            case UInt8(ascii: "."):
                dots += 1
                if dots > limit { return scanner.position(scanner.offset) }
            default: break
            }
            scanner.skip()
        }
        return nil
    }

    /// The first byte beyond ASCII, or control character, outside strings and comments, where TOML allows none.
    ///
    /// The library asserts, and so aborts the process, on some of them at the beginning of a key or in what begins like
    /// a number (found by fuzzing).
    static func firstForbidden(in text: [UInt8]) -> TOMLOutline.Position? {
        var scanner = TOMLScanner(text)
        while let byte = scanner.peek() {
            switch byte {
            case UInt8(ascii: "#"): _ = scanner.peekPastBlanks(newlines: true)
            case UInt8(ascii: "\""), UInt8(ascii: "'"): _ = scanner.string()
            case UInt8(ascii: "\t"), UInt8(ascii: "\n"): scanner.skip()
            case UInt8(ascii: "\r") where scanner.matches("\r\n"): scanner.skip()
            case ..<0x20, 0x7F...: return scanner.position(scanner.offset)
            default: scanner.skip()
            }
        }
        return nil
    }

    private static func isBare(_ byte: UInt8) -> Bool {
        byte.isASCIILetter || byte.isASCIIDigit || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
    }
}
