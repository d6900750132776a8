/// Text compared, searched and cut exactly as the kernel, tmux and systemd see it: byte by byte.
///
/// Swift's own `==`, `hasPrefix`, `split` and `firstIndex(of:)` work on characters. To them U+037E *is* `;`, a `/` with a
/// combining mark after it is not a `/`, and a line that ends in CR has no line end. So a name, a path, a word for a program
/// or a line of its output must not go through them; `make lint` keeps them out of Sources.
extension StringProtocol where SubSequence == Substring {
    /// The same bytes, where `==` also takes canonically equivalent text for equal.
    public func isExactly(_ other: some StringProtocol) -> Bool { utf8.elementsEqual(other.utf8) }

    /// True for an empty prefix.
    public func begins(with prefix: String) -> Bool { utf8.starts(with: prefix.utf8) }

    /// True for an empty suffix.
    public func ends(with suffix: String) -> Bool { utf8.reversed().starts(with: suffix.utf8.reversed()) }

    /// What follows the prefix; nil without that prefix.
    public func after(_ prefix: String) -> Substring? {
        guard begins(with: prefix) else { return nil }
        return self[utf8.index(startIndex, offsetBy: prefix.utf8.count)...]
    }

    /// The text before the suffix; nil without that suffix.
    public func before(_ suffix: String) -> Substring? {
        guard ends(with: suffix) else { return nil }
        return self[..<utf8.index(endIndex, offsetBy: -suffix.utf8.count)]
    }

    /// Also finds a scalar that Swift would show as part of a longer character.
    public func has(_ scalar: Unicode.Scalar) -> Bool { unicodeScalars.contains(scalar) }

    /// The index of the first such scalar; nil without one.
    public func firstPlace(of scalar: Unicode.Scalar) -> Index? { unicodeScalars.firstIndex(of: scalar) }

    /// The index of the last such scalar; nil without one.
    public func lastPlace(of scalar: Unicode.Scalar) -> Index? { unicodeScalars.lastIndex(of: scalar) }

    /// The text before and after the first such scalar; nil without one.
    public func halves(at scalar: Unicode.Scalar) -> (Substring, Substring)? {
        guard let place = firstPlace(of: scalar) else { return nil }
        return (self[..<place], self[unicodeScalars.index(after: place)...])
    }

    /// The pieces between such scalars, without the empty ones unless these are kept.
    public func parts(
        at scalar: Unicode.Scalar, atMost limit: Int = .max, keepingEmpty: Bool = false
    ) -> [Substring] {
        self[...].unicodeScalars
            .split(separator: scalar, maxSplits: limit - 1, omittingEmptySubsequences: !keepingEmpty).map {
                Substring($0)
            }
    }

    /// The text with each such scalar replaced.
    public func replacingEach(_ scalar: Unicode.Scalar, by text: String) -> String {
        parts(at: scalar, keepingEmpty: true).joined(separator: text)
    }
}

extension Sequence where Element: StringProtocol, Element.SubSequence == Substring {
    /// One of them has the same bytes.
    public func containsExactly(_ text: some StringProtocol) -> Bool { contains { $0.isExactly(text) } }
}
