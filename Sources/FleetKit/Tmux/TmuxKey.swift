package import FleetGuard

/// The names of keys that tmux knows. Anything else it would type as text.
package enum TmuxKey {
    private static let names: Set<String> = Set(
        [
            "ic", "insert", "dc", "delete", "home", "end", "npage", "pagedown", "pgdn", "ppage", "pageup", "pgup",
            "btab",
            "space", "bspace", "tab", "enter", "escape", "up", "down", "left", "right", "kp/", "kp*", "kp-", "kp+",
            "kpenter", "kp.",
        ] + (1...12).map { "f\($0)" } + (0...9).map { "kp\($0)" })

    /// - Throws: `.usage`, naming a word that is not a key.
    package static func check(_ keys: [String]) throws(FleetError) {
        for key in keys where !isKey(key) {
            throw FleetError(
                .usage, "'\(Printable.oneLine(key))' is not a known key",
                hint: "write keys like Enter, Escape, Up, F5, C-c, M-x or a single character; send text without --keys")
        }
    }

    static func isKey(_ word: String) -> Bool {
        var rest = Array(word.unicodeScalars)[...]
        // `C-x`, `M-C-x`, `^x`; a hyphen or a caret of its own is a character.
        while rest.count > 2, rest.dropFirst().first == "-", let first = rest.first,
            "CcMmSs".unicodeScalars.contains(first)
        {
            rest = rest.dropFirst(2)
        }
        if rest.count > 1, rest.first == "^" { rest = rest.dropFirst() }
        if rest.count == 1, let only = rest.first {
            let character = String(only)
            return only.value > 0x20 && Printable.oneLine(character).utf8.elementsEqual(character.utf8)
        }
        var name = ""
        name.unicodeScalars.append(contentsOf: rest)
        return name.utf8.allSatisfy { $0 < 0x80 } && names.contains(name.lowercased())
    }
}
