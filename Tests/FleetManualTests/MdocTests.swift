internal import FleetManual
internal import Testing

struct MdocTests {
    @Test(
        "plain text cannot become a request, and stays what it is",
        arguments: [
            (".Sh is text", "\\&.Sh is text"),
            ("'quoted'", "\\(aqquoted\\(aq"),
            ("a \\ b", "a \\e b"),
            ("After --max-wait: well-known.", "After \\-\\-max\\-wait: well-known."),
            ("~/.config", "\\(ti/.config"),
            ("[AGENT…]", "[AGENT\\[u2026]]"),
            ("two\nlines", "two lines"),
        ])
    func text(plain: String, source: String) {
        #expect(Mdoc.text(plain) == [source])
    }

    @Test("each sentence begins a line, a dot first is protected there too")
    func sentences() {
        #expect(Mdoc.text("One. .Two! Three") == ["One.", "\\&.Two!", "Three"])
        #expect(Mdoc.text("  ") == [])
    }

    @Test(
        "an argument is one argument and no macro",
        arguments: [
            ("dur", "dur"), ("two words", "\"two words\""), ("Ar", "\\&Ar"), ("No", "\\&No"), (".", "\\&."), ("n", "n"),
            ("-max-wait", "\\-max\\-wait"), ("a \"b\"", "\"a \\(dqb\\(dq\""),
        ])
    func argument(plain: String, source: String) {
        #expect(Mdoc.argument(plain) == source)
    }
}
