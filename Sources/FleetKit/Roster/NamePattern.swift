/// A shell pattern of agent names, such as `worker-*`: `*`, `?`, and sets like `[abc]`, `[a-z]` and `[!x]`.
///
/// Matched here against the roster and nowhere else: a shell would match files, and systemctl whatever it has loaded.
struct NamePattern {
    private enum Piece {
        case any
        case one((UInt8) -> Bool)
    }

    private let pieces: [Piece]

    /// - Returns: nil for a text that is no pattern: a name, or one whose set does not end.
    init?(_ text: String) {
        guard text.utf8.contains(where: { "*?[".utf8.contains($0) }) else { return nil }
        var pieces: [Piece] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "*"): pieces.append(.any)
            case UInt8(ascii: "?"): pieces.append(.one { _ in true })
            case UInt8(ascii: "["):
                guard let set = Self.set(&rest) else { return nil }
                pieces.append(.one(set))
            default: pieces.append(.one { $0 == byte })
            }
        }
        self.pieces = pieces
    }

    /// Goes back to the last `*` only, so that no pattern takes longer than its length times the name's.
    func matches(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        var place = 0
        var piece = 0
        var star: (piece: Int, place: Int)?
        while place < bytes.count {
            if piece < pieces.count, case .any = pieces[piece] {
                star = (piece, place)
                piece += 1
            } else if piece < pieces.count, case .one(let fits) = pieces[piece], fits(bytes[place]) {
                piece += 1
                place += 1
            } else if let last = star {
                star = (last.piece, last.place + 1)
                piece = last.piece + 1
                place = last.place + 1
            } else {
                return false
            }
        }
        return pieces[piece...].allSatisfy { if case .any = $0 { true } else { false } }
    }

    /// What follows a `[`, up to its `]`; a `]` at the beginning is one of the set.
    private static func set(_ rest: inout ArraySlice<UInt8>) -> ((UInt8) -> Bool)? {
        let isInverted = rest.first == UInt8(ascii: "!") || rest.first == UInt8(ascii: "^")
        if isInverted { rest.removeFirst() }
        var ranges: [ClosedRange<UInt8>] = []
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "]"), !ranges.isEmpty {
                return { byte in ranges.contains { $0.contains(byte) } != isInverted }
            }
            if rest.first == UInt8(ascii: "-"), let last = rest.dropFirst().first, last != UInt8(ascii: "]") {
                rest.removeFirst(2)
                guard byte <= last else { return nil }
                ranges.append(byte...last)
            } else {
                ranges.append(byte...byte)
            }
        }
        return nil
    }
}
