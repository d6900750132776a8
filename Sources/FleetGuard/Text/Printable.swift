/// Text from outside made safe for a terminal and for one line of a message.
public enum Printable {
    /// Control characters (also C1 and the bidirectional overrides) become `\u{…}`, and text longer than `limit`
    /// characters is cut with an ellipsis, so that no file, unit or argument can move the cursor or forge a line.
    public static func oneLine(_ text: String, limit: Int = 200) -> String {
        var result = ""
        var count = 0
        for scalar in text.unicodeScalars {
            guard count < limit else { return result + "…" }
            count += 1
            switch scalar.value {
            case 0x0A: result += "\\n"
            case 0x09: result += "\\t"
            case 0x00..<0x20, 0x7F..<0xA0, 0x200B...0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF:
                result += "\\u{" + String(scalar.value, radix: 16) + "}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
