internal import FleetGuard

extension LastScreen {
    static let lineLimit = 200

    /// Replaces what was kept of the session, in one step. Nothing is written for an empty screen.
    /// - Throws: `.io`.
    static func keep(_ screen: String, home: MosaicHome, session: String) throws(FleetError) {
        let text = lastLines(of: screen)
        guard !text.isEmpty else { return }
        let fleet = try ConfigFolder.open(home.fleetDirectory, create: true)
        try fleet?.folder("screens", create: true, mode: 0o700)?.write("\(session).txt", text, mode: 0o600)
    }

    /// Without blank lines around, at most `lineLimit` lines and `sizeLimit` bytes.
    static func lastLines(of screen: String) -> String {
        var lines = screen.parts(at: "\n", keepingEmpty: true)
        while let last = lines.last, last.allSatisfy(\.isWhitespace) { lines.removeLast() }
        var size = 0
        let kept = lines.suffix(lineLimit).reversed().prefix { line in
            size += line.utf8.count + 1
            return size <= sizeLimit
        }
        return kept.reversed().drop { $0.allSatisfy(\.isWhitespace) }.joined(separator: "\n")
    }
}
