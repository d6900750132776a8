/// A text whose first line names its author and carries a checksum of the rest, so that a later run can tell its own
/// unmodified file from one that was written or changed outside mosaic. Against mistakes, not against attackers.
enum GeneratedText {
    enum Authorship { case own, changed, foreign }

    private static let marker = "# Written by `mosaic fleet init`, which renews it while it is unchanged: fnv1a64 "

    static func sealed(_ body: String) -> String { marker + FNVHash.text(body.utf8) + "\n" + body }

    static func authorship(of bytes: [UInt8]) -> Authorship {
        guard bytes.starts(with: marker.utf8) else { return .foreign }
        guard let lineEnd = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return .changed }
        let stated = bytes[marker.utf8.count..<lineEnd]
        return stated.elementsEqual(FNVHash.text(bytes[(lineEnd + 1)...]).utf8) ? .own : .changed
    }
}
