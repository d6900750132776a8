import Testing

@testable import FleetCommands

/// Widths, cuts, and what is written to draw a picture over the one before.
struct ScreenTests {
    @Test(
        "text is as wide as a terminal shows it",
        arguments: [("", 0), ("planner", 7), ("日本", 4), ("e\u{301}", 1), ("a한b", 4), ("🚀", 2), ("…", 1)])
    func widths(_ text: String, _ columns: Int) { #expect(TextColumns.of(text) == columns) }

    @Test("a cut text fits, and says that it was cut")
    func cuts() {
        #expect(TextColumns.cut("planner", to: 7) == "planner")
        #expect(TextColumns.cut("planner", to: 6) == "plann…")
        #expect(TextColumns.cut("日本語", to: 5) == "日本…")
        // The second half of a wide character never stands in the last column.
        #expect(TextColumns.cut("日本語", to: 4) == "日…")
        #expect(TextColumns.cut("planner", to: 1) == "…")
        #expect(TextColumns.cut("planner", to: 0) == "")
    }

    @Test("a line is never wider than its limit, and nothing comes after a cut", arguments: 0...12)
    func lines(_ limit: Int) {
        var line = ScreenLine(limit: limit)
        line.add("ab")
        line = line.padded(to: 5)
        line.add("日本語", { "<\($0)>" })
        line.add("z")
        #expect(line.columns <= limit)
        #expect(line.columns == TextColumns.of(line.text.filter { !"<>".contains($0) }))
        #expect(line.text.contains("z") == (limit == 12))
    }

    @Test("a picture goes over the one before, and leaves the cursor visible on its first line")
    func frames() {
        let lines = ["one", "two", "three"].map { ScreenLine($0, limit: 20) }
        let body = "one\u{1B}[K\r\ntwo\u{1B}[K\r\nthree\u{1B}[K\u{1B}[J\u{1B}[2A\r"
        #expect(LiveArea.frame(lines) == "\u{1B}[?25l\u{1B}[?7l\r\(body)\u{1B}[?7h\u{1B}[?25h")
        #expect(LiveArea.frame([lines[0]]).hasSuffix("one\u{1B}[K\u{1B}[J\r\u{1B}[?7h\u{1B}[?25h"))
        #expect(LiveArea.erasure(rows: 1) == "\r\u{1B}[K")
        #expect(LiveArea.erasure(rows: 3) == "\r\u{1B}[K\n\u{1B}[J\u{1B}[A")
    }
}
