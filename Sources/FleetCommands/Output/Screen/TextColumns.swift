internal import FleetGuard

/// How wide text is on a terminal. Text from outside has gone through `Printable.oneLine` before: there are no control
/// characters in it.
enum TextColumns {
    static func of(_ text: String) -> Int { text.unicodeScalars.reduce(0) { $0 + width(of: $1) } }

    /// The text, or as much of its beginning as leaves room for an ellipsis.
    static func cut(_ text: String, to limit: Int) -> String {
        guard of(text) > limit else { return text }
        guard limit > 0 else { return "" }
        var result = String.UnicodeScalarView()
        var used = 0
        for scalar in text.unicodeScalars {
            used += width(of: scalar)
            if used > limit - 1 { break }
            result.append(scalar)
        }
        return String(result) + "…"
    }

    /// As terminals count: scalar by scalar.
    private static func width(of scalar: Unicode.Scalar) -> Int {
        if scalar.isASCII { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return 0
        default: return isWide(scalar.value) || scalar.properties.isEmojiPresentation ? 2 : 1
        }
    }

    /// East_Asian_Width W and F of Unicode 15, in whole blocks.
    private static func isWide(_ value: UInt32) -> Bool {
        switch value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3,
            0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18DFF, 0x1B000...0x1B2FF,
            0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1FAFF, 0x20000...0x3FFFD:
            true
        default: false
        }
    }

    /// The text in lines of at most `width` columns, broken at blanks; a word that is longer stays whole.
    static func wrap(_ text: String, to width: Int) -> [String] {
        var lines: [String] = []
        for word in text.parts(at: " ") {
            if let last = lines.last, of(last) + 1 + of(String(word)) <= width {
                lines[lines.count - 1] += " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}

extension String {
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
