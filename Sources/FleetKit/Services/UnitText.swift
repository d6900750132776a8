internal import FleetGuard

/// Words as systemd's unit files need them. Rules: systemd.service(5) "COMMAND LINES", systemd.syntax(7).
enum UnitText {
    /// One word, in double quotes where it needs them, that arrives exactly as it is: no specifier (`%`), no variable (`$`), no command
    /// separator (a bare `;`), no line end, no tab is left for systemd to act on.
    static func quoted(_ word: String) -> String {
        escaped(doubled("$", in: word))
    }

    /// As `quoted`, but `${NAME}` is left for systemd to expand.
    static func quotedKeepingVariables(_ word: String) -> String { escaped(word) }

    /// A value that systemd does not unquote (paths of conditions): only specifiers have to be kept from it.
    static func plain(_ value: String) -> String { doubled("%", in: value) }

    /// `NAME=value` for `Environment=`, where `$` means nothing and every other rule of a word holds.
    static func assignment(_ name: String, _ value: String) -> String { escaped("\(name)=\(value)") }

    /// Code points that Unicode sets aside (U+FDD0…U+FDEF, and the last two of each plane). systemd takes a line with
    /// one in it for no UTF-8, and passes over it.
    static func hasNoncharacter(_ text: String) -> Bool {
        text.unicodeScalars.contains { (0xFDD0...0xFDEF).contains($0.value) || $0.value & 0xFFFE == 0xFFFE }
    }

    /// By scalars: a `$` with a combining mark after it is another Character, and the same byte to systemd.
    private static func doubled(_ special: Unicode.Scalar, in text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            result.append(scalar)
            if scalar == special { result.append(scalar) }
        }
        return String(result)
    }

    /// Whether a unit can run the program of this path: systemd does not unescape it as it does arguments.
    static func canBeProgram(_ path: String) -> Bool {
        path.begins(with: "/") && path.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"\"'\\%$;".utf8.contains($0) }
    }

    /// Needs no quotes anywhere in a word; `;` is not here, because alone it separates commands.
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte.isASCIILetter || byte.isASCIIDigit || "-_./:=@+,".utf8.contains(byte)
    }

    private static func escaped(_ word: String) -> String {
        if !word.isEmpty, word.utf8.allSatisfy(isPlain) { return word }
        var text = "\""
        for scalar in word.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "%": text += "%%"
            case "\n": text += "\\n"
            case "\t": text += "\\t"
            case "\r": text += "\\r"
            default:
                if scalar.value < 0x20 || scalar.value == 0x7F {
                    text += "\\x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
                } else {
                    text.unicodeScalars.append(scalar)
                }
            }
        }
        return text + "\""
    }
}
