/// The texts of the program, read from its sources: every string literal that a person may see, with the call and the
/// argument that it belongs to. Literals joined by `+` are one text; an interpolation is `…` in it.
struct SourceText: CustomStringConvertible {
    var file: String
    var line: Int
    /// The innermost call, such as `FleetError` or `context.output.warning`, and the label of the argument.
    var call: String
    var label: String
    var text: String
    /// Code comes before the text: `path + " is empty"`.
    var continuesCode: Bool

    var description: String { "\(file):\(line): \(text)" }
}

/// A scanner of Swift, just good enough for literals and the calls around them.
struct SourceTexts {
    private struct Frame {
        var call: String
        var label = ""
        /// Whether nothing of the present argument was seen yet.
        var isAtStart = true
        /// The text that a literal after `+` belongs to.
        var open: Int?
        /// The last thing in the present argument is a literal, code, or the `+` after one of them.
        var last = Last.nothing

        enum Last { case nothing, literal, code, plusAfterLiteral, plusAfterCode }
    }

    private(set) var texts: [SourceText] = []
    private let file: String
    private let bytes: [UInt8]
    private var at = 0
    private var line = 1
    private var frames = [Frame(call: "")]
    private var name = ""

    init(_ source: String, file: String) {
        self.file = file
        bytes = Array(source.utf8)
        while at < bytes.count { token() }
    }

    private func has(_ word: StaticString, at place: Int) -> Bool {
        word.withUTF8Buffer { word in
            place + word.count <= bytes.count && bytes[place..<place + word.count].elementsEqual(word)
        }
    }

    private func isPartOfName(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".") || byte >= 0x80
            || (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z"))
            || (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9"))
    }

    private mutating func token() {
        let byte = bytes[at]
        if has("//", at: at) {
            while at < bytes.count, bytes[at] != UInt8(ascii: "\n") { at += 1 }
        } else if has("\"", at: at) || has("#\"", at: at) {
            literal()
        } else if isPartOfName(byte) {
            word()
        } else {
            mark(byte)
            at += 1
        }
    }

    private mutating func word() {
        let start = at
        while at < bytes.count, isPartOfName(bytes[at]) { at += 1 }
        name = String(decoding: bytes[start..<at], as: UTF8.self)
        if frames[frames.count - 1].isAtStart, at < bytes.count, bytes[at] == UInt8(ascii: ":") {
            frames[frames.count - 1].label = name
            at += 1
        } else {
            frames[frames.count - 1].last = .code
        }
        frames[frames.count - 1].isAtStart = false
    }

    private mutating func mark(_ byte: UInt8) {
        let top = frames.count - 1
        switch byte {
        case UInt8(ascii: "\n"): line += 1
        case UInt8(ascii: " "): break
        case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"):
            let isCall = byte == UInt8(ascii: "(") && frames[top].last == .code && at > 0 && isPartOfName(bytes[at - 1])
            frames[top].isAtStart = false
            frames[top].last = .code
            // Parentheses and lists belong to the call around them; a closure does not.
            let around =
                byte == UInt8(ascii: "{") ? Frame(call: "") : Frame(call: frames[top].call, label: frames[top].label)
            frames.append(isCall ? Frame(call: name) : around)
        case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"):
            if frames.count > 1 { frames.removeLast() }
        case UInt8(ascii: ","), UInt8(ascii: ";"):
            frames[top].label = byte == UInt8(ascii: ",") && frames[top].call.isEmpty ? frames[top].label : ""
            frames[top].isAtStart = true
            frames[top].last = .nothing
            frames[top].open = nil
        case UInt8(ascii: "+"):
            frames[top].last = frames[top].last == .literal ? .plusAfterLiteral : .plusAfterCode
        default:
            frames[top].last = .nothing
            frames[top].isAtStart = false
        }
    }

    /// A literal, with the ones that are joined to it; the code of its interpolations is scanned as code.
    private mutating func literal() {
        let started = line
        var hashes = 0
        while bytes[at] == UInt8(ascii: "#") {
            hashes += 1
            at += 1
        }
        let isLong = has("\"\"\"", at: at)
        at += isLong ? 3 : 1
        var text: [UInt8] = []
        while at < bytes.count {
            if isLong ? has("\"\"\"", at: at) : has("\"", at: at) { break }
            if has("\\", at: at), hashes == 0 || has("\\#", at: at) {
                at += 1 + hashes
                escape(into: &text)
                continue
            }
            if bytes[at] == UInt8(ascii: "\n") { line += 1 }
            text.append(bytes[at])
            at += 1
        }
        at += (isLong ? 3 : 1) + hashes
        add(String(decoding: text, as: UTF8.self), line: started)
    }

    private mutating func escape(into text: inout [UInt8]) {
        switch bytes[at] {
        case UInt8(ascii: "("):
            let depth = frames.count
            frames.append(Frame(call: ""))
            at += 1
            while at < bytes.count, frames.count > depth { token() }
            text += Array("…".utf8)
            return
        case UInt8(ascii: "n"): text.append(UInt8(ascii: "\n"))
        case UInt8(ascii: "\n"): line += 1  // The line goes on: no break in the text.
        default: text.append(bytes[at])
        }
        at += 1
    }

    private mutating func add(_ text: String, line: Int) {
        let top = frames.count - 1
        let frame = frames[top]
        frames[top].isAtStart = false
        frames[top].last = .literal
        if frame.last == .plusAfterLiteral, let open = frame.open {
            texts[open].text += text
            return
        }
        frames[top].open = texts.count
        let continues = frame.last == .plusAfterCode || frame.last == .plusAfterLiteral
        texts.append(
            SourceText(
                file: file, line: line, call: frame.call, label: frame.label, text: text, continuesCode: continues))
    }
}
